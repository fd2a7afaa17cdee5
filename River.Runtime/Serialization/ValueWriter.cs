using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace River.Serialization;

/// <summary>Writes what a worker records as UTF-8 JSON that the database can hold, or says where it can't.</summary>
internal static class ValueWriter
{
    private const int Mebibyte = 1024 * 1024;

    /// <param name="kind">The job's.</param>
    /// <param name="name">What the value is to the job, as errors name it.</param>
    /// <param name="value">The value.</param>
    /// <param name="typeInfo">How it is written.</param>
    /// <param name="maxBytes">The most that it may take; whole mebibytes.</param>
    /// <exception cref="InvalidJobDataException">It can't be stored; the message says where and why.</exception>
    public static byte[] Write<T>(string kind, string name, T value, JsonTypeInfo<T> typeInfo, int maxBytes) =>
        Write(kind, name, writer => JsonSerializer.Serialize(writer, value, typeInfo), () => UnstorableValue.Find(value, typeInfo), maxBytes);

    /// <inheritdoc cref="Write{T}"/>
    public static byte[] Write(string kind, string name, JsonNode? value, int maxBytes)
    {
        return value is null ? "null"u8.ToArray() : Write(kind, name, writer => value.WriteTo(writer), Find, maxBytes);

        (string Path, string Reason)? Find() => UnstorableValue.Find(value);
    }

    private static byte[] Write(string kind, string name, Action<Utf8JsonWriter> write, Func<(string Path, string Reason)?> find, int maxBytes)
    {
        using var buffer = new PooledBuffer(maxBytes);
        try
        {
            using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = StoredTextEncoder.Instance }))
                write(writer);
            if (buffer.Written.Length > maxBytes)
                throw new BufferLimitException();
            if (RawText.FaultOf(buffer.Written) is { } fault)
                throw new UnstorableTextException(fault);
            return buffer.Written.ToArray();
        }
        catch (BufferLimitException)
        {
            var limit = (maxBytes / Mebibyte).ToString(CultureInfo.InvariantCulture);
            throw new InvalidJobDataException(kind, name, $"takes more than {limit} MiB; store the data elsewhere and record a reference to it.");
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw find() is var (path, reason)
                ? new InvalidJobDataException(kind, path.Length == 0 ? name : $"{name}{(path[0] == '[' ? "" : ".")}{path}", reason, error)
                : new InvalidJobDataException(kind, name, error is UnstorableTextException ? error.Message : $"can't be written as JSON: {error.Message}", error);
        }
    }
}
