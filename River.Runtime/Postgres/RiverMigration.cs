namespace River;

/// <summary>One version of River's tables.</summary>
/// <param name="Line"><c>main</c> for River's own tables, <c>dotnet</c> for what this library adds.</param>
/// <param name="Version">The version, from 1.</param>
/// <param name="Name">What it is about, in a few words.</param>
/// <param name="AppliedAt">When it was applied, in UTC; null when it isn't.</param>
public sealed record RiverMigration(string Line, int Version, string Name, DateTimeOffset? AppliedAt);

/// <summary>Which way migrations go.</summary>
public enum MigrationDirection
{
    /// <summary>To a newer version.</summary>
    Up,

    /// <summary>To an older version. What only the newer one holds is lost.</summary>
    Down,
}

/// <summary>How migrations are run.</summary>
public sealed record RiverMigratorOptions
{
    /// <summary>
    /// The schema of River's tables: letters, digits and <c>_</c>, at most 46; made if it is missing. Default: the
    /// connection's own (<c>current_schema()</c>).
    /// </summary>
    public string? Schema { get; init; }

    /// <summary>How long a migration waits for other sessions to let go of a table before it gives up; positive. Default: 10 seconds.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one statement of a migration, or the wait for another migrator, may take; positive. Default: 5 minutes.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Which of River's indexes there are once <see cref="RiverMigrator.MigrateUpAsync"/> is done, whichever way that is: those
    /// missing are built and those not wanted dropped while jobs go on. Null, the default: as they are.
    /// </summary>
    public RiverIndexes? Indexes { get; init; }

    /// <summary>
    /// How PostgreSQL keeps the table of jobs once <see cref="RiverMigrator.MigrateUpAsync"/> is done, whichever way that is.
    /// Null, the default: as it is.
    /// </summary>
    public RiverTableSettings? TableSettings { get; init; }
}
