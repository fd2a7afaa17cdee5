namespace River.Shapes;

/// <summary>The rules that decide whether the generator emits a thing. The texts of the rules are the analyzers'.</summary>
internal static class ShapeRules
{
    public const string NotPartial = "RIVER001";
    public const string InvalidKind = "RIVER002";
    public const string UndeclaredQueue = "RIVER004";
    public const string InvalidQueue = "RIVER005";
    public const string InvalidMaxAttempts = "RIVER006";
    public const string InvalidValue = "RIVER008";
    public const string InvalidCron = "RIVER009";
    public const string NoPeriodicArgs = "RIVER012";
    public const string InvalidWorker = "RIVER014";
    public const string NotSerializable = "RIVER015";
    public const string UniqueStates = "RIVER016";
    public const string InvalidUnique = "RIVER017";
    public const string Unregistrable = "RIVER034";
    public const string VersionMismatch = "RIVER039";
}
