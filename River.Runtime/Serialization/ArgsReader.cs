using System.Text.Json;

namespace River.Serialization;

/// <summary>Reads stored arguments as the type that their kind stands for.</summary>
internal static class ArgsReader
{
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
            throw new UnreadableArgsException(row.Kind, row.Id, error.Path ?? "$", error.Message, error);
        }
    }
}
