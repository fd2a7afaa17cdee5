using System.Text.Json;

namespace River.Sqlite.Rows;

/// <summary>Whether one JSON value contains another, as PostgreSQL's <c>@&gt;</c> says.</summary>
internal static class Containment
{
    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    public static JsonDocument Parse(ReadOnlyMemory<byte> json) => JsonDocument.Parse(json, AnyDepth);

    /// <summary>
    /// Objects: every key with a contained value. Arrays: every element is contained in some element, whatever the places
    /// and however often. All else must be equal, numbers by what they amount to.
    /// </summary>
    public static bool Contains(JsonElement whole, JsonElement part) => (whole.ValueKind, part.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) => part.EnumerateObject().All(wanted => whole.TryGetProperty(wanted.Name, out var value) && Contains(value, wanted.Value)),
        (JsonValueKind.Array, JsonValueKind.Array) => part.EnumerateArray().All(wanted => whole.EnumerateArray().Any(value => Contains(value, wanted))),
        _ => whole.ValueKind == part.ValueKind && JsonElement.DeepEquals(whole, part),
    };
}
