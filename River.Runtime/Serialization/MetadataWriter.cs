using System.Text.Json;
using System.Text.Json.Nodes;

namespace River.Serialization;

/// <summary>Writes metadata as UTF-8 JSON that the database can hold.</summary>
internal static class MetadataWriter
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>What the keys that only River writes start with.</summary>
    public const string ReservedPrefix = "river:";

    /// <returns>The bytes; null for no metadata.</returns>
    /// <exception cref="InvalidJobException">A key or value can't be stored.</exception>
    public static byte[]? Write(string kind, JsonObject? metadata) => Write(metadata, Fault(kind));

    /// <param name="metadata">The keys and values.</param>
    /// <param name="fault">Makes the error: the member, what is wrong with it, and what showed it.</param>
    /// <returns>The bytes; null for no metadata.</returns>
    public static byte[]? Write(JsonObject? metadata, Func<string, string, Exception?, RiverException> fault)
    {
        if (metadata is null or { Count: 0 })
            return null;
        foreach (var (key, _) in metadata)
        {
            if (key.StartsWith(ReservedPrefix, StringComparison.Ordinal))
                throw Reserved(key, fault);
        }

        return Bytes(metadata, fault);
    }

    /// <summary>Writes metadata that a hook may have changed; River's own keys are to be as they were.</summary>
    /// <exception cref="InvalidJobException">A key or value can't be stored.</exception>
    public static byte[]? Change(string kind, byte[]? before, JsonObject metadata)
    {
        var own = before is null ? null : JsonNode.Parse(before, nodeOptions: null, new JsonDocumentOptions { MaxDepth = int.MaxValue }) as JsonObject;
        foreach (var key in metadata.Concat(own ?? []).Select(member => member.Key).Where(key => key.StartsWith(ReservedPrefix, StringComparison.Ordinal)))
        {
            if (!JsonNode.DeepEquals(metadata[key], own?[key]))
                throw Reserved(key, Fault(kind));
        }

        return metadata.Count == 0 ? null : Bytes(metadata, Fault(kind));
    }

    private static Func<string, string, Exception?, RiverException> Fault(string kind) => (member, reason, error) => new InvalidJobException(kind, member, reason, error);

    private static RiverException Reserved(string key, Func<string, string, Exception?, RiverException> fault) =>
        fault($"Metadata.{key}", $"starts with '{ReservedPrefix}', which is kept for River itself; choose another key.", null);

    private static byte[] Bytes(JsonObject metadata, Func<string, string, Exception?, RiverException> fault)
    {
        using var buffer = new PooledBuffer(MaxBytes);
        try
        {
            using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = StoredTextEncoder.Instance });
            metadata.WriteTo(writer);
            writer.Flush();
        }
        catch (BufferLimitException)
        {
            throw fault("Metadata", "takes more than 1 MiB; store the data elsewhere and pass a reference to it.", null);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw UnstorableValue.Find(metadata) is var (path, reason)
                ? fault(path.Length == 0 ? "Metadata" : $"Metadata.{path}", reason, error)
                : fault("Metadata", $"can't be written as JSON: {error.Message}", error);
        }

        return buffer.Written.ToArray();
    }

    /// <summary>What River's clients write with every job of a schedule, behind the schedule's own metadata.</summary>
    /// <param name="scheduleId">The schedule's name.</param>
    /// <param name="own">An object that isn't empty; null for none.</param>
    public static byte[] Periodic(string scheduleId, byte[]? own)
    {
        var periodic = Periodic(scheduleId);
        return own is null ? periodic : [.. own.AsSpan()[..^1], (byte)',', .. periodic.AsSpan()[1..]];
    }

    private static byte[] Periodic(string scheduleId)
    {
        using var buffer = new PooledBuffer();
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = StoredTextEncoder.Instance });
        writer.WriteStartObject();
        writer.WriteBoolean("periodic"u8, value: true);
        writer.WriteString("river:periodic_job_id"u8, scheduleId);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.Written.ToArray();
    }
}
