using Npgsql;

namespace Backfill.Worker;

/// <summary>The rows that the API made.</summary>
public sealed class Backfills(NpgsqlDataSource database)
{
    /// <returns>How many rows are to be copied; null when the backfill is gone.</returns>
    public async Task<int?> RowsAsync(long id, CancellationToken cancellationToken) =>
        (int?)await ScalarAsync("SELECT rows FROM backfill WHERE id = $1", cancellationToken, id);

    /// <summary>A job may run again after a crash, so each chunk counts once: its row says that it is copied.</summary>
    public Task CopyAsync(long id, int firstRow, int count, CancellationToken cancellationToken) => ScalarAsync(
        """
        WITH copied AS (
            INSERT INTO backfill_chunk (backfill_id, first_row) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING backfill_id
        )
        UPDATE backfill b SET copied = b.copied + $3 FROM copied WHERE b.id = copied.backfill_id
        """,
        cancellationToken, id, firstRow, count);

    /// <returns>Whether everything was copied, and the backfill so closed.</returns>
    public async Task<bool> CloseAsync(long id, CancellationToken cancellationToken) =>
        await ScalarAsync("UPDATE backfill SET closed_at = coalesce(closed_at, now()) WHERE id = $1 AND copied >= rows RETURNING true", cancellationToken, id) is true;

    private async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync(cancellationToken) is { } found and not DBNull ? found : null;
    }
}
