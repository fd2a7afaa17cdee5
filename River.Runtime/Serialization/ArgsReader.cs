using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace River.Serialization;

/// <summary>Reads stored arguments as the type that their kind stands for.</summary>
internal static class ArgsReader
{
    private const int DefaultMaxDepth = 64;

    /// <exception cref="UnreadableArgsException">They don't fit the type, or its upgrade, its constructor or a setter refused them.</exception>
    public static TArgs Read<TArgs>(JobRow row, JobDescriptor<TArgs> descriptor)
        where TArgs : IJobArgs<TArgs> => Read(row, row.EncodedArgs, descriptor);

    /// <param name="row">The job.</param>
    /// <param name="stored">Its arguments as stored, or as a hook left them.</param>
    /// <param name="descriptor">The type that they are read as.</param>
    /// <exception cref="UnreadableArgsException">They don't fit the type, or its upgrade, its constructor or a setter refused them.</exception>
    public static TArgs Read<TArgs>(JobRow row, ReadOnlyMemory<byte> stored, JobDescriptor<TArgs> descriptor)
        where TArgs : IJobArgs<TArgs>
    {
        var json = descriptor.Facts.Upgrade is { } upgrade ? Upgraded(row, stored, upgrade, descriptor.TypeInfo.Options.MaxDepth) : stored;
        try
        {
            return JsonSerializer.Deserialize(json.Span, descriptor.TypeInfo)
                ?? throw new JsonException("the arguments are null", "$", null, null);
        }
        catch (JsonException error)
        {
            throw MissingMember(json, descriptor.TypeInfo, error.Path) is { } member
                ? new UnreadableArgsException(row.Kind, row.Id, member, "the type requires this member, and the stored arguments don't have it.", error)
                : new UnreadableArgsException(row.Kind, row.Id, error.Path ?? "$", WithoutPosition(error.Message), error);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Anything that the type's own constructor, setters and converters throw.
            throw new UnreadableArgsException(row.Kind, row.Id, "$", error.Message, error);
        }
    }

    /// <summary>What an upgrade makes of stored arguments; those that are no JSON object are left to the reader to refuse.</summary>
    private static ReadOnlyMemory<byte> Upgraded(JobRow row, ReadOnlyMemory<byte> stored, Action<JsonObject, JobRow> upgrade, int maxDepth)
    {
        maxDepth = maxDepth == 0 ? DefaultMaxDepth : maxDepth;
        JsonObject? args;
        try
        {
            args = JsonNode.Parse(stored.Span, nodeOptions: null, new JsonDocumentOptions { MaxDepth = maxDepth }) as JsonObject;
        }
        catch (JsonException)
        {
            return stored;
        }

        if (args is null)
            return stored;
        try
        {
            upgrade(args, row);
            var buffer = new ArrayBufferWriter<byte>(stored.Length + 64);
            using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = maxDepth }))
                args.WriteTo(writer);
            return buffer.WrittenMemory;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new UnreadableArgsException(row.Kind, row.Id, "$", $"the type's Upgrade threw {error.GetType().Name}: {error.Message}", error);
        }
    }

    /// <summary>System.Text.Json names a missing member in its message only, in the words of the machine's language.</summary>
    private static string? MissingMember(ReadOnlyMemory<byte> json, JsonTypeInfo typeInfo, string? path)
    {
        if (path is not (null or "$") || typeInfo.Kind != JsonTypeInfoKind.Object)
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            foreach (var property in typeInfo.Properties)
            {
                if (IsRequired(property) && !document.RootElement.TryGetProperty(property.Name, out _))
                    return "$." + property.Name;
            }
        }
        catch (JsonException)
        {
            // Then the text itself is the fault, and the first error says where.
        }

        return null;
    }

    private static bool IsRequired(JsonPropertyInfo property) =>
        property.IsRequired
        || (property.Options.RespectRequiredConstructorParameters && property.AssociatedParameter is { HasDefaultValue: false, IsMemberInitializer: false });

    private static string WithoutPosition(string message)
    {
        var at = message.IndexOf(" Path: ", StringComparison.Ordinal);
        return at < 0 ? message : message[..at];
    }
}
