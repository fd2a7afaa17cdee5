using System.Text.Json.Serialization.Metadata;

namespace River.Serialization;

/// <summary>Finds the member whose value kept arguments from being written: the slow path, taken only after a failure.</summary>
internal static class UnstorableValue
{
    public static (string Path, string Reason)? Find<TArgs>(TArgs args, JsonTypeInfo<TArgs> typeInfo) =>
        throw new NotSupportedException($"{args} {typeInfo.Type}");
}
