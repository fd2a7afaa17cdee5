using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace River.Generators.Tests.Json;

/// <summary>The schema of arguments that a context of the application's reads, held to what System.Text.Json's generator makes of it.</summary>
public sealed class ContextSchemaTests
{
    private static readonly Delivery Full = new(42, "note", Speed.Fast, [new Parcel("a", 2), new Parcel("b")], new Sea("Anna", 3), "Kiel", new DateOnly(2026, 2, 3))
    {
        Needed = 1,
        Where = new Point(1, 2),
        Words = ["a", null],
        Before = new Delivery(41, null, Speed.Slow, [], new Road("HH-1"), "Bremen") { Needed = 2, Before = new Delivery(40, null, Speed.Slow, [], new Road("HB-2"), "Emden") { Needed = 3 } },
    };

    [Fact]
    public void What_the_context_writes_fits()
    {
        Assert.Empty(SchemaCheck.Faults(Written(Full), SchemaOf<Delivery>()));
        Assert.Empty(SchemaCheck.Faults(Written(Full.Before!), SchemaOf<Delivery>()));
        Assert.Empty(SchemaCheck.Faults(Written(new Payment(1, "DE1", new Point(3, 4))), SchemaOf<Payment>()));
    }

    [Fact]
    public void It_has_the_contexts_names_its_defaults_and_a_title()
    {
        var schema = SchemaOf<Delivery>();

        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.GetProperty("$schema").GetString());
        Assert.Equal("delivery", schema.GetProperty("title").GetString());
        Assert.Equal("object", schema.GetProperty("type").GetString());
        Assert.Equal(
            ["before", "count", "day", "needed", "note", "orderId", "parcels", "route", "speed", "to", "where", "words"],
            schema.GetProperty("properties").EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal(5, schema.GetProperty("properties").GetProperty("count").GetProperty("default").GetInt32());
        Assert.Equal(["account", "note", "order-id", "where"], SchemaOf<Payment>().GetProperty("properties").EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("orderId", "true")]
    [InlineData("speed", "\"Sideways\"")]
    [InlineData("parcels", "[5]")]
    [InlineData("route", "{\"$type\":\"air\"}")]
    [InlineData("where", "{\"x\":\"one\"}")]
    [InlineData("before", "{\"orderId\":5}")]
    [InlineData("needed", null)]
    public void What_the_context_does_not_read_does_not_fit(string member, string? value) => AssertRefused(Full, member, value);

    [Theory]
    [InlineData("account", "null")]
    [InlineData("order-id", "\"5\"")]
    [InlineData("extra", "1")]
    [InlineData("where", "{\"x\":1}")]
    [InlineData("account", null)]
    public void What_a_strict_context_does_not_read_does_not_fit(string member, string? value) => AssertRefused(new Payment(1, "DE1", new Point(3, 4)), member, value);

    [Theory]
    [InlineData("{\"needed\":1}")]
    [InlineData("{\"needed\":1,\"where\":{},\"parcels\":[{}],\"unknown\":5}")]
    [InlineData("{\"needed\":\"1\",\"orderId\":\"5\"}")]
    public void What_the_context_reads_without_is_not_required(string payload)
    {
        Assert.Equal(1, JsonSerializer.Deserialize(payload, Delivery.Descriptor.TypeInfo)!.Needed);
        Assert.Empty(SchemaCheck.Faults(payload, SchemaOf<Delivery>()));
    }

    [Fact]
    public void A_context_that_keeps_references_has_none() => Assert.Null(Kept.Descriptor.ArgsSchema);

    private static void AssertRefused<TArgs>(TArgs args, string member, string? value)
        where TArgs : IJobArgs<TArgs>
    {
        var payload = JsonNode.Parse(Written(args))!.AsObject();
        if (value is null)
            payload.Remove(member);
        else
            payload[member] = JsonNode.Parse(value);

        Assert.NotEmpty(SchemaCheck.Faults(payload.ToJsonString(), SchemaOf<TArgs>()));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(payload.ToJsonString(), TArgs.Descriptor.TypeInfo));
    }

    private static string Written<TArgs>(TArgs args)
        where TArgs : IJobArgs<TArgs> => JsonSerializer.Serialize(args, TArgs.Descriptor.TypeInfo);

    private static JsonElement SchemaOf<TArgs>()
        where TArgs : IJobArgs<TArgs> => JsonDocument.Parse(TArgs.Descriptor.ArgsSchema!).RootElement;
}

/// <summary>A job as the generator completes it where it names a context of its own.</summary>
internal sealed record Delivery(
    long OrderId, string? Note, Speed Speed, Parcel[] Parcels, Route Route, [property: JsonPropertyName("to")] string Address, DateOnly? Day = null, int Count = 5) : IJobArgs<Delivery>
{
    public static JobDescriptor<Delivery> Descriptor { get; } = JobDescriptor.Create("delivery", () => WebContext.Default.Delivery);

    public required int Needed { get; init; }

    public Point? Where { get; init; }

    public List<string?> Words { get; init; } = [];

    public Delivery? Before { get; init; }
}

internal enum Speed
{
    Slow,
    Fast,
}

internal sealed record Parcel(string Sku, int Count = 1);

[method: JsonConstructor]
internal readonly record struct Point(int X, int Y);

[JsonDerivedType(typeof(Road), "road"), JsonDerivedType(typeof(Sea), "sea")]
internal abstract record Route;

internal sealed record Road(string Lorry) : Route;

internal sealed record Sea(string Vessel, int Days) : Route;

internal sealed record Payment(long OrderId, string Account, Point? Where, string? Note = null) : IJobArgs<Payment>
{
    public static JobDescriptor<Payment> Descriptor { get; } = JobDescriptor.Create("payment", () => StrictContext.Default.Payment);
}

internal sealed record Kept(string Name) : IJobArgs<Kept>
{
    public static JobDescriptor<Kept> Descriptor { get; } = JobDescriptor.Create("kept", () => ReferenceContext.Default.Kept);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Delivery))]
internal sealed partial class WebContext : JsonSerializerContext;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Payment))]
internal sealed partial class StrictContext : JsonSerializerContext;

[JsonSourceGenerationOptions(ReferenceHandler = JsonKnownReferenceHandler.Preserve)]
[JsonSerializable(typeof(Kept))]
internal sealed partial class ReferenceContext : JsonSerializerContext;
