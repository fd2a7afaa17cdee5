using River.Sqlite.Rows;

namespace River.Sqlite.Statements;

/// <summary>Statements behind <see cref="Storage.IPresence"/>.</summary>
internal static class PresenceSql
{
    /// <summary>In a query over clients <c>c</c> and jobs <c>j</c>: whether nobody works the job any more.</summary>
    public const string IsOrphan = $"({HasRestarted} OR {HasExpired})";

    /// <summary>The client of a job's latest attempt; null when there is none, or when the list isn't one.</summary>
    public const string LastClient = "(CASE WHEN json_valid(j.attempted_by) THEN json_extract(j.attempted_by, '$[#-1]') END)";

    private const string HasRestarted = "c.started_at > j.attempted_at";

    private const string HasExpired = "(c.beat_at + c.lease < @now OR c.beat_at > @now + c.lease)";

    private const string IsFree = "(holder = @id OR expires_at < @now OR expires_at > @now + 10 * @rescue_lease)";

    private const string ByNumber = "ORDER BY j.id LIMIT @limit";

    // The present, even if that is earlier than the start before: claims get their times from the same clock.
    public const string Enter =
        """
        INSERT INTO river_dotnet_client (id, started_at, beat_at, lease) VALUES (@id, @now, @now, @lease)
        ON CONFLICT (id) DO UPDATE SET
          started_at = CASE WHEN started_at = excluded.started_at THEN started_at + 1 ELSE excluded.started_at END,
          beat_at = excluded.beat_at,
          lease = excluded.lease
        RETURNING started_at
        """;

    public const string Beat =
        """
        INSERT INTO river_dotnet_client (id, started_at, beat_at, lease) VALUES (@id, @started_at, @now, @lease)
        ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at, lease = excluded.lease WHERE started_at = excluded.started_at
        RETURNING id
        """;

    public const string Rescue =
        $"""
        INSERT INTO river_dotnet_lease (name, holder, taken_at, expires_at) VALUES ('rescue', @id, @now, @now + @rescue_lease)
        ON CONFLICT (name) DO UPDATE SET
          taken_at = CASE
            WHEN holder = excluded.holder AND taken_at <= excluded.taken_at
              AND expires_at BETWEEN excluded.expires_at - @longest_gap AND excluded.expires_at THEN taken_at
            ELSE excluded.taken_at END,
          holder = excluded.holder,
          expires_at = excluded.expires_at
          WHERE {IsFree}
        RETURNING taken_at
        """;

    public const string HasOrphans =
        $"SELECT EXISTS (SELECT 1 FROM river_job j JOIN river_dotnet_client c ON c.id = {LastClient} WHERE j.state = 'running' AND {IsOrphan})";

    /// <summary>Whether an attempt is still the running one, and whether it is to be cancelled.</summary>
    public const string Look =
        """
        SELECT json_type(metadata, '$.cancel_attempted_at') IS NOT NULL FROM river_job
        WHERE id = @id AND state = 'running' AND attempt = @attempt AND attempted_at = @attempted_at
        """;

    // A lease of nothing that began just before now has run out.
    public const string Leave = "UPDATE river_dotnet_client SET beat_at = @now - 1, lease = 0 WHERE id = @id AND started_at = @started_at";

    public const string LeaveRescue = "DELETE FROM river_dotnet_lease WHERE name = 'rescue' AND holder = @id";

    public const string Orphans =
        $"""
        SELECT {JobColumns.All} FROM river_job AS job
        WHERE id IN (
          SELECT j.id FROM river_job j JOIN river_dotnet_client c ON c.id = {LastClient}
          WHERE j.state = 'running' AND j.id > @after AND ({HasRestarted} OR (@expired AND {HasExpired}))
          {ByNumber})
        ORDER BY id
        """;

    public const string Strays =
        $"""
        SELECT {JobColumns.All} FROM river_job AS job
        WHERE id IN (
          SELECT j.id FROM river_job j
          WHERE j.state = 'running' AND {LastClient} = @id AND j.attempted_at >= @started_at
            AND j.id || ' ' || j.attempt || ' ' || j.attempted_at NOT IN (SELECT value FROM json_each(@attempts))
          {ByNumber})
        ORDER BY id
        """;

    public const string Forget =
        $"""
        DELETE FROM river_dotnet_client
        WHERE beat_at + lease < @horizon
          AND NOT EXISTS (SELECT 1 FROM river_job j WHERE j.state = 'running' AND {LastClient} = river_dotnet_client.id)
        """;
}
