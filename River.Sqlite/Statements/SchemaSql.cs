namespace River.Sqlite.Statements;

/// <summary>River's tables as SQLite keeps them: the columns of <c>main</c> version 7, times in microseconds, lists in JSON.</summary>
internal static class SchemaSql
{
    /// <summary>Whether a job's unique key is in force in its state; the text must be the same wherever the index is to be used.</summary>
    public const string HoldsKey =
        """
        unique_key IS NOT NULL AND unique_states IS NOT NULL AND unique_states & (CASE state
          WHEN 'available' THEN 1 WHEN 'cancelled' THEN 2 WHEN 'completed' THEN 4 WHEN 'discarded' THEN 8
          WHEN 'pending' THEN 16 WHEN 'retryable' THEN 32 WHEN 'running' THEN 64 WHEN 'scheduled' THEN 128 ELSE 0 END) > 0
        """;

    public const string CreateMigrations =
        """
        CREATE TABLE IF NOT EXISTS river_migration (
          line TEXT NOT NULL CHECK (length(line) BETWEEN 1 AND 127),
          version INTEGER NOT NULL CHECK (version >= 1),
          created_at INTEGER NOT NULL,
          PRIMARY KEY (line, version)
        ) WITHOUT ROWID
        """;

    public const string HasMigrations = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'river_migration'";

    public const string Versions = "SELECT line, max(version) FROM river_migration GROUP BY line";

    public const string AddVersion = "INSERT INTO river_migration (line, version, created_at) VALUES (@line, @version, @now)";

    /// <summary>River's line at version 7, in one step: no older file of ours exists.</summary>
    public static readonly string[] Main7 =
    [
        """
        CREATE TABLE river_job (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          state TEXT NOT NULL DEFAULT 'available'
            CHECK (state IN ('available', 'cancelled', 'completed', 'discarded', 'pending', 'retryable', 'running', 'scheduled')),
          attempt INTEGER NOT NULL DEFAULT 0,
          max_attempts INTEGER NOT NULL DEFAULT 25 CHECK (max_attempts > 0),
          attempted_at INTEGER,
          created_at INTEGER NOT NULL,
          finalized_at INTEGER,
          scheduled_at INTEGER NOT NULL,
          priority INTEGER NOT NULL DEFAULT 1 CHECK (priority BETWEEN 1 AND 4),
          args TEXT NOT NULL CHECK (json_valid(args)),
          attempted_by TEXT,
          errors TEXT,
          kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 127),
          metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
          queue TEXT NOT NULL DEFAULT 'default' CHECK (length(queue) BETWEEN 1 AND 127),
          tags TEXT NOT NULL DEFAULT '[]',
          unique_key BLOB,
          unique_states INTEGER,
          CHECK ((state IN ('cancelled', 'completed', 'discarded')) = (finalized_at IS NOT NULL))
        )
        """,
        "CREATE INDEX river_job_prioritized_fetching_index ON river_job (queue, priority, scheduled_at, id) WHERE state = 'available'",
        "CREATE INDEX river_job_due_index ON river_job (scheduled_at, id) WHERE state IN ('retryable', 'scheduled')",
        "CREATE INDEX river_job_running_index ON river_job (id) WHERE state = 'running'",
        "CREATE INDEX river_job_state_and_finalized_at_index ON river_job (state, finalized_at) WHERE finalized_at IS NOT NULL",
        $"CREATE UNIQUE INDEX river_job_unique_idx ON river_job (unique_key) WHERE {HoldsKey}",
        """
        CREATE TABLE river_leader (
          name TEXT PRIMARY KEY DEFAULT 'default' CHECK (name = 'default'),
          leader_id TEXT NOT NULL CHECK (length(leader_id) BETWEEN 1 AND 127),
          elected_at INTEGER NOT NULL,
          expires_at INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE river_queue (
          name TEXT PRIMARY KEY,
          created_at INTEGER NOT NULL,
          metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
          paused_at INTEGER,
          updated_at INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE river_notification (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          created_at INTEGER NOT NULL,
          payload TEXT NOT NULL,
          topic TEXT NOT NULL CHECK (length(topic) BETWEEN 1 AND 127)
        )
        """,
        "CREATE INDEX river_notification_created_at_index ON river_notification (created_at)",
    ];

    /// <summary>Our own line.</summary>
    public static readonly string[] DotNet1 =
    [
        """
        CREATE TABLE river_dotnet_schedule (
          id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 127),
          created_at INTEGER NOT NULL,
          last_slot INTEGER
        ) WITHOUT ROWID
        """,
    ];

    public static readonly string[] DotNet2 =
    [
        """
        CREATE TABLE river_dotnet_client (
          id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 127),
          started_at INTEGER NOT NULL,
          beat_at INTEGER NOT NULL,
          lease INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE river_dotnet_lease (
          name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 127),
          holder TEXT NOT NULL,
          taken_at INTEGER NOT NULL,
          expires_at INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        "ALTER TABLE river_dotnet_schedule ADD COLUMN paused_at INTEGER",
        "ALTER TABLE river_dotnet_schedule ADD COLUMN triggered_at INTEGER",
    ];
}
