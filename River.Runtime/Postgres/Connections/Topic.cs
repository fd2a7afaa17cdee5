namespace River.Postgres.Connections;

/// <summary>The names that River gives to what clients tell each other; the schema stands before them.</summary>
internal static class Topic
{
    public const string Control = "river_control";
    public const string Insert = "river_insert";
    public const string Leadership = "river_leadership";

    public static readonly string[] All = [Control, Insert, Leadership];
}
