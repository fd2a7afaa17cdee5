using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace River.Serialization;

/// <summary>Writes a job's output as UTF-8 JSON that the database can hold.</summary>
internal static class OutputWriter
{
    /// <summary>The key of the metadata under which River's clients keep it.</summary>
    public const string Key = "output";

    /// <summary>River's limit: 32 MiB.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    /// <param name="output">The output.</param>
    /// <param name="typeInfo">How it is written.</param>
    /// <param name="fault">Makes the error: the member, what is wrong with it, and what showed it.</param>
    public static byte[] Write<TOutput>(TOutput output, JsonTypeInfo<TOutput> typeInfo, Func<string, string, Exception?, RiverException> fault)
    {
        using var buffer = new PooledBuffer(MaxBytes);
        try
        {
            using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = StoredTextEncoder.Instance, MaxDepth = typeInfo.Options.MaxDepth });
            JsonSerializer.Serialize(writer, output, typeInfo);
            writer.Flush();
        }
        catch (BufferLimitException)
        {
            throw TooLong(fault);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw UnstorableValue.Find(output, typeInfo) is var (path, reason)
                ? fault(path.Length == 0 ? "Output" : $"Output.{path}", reason, error)
                : fault("Output", $"can't be written as JSON: {error.Message}", error);
        }

        // The buffer stops what is far too long, not what is a little.
        return buffer.Written.Length > MaxBytes ? throw TooLong(fault) : buffer.Written.ToArray();
    }

    /// <summary>A metadata object with the output in it, in place of one that was there.</summary>
    public static byte[] WithOutput(byte[]? metadata, ReadOnlySpan<byte> output)
    {
        using var buffer = new PooledBuffer();
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = StoredTextEncoder.Instance });
        writer.WriteStartObject();
        if (metadata is not null)
        {
            using var document = JsonDocument.Parse(metadata, new JsonDocumentOptions { MaxDepth = int.MaxValue });
            foreach (var property in document.RootElement.EnumerateObject().Where(property => !property.NameEquals(Key)))
                property.WriteTo(writer);
        }

        writer.WritePropertyName(Key);
        writer.WriteRawValue(output, skipInputValidation: true);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.Written.ToArray();
    }

    private static RiverException TooLong(Func<string, string, Exception?, RiverException> fault) =>
        fault("Output", "takes more than 32 MiB; store the data elsewhere and record a reference to it.", null);
}
