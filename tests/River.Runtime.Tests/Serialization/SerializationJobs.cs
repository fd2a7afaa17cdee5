using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace River.Tests.Serialization;

/// <summary>A job with one member of every sort that can go wrong.</summary>
internal sealed class Trouble : IJobArgs<Trouble>
{
    public static JobDescriptor<Trouble> Descriptor { get; } = JobDescriptor.Create("trouble", () => TroubleJson.Default.Trouble);

    public string? Text { get; set; }

    public char Letter { get; set; } = 'a';

    public double Number { get; set; }

    public float? Ratio { get; set; }

    public Address? Address { get; set; }

    public List<Address>? Items { get; set; }

    public Dictionary<string, string>? Labels { get; set; }

    public Dictionary<string, Address>? Places { get; set; }

    public JsonElement? Element { get; set; }

    public JsonNode? Node { get; set; }

    public Tree? Tree { get; set; }

    [JsonConverter(typeof(RawConverter))]
    public string? Raw { get; set; }

    [JsonIgnore]
    public string? Hidden { get; set; }

    public Explosive? Explosive { get; set; }
}

/// <summary>A job whose first version was in euros.</summary>
internal sealed record Price(long Cents) : IJobArgs<Price>, IArgsUpgrade
{
    public static JobDescriptor<Price> Descriptor { get; } =
        JobDescriptor.Create("price", () => TroubleJson.Default.Price, new JobFacts { Upgrade = JobFacts.UpgradeOf<Price>() });

    static void IArgsUpgrade.Upgrade(JsonObject args, JobRow job)
    {
        if (args["euros"] is { } euros)
            args["cents"] = euros.GetValue<long>() * 100;
    }
}

internal sealed class Address
{
    public string? City { get; set; }

    public double[]? Coordinates { get; set; }
}

internal sealed class Tree
{
    public string? Name { get; set; }

    public Tree? Next { get; set; }
}

internal sealed class Explosive
{
    public bool IsArmed { get; set; }

    public string Value => IsArmed ? throw new InvalidOperationException("boom") : "";
}

/// <summary>Writes past the writer's own escaping, as a converter may.</summary>
internal sealed class RawConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteRawValue(value);
}

/// <summary>Arguments that are no JSON object.</summary>
[JsonConverter(typeof(BareConverter))]
internal sealed record Bare(long Id) : IJobArgs<Bare>
{
    public static JobDescriptor<Bare> Descriptor { get; } = JobDescriptor.Create("bare", () => TroubleJson.Default.Bare);
}

internal sealed class BareConverter : JsonConverter<Bare>
{
    public override Bare Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, Bare value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Id);
}

/// <summary>Constructor parameters that are required, refused and defaulted.</summary>
internal sealed record Order : IJobArgs<Order>
{
    [JsonConstructor]
    public Order(long id, string customer, int copies = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        Id = id;
        Customer = customer;
        Copies = copies;
    }

    public static JobDescriptor<Order> Descriptor { get; } = JobDescriptor.Create("order", () => TroubleJson.Default.Order);

    public long Id { get; }

    public string Customer { get; }

    public int Copies { get; }

    public required Address Address { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Trouble))]
[JsonSerializable(typeof(Price))]
[JsonSerializable(typeof(Bare))]
[JsonSerializable(typeof(Order))]
internal sealed partial class TroubleJson : JsonSerializerContext;
