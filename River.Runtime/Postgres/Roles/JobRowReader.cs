using System.Globalization;
using System.Text.Json;
using Npgsql;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>Reads the columns of <see cref="Sql.Fragments.RowColumns"/>.</summary>
internal static class JobRowReader
{
    public const int Columns = 18;

    public static JobRow Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetInt64(0),
        State = StateOf(reader.GetString(1)),
        Kind = reader.GetString(2),
        Queue = reader.GetString(3),
        Attempt = reader.GetInt16(4),
        MaxAttempts = reader.GetInt16(5),
        Priority = reader.GetInt16(6),
        EncodedArgs = reader.GetFieldValue<byte[]>(7),
        EncodedMetadata = reader.GetFieldValue<byte[]>(8),
        Tags = reader.GetFieldValue<string[]>(9),
        CreatedAt = reader.GetFieldValue<DateTimeOffset>(10),
        ScheduledAt = reader.GetFieldValue<DateTimeOffset>(11),
        AttemptedAt = reader.IsDBNull(12) ? null : reader.GetFieldValue<DateTimeOffset>(12),
        FinalizedAt = reader.IsDBNull(13) ? null : reader.GetFieldValue<DateTimeOffset>(13),
        AttemptedBy = reader.IsDBNull(14) ? [] : reader.GetFieldValue<string[]>(14),
        Errors = reader.IsDBNull(15) ? [] : ErrorsOf(reader.GetString(15)),
        UniqueKey = reader.IsDBNull(16) ? null : (ReadOnlyMemory<byte>?)reader.GetFieldValue<byte[]>(16),
        UniqueStates = reader.IsDBNull(17) ? JobStates.None : (JobStates)reader.GetInt32(17),
    };

    /// <summary>
    /// Reads a claimed row as far as it can be: one that was made by hand may hold times or arrays that no client writes, and
    /// must keep no other from being worked.
    /// </summary>
    public static ClaimedJob ReadClaimed(NpgsqlDataReader reader)
    {
        try
        {
            var row = Read(reader);
            return new ClaimedJob(new ClaimToken(row.Id, row.Attempt, row.AttemptedAt ?? DateTimeOffset.MinValue), row);
        }
        catch (Exception fault) when (fault is InvalidCastException or ArgumentException or FormatException or OverflowException or JsonException or InvalidOperationException)
        {
            var row = Salvage(reader);
            return new ClaimedJob(new ClaimToken(row.Id, row.Attempt, row.AttemptedAt ?? DateTimeOffset.MinValue), row, fault);
        }
    }

    private static JobRow Salvage(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetInt64(0),
        State = StateOf(reader.GetString(1)),
        Kind = reader.GetString(2),
        Queue = reader.GetString(3),
        Attempt = reader.GetInt16(4),
        MaxAttempts = reader.GetInt16(5),
        Priority = reader.GetInt16(6),
        EncodedArgs = reader.GetFieldValue<byte[]>(7),
        EncodedMetadata = reader.GetFieldValue<byte[]>(8),
        CreatedAt = Try(reader, 10, DateTimeOffset.UnixEpoch),
        ScheduledAt = Try(reader, 11, DateTimeOffset.UnixEpoch),
        AttemptedAt = Try<DateTimeOffset?>(reader, 12, null),
        AttemptedBy = Try<string[]>(reader, 14, []),
    };

    private static T Try<T>(NpgsqlDataReader reader, int column, T instead)
    {
        try
        {
            return reader.GetFieldValue<T>(column);
        }
        catch (Exception fault) when (fault is InvalidCastException or ArgumentException or FormatException or OverflowException)
        {
            return instead;
        }
    }

    public static JobState StateOf(string name) => name switch
    {
        "available" => JobState.Available,
        "cancelled" => JobState.Cancelled,
        "completed" => JobState.Completed,
        "discarded" => JobState.Discarded,
        "pending" => JobState.Pending,
        "retryable" => JobState.Retryable,
        "running" => JobState.Running,
        "scheduled" => JobState.Scheduled,
        _ => throw new InvalidOperationException($"This library doesn't know the job state '{name}'; the database belongs to a newer River. Update the package."),
    };

    public static string NameOf(JobState state) => state switch
    {
        JobState.Available => "available",
        JobState.Cancelled => "cancelled",
        JobState.Completed => "completed",
        JobState.Discarded => "discarded",
        JobState.Pending => "pending",
        JobState.Retryable => "retryable",
        JobState.Running => "running",
        JobState.Scheduled => "scheduled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "There is no such state."),
    };

    /// <summary>An entry that another client wrote in a form of its own is read as far as it goes: a claimed row must not be lost over it.</summary>
    private static AttemptError[] ErrorsOf(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        return [.. document.RootElement.EnumerateArray().Select(ErrorOf)];
    }

    private static AttemptError ErrorOf(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            return new AttemptError(DateTimeOffset.UnixEpoch, 0, entry.ToString(), "");
        var attempt = entry.TryGetProperty("attempt", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var value) ? value : 0;
        return new AttemptError(TimeOf(Text(entry, "at")), attempt, Text(entry, "error"), Text(entry, "trace"));
    }

    private static DateTimeOffset TimeOf(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : DateTimeOffset.UnixEpoch;

    private static string Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
