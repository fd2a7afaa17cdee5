namespace River.Sqlite.Statements;

/// <summary>Statements of the outbox, by which one process tells the others.</summary>
internal static class OutboxSql
{
    public const string Add = "INSERT INTO river_notification (created_at, payload, topic) VALUES (@now, @payload, @topic)";

    public const string Last = "SELECT seq FROM sqlite_sequence WHERE name = 'river_notification'";

    public const string After = "SELECT id, topic, payload FROM river_notification WHERE id > @after ORDER BY id";

    /// <summary>Changes whenever another connection has committed something; costs no disk access.</summary>
    public const string ChangeCounter = "PRAGMA data_version";
}
