namespace River.Analyzers;

/// <summary>The rules' ids, each with a page of that name in <c>docs/rules</c>. An id is never given to another rule.</summary>
internal static class RuleIds
{
    public const string NotPartial = "RIVER001";
    public const string InvalidKind = "RIVER002";
    public const string DuplicateKind = "RIVER003";
    public const string UndeclaredQueue = "RIVER004";
    public const string InvalidQueue = "RIVER005";
    public const string InvalidMaxAttempts = "RIVER006";
    public const string UnsafeMaxAttempts = "RIVER007";
    public const string InvalidValue = "RIVER008";
    public const string InvalidCron = "RIVER009";
    public const string CronNeverFires = "RIVER010";
    public const string UnknownTimeZone = "RIVER011";
    public const string NoPeriodicArgs = "RIVER012";
    public const string NoWorker = "RIVER013";
    public const string InvalidWorker = "RIVER014";
    public const string NotSerializable = "RIVER015";
    public const string UniqueStates = "RIVER016";
    public const string InvalidUnique = "RIVER017";
    public const string HeavyArgument = "RIVER018";
    public const string UnobservedCancellation = "RIVER019";
    public const string BlockingWorker = "RIVER020";
    public const string SwallowedCancellation = "RIVER021";
    public const string JobCycle = "RIVER022";
    public const string LocalSchedule = "RIVER023";
    public const string OutsideTransaction = "RIVER024";
    public const string EnqueueInLoop = "RIVER025";
    public const string UnscheduledJob = "RIVER026";
    public const string ContractBreak = "RIVER027";
    public const string ContractGap = "RIVER028";
    public const string BusySnooze = "RIVER029";
    public const string NotThrown = "RIVER030";
    public const string DroppedEnqueue = "RIVER031";
    public const string PeriodAsMutex = "RIVER032";
    public const string SecretArgument = "RIVER033";
    public const string Unregistrable = "RIVER034";
    public const string RepeatedStep = "RIVER035";
    public const string EndlessWorker = "RIVER036";
    public const string SwallowedFailure = "RIVER037";
    public const string NeverDuplicate = "RIVER038";
    public const string VersionMismatch = "RIVER039";
    public const string HttpContextInWorker = "RIVER040";
}
