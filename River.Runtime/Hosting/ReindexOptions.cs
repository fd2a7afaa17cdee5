namespace River;

/// <summary>
/// When the leader builds River's indexes anew, which keeps them small after many changes. PostgreSQL only; the user must
/// own River's tables. On SQLite the statistics are renewed at that time.
/// </summary>
public sealed class ReindexOptions
{
    /// <summary>Whether it is done at all, and whether what interrupted builds have left is dropped. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>When: a cron expression, in UTC unless it names a time zone. Default: <c>0 0 * * *</c>, daily at midnight.</summary>
    public string Schedule { get; set; } = "0 0 * * *";

    /// <summary>How long one index may take before it is given up until the next time; positive, at most 1 day. Default: 5 minutes.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Which indexes, in River's schema. Default: null, for the seven of <c>river_job</c>.</summary>
    public IList<string>? Indexes { get; set; }
}
