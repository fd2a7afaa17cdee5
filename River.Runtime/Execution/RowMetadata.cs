using System.Buffers;
using System.Text.Json;

namespace River.Execution;

/// <summary>What River itself keeps in a job's metadata.</summary>
internal static class RowMetadata
{
    public const string Snoozes = "snoozes";
    public const string RescueCount = "river:rescue_count";
    private const string CancelAttemptedAt = "cancel_attempted_at";

    /// <summary>The change that adds one to a count; what isn't a number counts as none.</summary>
    public static byte[] Increment(JobRow row, string key)
    {
        var count = Find(row, key) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : 0;
        var buffer = new ArrayBufferWriter<byte>(32);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber(key, count + 1);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Whether somebody asked for the job to be cancelled while it ran.</summary>
    public static bool AsksForCancel(JobRow row) =>
        Find(row, CancelAttemptedAt) is { ValueKind: not JsonValueKind.Null };

    private static JsonElement? Find(JobRow row, string key)
    {
        var metadata = row.ReadMetadata();
        return metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty(key, out var value) ? value : null;
    }
}
