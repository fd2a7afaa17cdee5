namespace River;

/// <summary>Which of River's indexes on its table of jobs there are.</summary>
public enum RiverIndexes
{
    /// <summary>All that River's migrations make.</summary>
    Full,

    /// <summary>
    /// Without <c>river_job_args_index</c> and <c>river_job_metadata_index</c>, the two GIN indexes. Every change of a job's
    /// state writes to all of its table's indexes, these two included, though this library looks jobs up by none of them:
    /// a job then costs 1.28 instead of 2.19 KB of WAL from claim to completion, as measured in <c>docs/benchmarks.md</c>. What is lost: queries by a job's arguments or metadata read the
    /// whole table, be they an application's own (<c>args @&gt; …</c>), <see cref="JobFilter.Metadata"/> without another
    /// condition that narrows it, or a search in River UI. River's other clients work as before, their reindexers
    /// pass over what isn't there.
    /// </summary>
    Lean,
}

/// <summary>How PostgreSQL keeps River's table of jobs.</summary>
public enum RiverTableSettings
{
    /// <summary>As the server keeps any table.</summary>
    ServerDefaults,

    /// <summary>
    /// For tables with many jobs a second: autovacuum comes after a fixed number of changes, whatever the size of the
    /// table, and doesn't pause; pages are filled by half, so that a job's next version finds room beside it. What that costs
    /// and saves is in <c>docs/operations.md</c>.
    /// </summary>
    Busy,
}
