using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace River.Serialization;

/// <summary>Reads stored arguments as the type that their kind stands for.</summary>
internal static class ArgsReader
{
    /// <exception cref="UnreadableArgsException">They don't fit the type, or its constructor or a setter refused them.</exception>
    public static TArgs Read<TArgs>(JobRow row, JobDescriptor<TArgs> descriptor)
        where TArgs : IJobArgs<TArgs>
    {
        try
        {
            return JsonSerializer.Deserialize(row.EncodedArgs.Span, descriptor.TypeInfo)
                ?? throw new JsonException("the arguments are null", "$", null, null);
        }
        catch (JsonException error)
        {
            throw MissingMember(row.EncodedArgs, descriptor.TypeInfo, error.Path) is { } member
                ? new UnreadableArgsException(row.Kind, row.Id, member, "the type requires this member, and the stored arguments don't have it.", error)
                : new UnreadableArgsException(row.Kind, row.Id, error.Path ?? "$", WithoutPosition(error.Message), error);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Anything that the type's own constructor, setters and converters throw.
            throw new UnreadableArgsException(row.Kind, row.Id, "$", error.Message, error);
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
