using System.Text.Json;
using River.Attempts;
using River.Serialization;

namespace River;

/// <summary>How far a job has come, as its worker reported last.</summary>
/// <param name="Percent">0 to 100.</param>
/// <param name="Message">What the job does at the moment, for people; null when the worker didn't say.</param>
/// <param name="At">When it was reported, in UTC, by the worker's clock.</param>
public sealed record JobProgress(double Percent, string? Message, DateTimeOffset At)
{
    private const int MaxMessageBytes = 1024;

    internal static JobProgress Of(double percent, string? message, DateTimeOffset at)
    {
        if (!(percent is >= 0 and <= 100))
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "Progress is a percentage from 0 to 100.");
        return new JobProgress(percent, message is null ? null : SafeText.Of(message, MaxMessageBytes), at);
    }

    /// <returns>Null when there is none, or what no client writes.</returns>
    internal static JobProgress? Read(ReadOnlyMemory<byte> metadata)
    {
        if (TopLevel.Read(metadata, MetadataKeys.Progress) is not { ValueKind: JsonValueKind.Object } stored
            || !stored.TryGetProperty("percent"u8, out var percent) || percent.ValueKind != JsonValueKind.Number || !percent.TryGetDouble(out var value)
            || !stored.TryGetProperty("at"u8, out var at) || at.ValueKind != JsonValueKind.String || !at.TryGetDateTimeOffset(out var time))
        {
            return null;
        }

        var message = stored.TryGetProperty("message"u8, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        return new JobProgress(value, message, time.ToUniversalTime());
    }

    internal byte[] Encode()
    {
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = StoredTextEncoder.Instance }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("percent"u8, Percent);
            if (Message is not null)
                writer.WriteString("message"u8, Message);
            writer.WriteString("at"u8, At.UtcDateTime);
            writer.WriteEndObject();
        }

        return buffer.Written.ToArray();
    }
}

/// <summary>What one attempt of a job logged; see <see cref="RiverOptions.JobLogs"/>.</summary>
/// <param name="Attempt">The attempt's number, from 1. One that was snoozed or handed back has the number of the next.</param>
/// <param name="Text">The lines.</param>
public sealed record JobLog(int Attempt, string Text);
