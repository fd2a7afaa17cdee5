using System.Text.Json;
using System.Text.Json.Serialization;
using River.Tests.Serialization;

namespace River.Tests.Uniqueness;

/// <summary>Dictionaries in every place where one can be, and a type that contains itself.</summary>
internal sealed class Maps : IJobArgs<Maps>
{
    public static JobDescriptor<Maps> Descriptor { get; } = JobDescriptor.Create("maps", () => MapJson.Default.Maps);

    public string? Text { get; set; }

    public Dictionary<string, string>? Labels { get; set; }

    public IReadOnlyDictionary<string, Address>? Places { get; set; }

    public Address[]? Items { get; set; }

    public List<List<SortedDictionary<string, string>>>? List { get; set; }

    public JsonElement? Element { get; set; }

    public Maps? Nested { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Maps))]
internal sealed partial class MapJson : JsonSerializerContext;
