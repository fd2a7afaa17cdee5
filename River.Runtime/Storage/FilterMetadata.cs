using System.Text.Json;
using River.Serialization;

namespace River.Storage;

/// <summary>What a filter asks of metadata, as JSON.</summary>
internal static class FilterMetadata
{
    /// <returns>UTF-8 JSON; null when nothing is asked.</returns>
    /// <exception cref="InvalidFilterException">It holds what JSON or the database can't, so no row could contain it.</exception>
    public static byte[]? Write(JobFilter filter)
    {
        if (filter.Metadata is not { Count: > 0 } metadata)
            return null;
        using var buffer = new PooledBuffer();
        try
        {
            using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = StoredTextEncoder.Instance });
            metadata.WriteTo(writer);
            writer.Flush();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw UnstorableValue.Find(metadata) is var (path, reason)
                ? new InvalidFilterException($"{nameof(JobFilter.Metadata)}.{path}", reason, error)
                : new InvalidFilterException(nameof(JobFilter.Metadata), $"can't be written as JSON: {error.Message}", error);
        }

        return buffer.Written.ToArray();
    }
}
