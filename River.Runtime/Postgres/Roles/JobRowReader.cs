using System.Text.Json;
using Npgsql;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>Reads the columns of <see cref="Sql.Fragments.RowColumns"/>.</summary>
internal static class JobRowReader
{
    public const int Columns = 18;

    private static readonly byte[] NoMetadata = "{}"u8.ToArray();

    public static JobRow Read(NpgsqlDataReader reader) => Read(reader, default);

    /// <param name="reader">On a row.</param>
    /// <param name="claim">What the row leaves out.</param>
    private static JobRow Read(NpgsqlDataReader reader, ClaimFacts claim) => new()
    {
        Id = reader.GetInt64(0),
        State = ReadState(reader),
        Kind = reader.GetString(2),
        Queue = ReadQueue(reader, claim),
        Attempt = reader.GetInt16(4),
        MaxAttempts = reader.GetInt16(5),
        Priority = reader.GetInt16(6),
        EncodedArgs = reader.GetFieldValue<byte[]>(7),
        EncodedMetadata = ReadMetadata(reader),
        Tags = reader.IsDBNull(9) ? [] : reader.GetFieldValue<string[]>(9),
        CreatedAt = reader.GetFieldValue<DateTimeOffset>(10),
        ScheduledAt = reader.GetFieldValue<DateTimeOffset>(11),
        AttemptedAt = reader.IsDBNull(12) ? null : reader.GetFieldValue<DateTimeOffset>(12),
        FinalizedAt = reader.IsDBNull(13) ? null : reader.GetFieldValue<DateTimeOffset>(13),
        AttemptedBy = reader.IsDBNull(14) ? claim.Claimer ?? [] : reader.GetFieldValue<string[]>(14),
        Errors = reader.IsDBNull(15) ? [] : StoredErrors.Read(reader.GetString(15)),
        UniqueKey = reader.IsDBNull(16) ? null : (ReadOnlyMemory<byte>?)reader.GetFieldValue<byte[]>(16),
        UniqueStates = reader.IsDBNull(17) ? JobStates.None : (JobStates)reader.GetInt32(17),
    };

    /// <summary>
    /// Reads a claimed row as far as it can be: one that was made by hand may hold times or arrays that no client writes, and
    /// must keep no other from being worked.
    /// </summary>
    public static ClaimedJob ReadClaimed(NpgsqlDataReader reader) => ReadClaimed(reader, default);

    /// <inheritdoc cref="ReadClaimed(NpgsqlDataReader)"/>
    public static ClaimedJob ReadClaimed(NpgsqlDataReader reader, ClaimFacts claim)
    {
        try
        {
            return new ClaimedJob(Read(reader, claim));
        }
        catch (Exception fault) when (IsOfContent(fault))
        {
            var unreadable = new UnreadableRow(IsOfContent);
            var row = Salvage(reader, unreadable, claim);
            return new ClaimedJob(row, unreadable.Fault(fault));
        }
    }

    private static JobRow Salvage(NpgsqlDataReader reader, UnreadableRow row, ClaimFacts claim) => new()
    {
        Id = reader.GetInt64(0),
        State = ReadState(reader),
        Kind = reader.GetString(2),
        Queue = ReadQueue(reader, claim),
        Attempt = reader.GetInt16(4),
        MaxAttempts = reader.GetInt16(5),
        Priority = reader.GetInt16(6),
        EncodedArgs = reader.GetFieldValue<byte[]>(7),
        EncodedMetadata = ReadMetadata(reader),
        Tags = row.Try("tags", () => reader.IsDBNull(9) ? [] : reader.GetFieldValue<string[]>(9), []),
        CreatedAt = row.Try("created_at", () => reader.GetFieldValue<DateTimeOffset>(10), DateTimeOffset.UnixEpoch),
        ScheduledAt = row.Try("scheduled_at", () => reader.GetFieldValue<DateTimeOffset>(11), DateTimeOffset.UnixEpoch),
        AttemptedAt = row.Try<DateTimeOffset?>("attempted_at", () => reader.IsDBNull(12) ? null : reader.GetFieldValue<DateTimeOffset>(12), null),
        FinalizedAt = row.Try<DateTimeOffset?>("finalized_at", () => reader.IsDBNull(13) ? null : reader.GetFieldValue<DateTimeOffset>(13), null),
        AttemptedBy = row.Try("attempted_by", () => reader.IsDBNull(14) ? claim.Claimer ?? [] : reader.GetFieldValue<string[]>(14), []),
        Errors = row.Try("errors", () => reader.IsDBNull(15) ? [] : StoredErrors.Read(reader.GetString(15)), []),
        UniqueKey = row.Try("unique_key", () => reader.IsDBNull(16) ? null : (ReadOnlyMemory<byte>?)reader.GetFieldValue<byte[]>(16), null),
        UniqueStates = row.Try("unique_states", () => reader.IsDBNull(17) ? JobStates.None : (JobStates)reader.GetInt32(17), JobStates.None),
    };

    private static bool IsOfContent(Exception fault) =>
        fault is InvalidCastException or ArgumentException or FormatException or OverflowException or JsonException or InvalidOperationException;

    private static JobState ReadState(NpgsqlDataReader reader) => reader.IsDBNull(1) ? JobState.Running : StateOf(reader.GetString(1));

    private static string ReadQueue(NpgsqlDataReader reader, ClaimFacts claim) =>
        claim.OnlyQueue is { } queue && reader.IsDBNull(3) ? queue : reader.GetString(3);

    private static byte[] ReadMetadata(NpgsqlDataReader reader) => reader.IsDBNull(8) ? NoMetadata : reader.GetFieldValue<byte[]>(8);

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
}

/// <summary>What the rows of a claim have in common, and leave out.</summary>
/// <param name="Claimer">Who attempted a job, where nobody did before.</param>
/// <param name="OnlyQueue">The queue, where only one was asked for.</param>
internal readonly record struct ClaimFacts(IReadOnlyList<string> Claimer, string? OnlyQueue);
