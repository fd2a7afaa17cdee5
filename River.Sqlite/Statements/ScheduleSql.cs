namespace River.Sqlite.Statements;

/// <summary>Statements behind <see cref="Storage.ISchedules"/>.</summary>
internal static class ScheduleSql
{
    private const string Columns = "id, last_slot, created_at, paused_at, triggered_at";

    public const string Declare = "INSERT INTO river_dotnet_schedule (id, created_at) VALUES (@id, @now) ON CONFLICT DO NOTHING";

    public const string Get = $"SELECT {Columns} FROM river_dotnet_schedule WHERE id = @id";

    public const string List = $"SELECT {Columns} FROM river_dotnet_schedule ORDER BY id";

    public const string TakeSlot = "UPDATE river_dotnet_schedule SET last_slot = @slot WHERE id = @id AND paused_at IS NULL AND last_slot IS @last_slot AND @slot <= @now";

    public const string TakeTrigger = "UPDATE river_dotnet_schedule SET triggered_at = NULL WHERE id = @id AND triggered_at = @triggered_at";

    public const string Pause = "UPDATE river_dotnet_schedule SET paused_at = coalesce(paused_at, @now) WHERE id = @id";

    public const string Resume = "UPDATE river_dotnet_schedule SET paused_at = NULL WHERE id = @id";

    public const string Trigger = "UPDATE river_dotnet_schedule SET triggered_at = coalesce(triggered_at, @now) WHERE id = @id";
}
