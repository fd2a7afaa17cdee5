using System.Buffers;
using System.Text.Json;

namespace River.Execution;

/// <summary>What River itself keeps in a job's metadata.</summary>
internal static class RowMetadata
{
    public const string Snoozes = "snoozes";
    public const string RescueCount = "river:rescue_count";
    public const string Quarantined = "river:quarantined";

    /// <summary>How many rescues there had been when an attempt last came to an end of its own: they don't count against the job.</summary>
    private const string RescuesSurvived = "river:rescues_survived";

    private const string CancelAttemptedAt = "cancel_attempted_at";

    /// <summary>The change that adds one to a count; what isn't a number counts as none.</summary>
    public static byte[] Increment(JobRow row, string key) => Write(json => json.WriteNumber(key, Count(row, key) + 1));

    /// <summary>The change that a snooze makes.</summary>
    public static byte[] Snoozed(JobRow row) => Write(json =>
    {
        json.WriteNumber(Snoozes, Count(row, Snoozes) + 1);
        if (Count(row, RescueCount) is var rescues and > 0)
            json.WriteNumber(RescuesSurvived, rescues);
    });

    /// <summary>The change that an attempt makes which came to an end of its own; null when there was no rescue to survive.</summary>
    public static byte[]? Survived(JobRow row) =>
        Count(row, RescueCount) is var rescues and > 0 ? Write(json => json.WriteNumber(RescuesSurvived, rescues)) : null;

    /// <summary>How many rescues there have been since an attempt last came to an end of its own.</summary>
    public static long Doubts(JobRow row) => Count(row, RescueCount) - Count(row, RescuesSurvived);

    /// <summary>The change that a rescue of a vanished client's job makes.</summary>
    public static byte[] Rescued(long rescues, bool isQuarantined) => Write(json =>
    {
        json.WriteNumber(RescueCount, rescues);
        if (isQuarantined)
            json.WriteBoolean(Quarantined, true);
    });

    /// <summary>The change that the discard of a row makes that can't be read.</summary>
    public static byte[] Unreadable() => Write(json => json.WriteBoolean(Quarantined, true));

    public static long Count(JobRow row, string key) =>
        Find(row, key) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : 0;

    /// <summary>Whether somebody asked for the job to be cancelled while it ran.</summary>
    public static bool AsksForCancel(JobRow row) =>
        Find(row, CancelAttemptedAt) is { ValueKind: not JsonValueKind.Null };

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            content(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static JsonElement? Find(JobRow row, string key)
    {
        var metadata = row.ReadMetadata();
        return metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty(key, out var value) ? value : null;
    }
}
