namespace River.Sqlite.Statements;

/// <summary>Statements behind <see cref="Storage.ISchedules"/>.</summary>
internal static class ScheduleSql
{
    public const string Declare = "INSERT INTO river_dotnet_schedule (id, created_at) VALUES (@id, @now) ON CONFLICT DO NOTHING";

    public const string Get = "SELECT id, last_slot, created_at FROM river_dotnet_schedule WHERE id = @id";

    public const string TakeSlot = "UPDATE river_dotnet_schedule SET last_slot = @slot WHERE id = @id AND last_slot IS @last_slot AND @slot <= @now";
}
