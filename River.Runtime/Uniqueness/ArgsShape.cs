using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace River.Uniqueness;

/// <summary>
/// Where dictionaries are in a job's arguments. Go writes a map sorted by key, .NET a dictionary in whatever order it
/// has them, so that equal arguments would have different keys.
/// </summary>
internal sealed class ArgsShape
{
    private readonly List<(byte[] Name, ArgsShape Shape)> _members = [];

    private ArgsShape(JsonTypeInfoKind kind) => Kind = kind;

    public JsonTypeInfoKind Kind { get; }

    /// <summary>The shape of items or entries; null when they are plain.</summary>
    public ArgsShape? Element { get; private set; }

    /// <summary>The shape of a job's arguments; null when there is no dictionary in them, which is the usual and the fast case.</summary>
    public static ArgsShape? Of(JsonTypeInfo contract)
    {
        var known = new Dictionary<Type, ArgsShape>();
        try
        {
            var shape = Read(contract, known);
            return known.Values.Any(part => part.Kind == JsonTypeInfoKind.Dictionary) ? shape : null;
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException)
        {
            // A context of the application's own that only writes: then order counts as it is written.
            return null;
        }
    }

    /// <summary>The shape of a member; null when it is plain.</summary>
    public ArgsShape? Member(ReadOnlySpan<byte> name)
    {
        foreach (var (known, shape) in _members)
        {
            if (name.SequenceEqual(known))
                return shape;
        }

        return null;
    }

    /// <summary>The shape of what a path leads to.</summary>
    public ArgsShape? At(MemberPath path)
    {
        var shape = this;
        foreach (var part in path.Parts)
        {
            shape = shape.Kind == JsonTypeInfoKind.Object ? shape.Member(Encoding.UTF8.GetBytes(part.Name)) : shape.Element;
            if (shape is null)
                return null;
        }

        return shape;
    }

    private static ArgsShape? Read(JsonTypeInfo contract, Dictionary<Type, ArgsShape> known)
    {
        if (contract.Kind == JsonTypeInfoKind.None)
            return null;
        if (known.TryGetValue(contract.Type, out var shape))
            return shape;

        known.Add(contract.Type, shape = new ArgsShape(contract.Kind));
        foreach (var property in contract.Properties)
        {
            // What a converter of the member's own makes of it is nobody's dictionary.
            if (property.CustomConverter is null && Read(property.PropertyType, contract.Options, known) is { } member)
                shape._members.Add((Encoding.UTF8.GetBytes(property.Name), member));
        }

        shape.Element = contract.ElementType is { } element ? Read(element, contract.Options, known) : null;
        return shape;
    }

    private static ArgsShape? Read(Type type, JsonSerializerOptions options, Dictionary<Type, ArgsShape> known) =>
        options.TryGetTypeInfo(type, out var contract) ? Read(contract, known) : null;
}
