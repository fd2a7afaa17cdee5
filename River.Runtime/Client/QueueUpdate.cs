using System.Text.Json;
using System.Text.Json.Nodes;
using River.Serialization;
using River.Storage;

namespace River;

/// <summary>What is to change about a queue in the whole cluster. What is null stays as it is.</summary>
public sealed record QueueUpdate
{
    private readonly int? _maxWorkers;

    /// <summary>
    /// How many jobs of the queue each process runs at once that works it: 1 to 10,000, or 0 to give every process its own
    /// setting back. A process that changed the queue by <see cref="IRiverHost"/> keeps that. Default: unchanged.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than 10,000.</exception>
    public int? MaxWorkers
    {
        get => _maxWorkers;
        init
        {
            _maxWorkers = value is null or (>= 0 and <= 10_000)
                ? value
                : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxWorkers must be 1 to 10,000, or 0 to give every process its own setting back.");
        }
    }

    /// <summary>
    /// Keys of the queue's metadata and their new values; null removes one, and keys not named stay. Keys that start with
    /// <c>river:</c> are River's own. At most 1 MiB. Default: none.
    /// </summary>
    public JsonObject? Metadata { get; init; }

    /// <summary>The keys of the queue's metadata that change; null removes one.</summary>
    /// <exception cref="InvalidUpdateException">A key or value can't be stored.</exception>
    internal byte[] ToMetadata()
    {
        var metadata = MetadataWriter.Write(Metadata, (member, reason, error) => new InvalidUpdateException(member, reason, error));
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = StoredTextEncoder.Instance }))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                using var document = JsonDocument.Parse(metadata, new JsonDocumentOptions { MaxDepth = int.MaxValue });
                foreach (var property in document.RootElement.EnumerateObject())
                    property.WriteTo(json);
            }

            if (MaxWorkers == 0)
                json.WriteNull(QueueRow.MaxWorkersKey);
            else if (MaxWorkers is { } workers)
                json.WriteNumber(QueueRow.MaxWorkersKey, workers);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
