using System.Text.Json;
using River.Storage;

namespace River;

/// <summary>A queue as the database knows it: worked by some client, now or earlier.</summary>
public sealed class QueueInfo
{
    /// <summary>The queue's name.</summary>
    public required string Name { get; init; }

    /// <summary>When it was first worked, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a client last said that it works the queue, or when the queue was last changed, in UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was paused, in UTC; null when it isn't.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>Whether no client fetches its jobs.</summary>
    public bool IsPaused => PausedAt is not null;

    /// <summary>Its metadata, as a UTF-8 JSON object.</summary>
    public ReadOnlyMemory<byte> EncodedMetadata { get; init; } = "{}"u8.ToArray();

    /// <summary>How many of its jobs each process runs at once, as set by <see cref="QueueUpdate.MaxWorkers"/>; null when each goes by its own setting.</summary>
    public int? MaxWorkers =>
        ReadMetadata() is { ValueKind: JsonValueKind.Object } metadata
        && metadata.TryGetProperty(QueueRow.MaxWorkersKey, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var workers)
            ? workers
            : null;

    /// <summary>Reads the metadata anew.</summary>
    /// <returns>A JSON object that doesn't depend on this one.</returns>
    public JsonElement ReadMetadata()
    {
        using var document = JsonDocument.Parse(EncodedMetadata, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        return document.RootElement.Clone();
    }
}
