using System.Text.Json;
using Microsoft.Data.Sqlite;
using River.Sqlite.Connections;
using River.Storage;

namespace River.Sqlite.Rows;

/// <summary>The columns of a job, and the row read from them.</summary>
internal static class JobColumns
{
    public const string All =
        "id, state, attempt, max_attempts, attempted_at, created_at, finalized_at, scheduled_at, priority, args, attempted_by, errors, kind, metadata, queue, tags, unique_key, unique_states";

    /// <summary>Reads the current row of a reader whose columns are <see cref="All"/>.</summary>
    public static JobRow Read(SqliteDataReader row) => new()
    {
        Id = row.GetInt64(0),
        State = StateText.Parse(row.GetString(1)),
        Attempt = row.GetInt32(2),
        MaxAttempts = row.GetInt32(3),
        AttemptedAt = row.IsDBNull(4) ? null : Micros.Time(row.GetInt64(4)),
        CreatedAt = Micros.Time(row.GetInt64(5)),
        FinalizedAt = row.IsDBNull(6) ? null : Micros.Time(row.GetInt64(6)),
        ScheduledAt = Micros.Time(row.GetInt64(7)),
        Priority = row.GetInt32(8),
        EncodedArgs = row.GetFieldValue<byte[]>(9),
        AttemptedBy = row.IsDBNull(10) ? [] : JsonColumns.ReadStrings(row.GetFieldValue<byte[]>(10)),
        Errors = row.IsDBNull(11) ? [] : StoredErrors.Read(row.GetFieldValue<byte[]>(11)),
        Kind = row.GetString(12),
        EncodedMetadata = row.GetFieldValue<byte[]>(13),
        Queue = row.GetString(14),
        Tags = JsonColumns.ReadStrings(row.GetFieldValue<byte[]>(15)),
        UniqueKey = row.IsDBNull(16) ? (ReadOnlyMemory<byte>?)null : row.GetFieldValue<byte[]>(16),
        UniqueStates = row.IsDBNull(17) ? JobStates.None : (JobStates)row.GetInt32(17),
    };

    /// <summary>
    /// Reads a claimed row as far as it can be: one that was made by hand may hold what no client writes, and must keep no
    /// other from being worked.
    /// </summary>
    public static ClaimedJob ReadClaimed(SqliteDataReader reader)
    {
        JobRow row;
        UnreadableRowException? fault = null;
        try
        {
            row = Read(reader);
        }
        catch (Exception error) when (IsOfContent(error))
        {
            var unreadable = new UnreadableRow(IsOfContent);
            row = Salvage(reader, unreadable);
            fault = unreadable.Fault(error);
        }

        return new ClaimedJob(row, fault);
    }

    private static JobRow Salvage(SqliteDataReader row, UnreadableRow unreadable) => new()
    {
        Id = row.GetInt64(0),
        State = StateText.Parse(row.GetString(1)),
        Attempt = row.GetInt32(2),
        MaxAttempts = row.GetInt32(3),
        AttemptedAt = unreadable.Try<DateTimeOffset?>("attempted_at", () => row.IsDBNull(4) ? null : Micros.Time(row.GetInt64(4)), null),
        CreatedAt = unreadable.Try("created_at", () => Micros.Time(row.GetInt64(5)), DateTimeOffset.UnixEpoch),
        FinalizedAt = unreadable.Try<DateTimeOffset?>("finalized_at", () => row.IsDBNull(6) ? null : Micros.Time(row.GetInt64(6)), null),
        ScheduledAt = unreadable.Try("scheduled_at", () => Micros.Time(row.GetInt64(7)), DateTimeOffset.UnixEpoch),
        Priority = row.GetInt32(8),
        EncodedArgs = row.GetFieldValue<byte[]>(9),
        AttemptedBy = unreadable.Try("attempted_by", () => row.IsDBNull(10) ? [] : JsonColumns.ReadStrings(row.GetFieldValue<byte[]>(10)), []),
        Errors = unreadable.Try("errors", () => row.IsDBNull(11) ? [] : StoredErrors.Read(row.GetFieldValue<byte[]>(11)), []),
        Kind = row.GetString(12),
        EncodedMetadata = row.GetFieldValue<byte[]>(13),
        Queue = row.GetString(14),
        Tags = unreadable.Try("tags", () => JsonColumns.ReadStrings(row.GetFieldValue<byte[]>(15)), []),
        UniqueKey = unreadable.Try("unique_key", () => row.IsDBNull(16) ? (ReadOnlyMemory<byte>?)null : row.GetFieldValue<byte[]>(16), null),
        UniqueStates = unreadable.Try("unique_states", () => row.IsDBNull(17) ? JobStates.None : (JobStates)row.GetInt32(17), JobStates.None),
    };

    private static bool IsOfContent(Exception error) =>
        error is InvalidCastException or ArgumentException or FormatException or OverflowException or JsonException or InvalidOperationException or KeyNotFoundException;

    /// <summary>The only row of a statement, or null.</summary>
    public static JobRow? One(Statement statement)
    {
        using var rows = statement.Read();
        return rows.Read() ? Read(rows) : null;
    }

    public static List<T> Many<T>(Statement statement, Func<SqliteDataReader, T> read)
    {
        using var rows = statement.Read();
        var all = new List<T>();
        while (rows.Read())
            all.Add(read(rows));
        return all;
    }
}
