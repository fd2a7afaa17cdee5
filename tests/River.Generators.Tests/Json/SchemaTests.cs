using System.Text.Json;
using System.Text.Json.Nodes;
using River.Generators.Tests.Projects;

namespace River.Generators.Tests.Json;

/// <summary>The schema of a job's arguments says of real payloads what they are.</summary>
public sealed class SchemaTests
{
    private const string Source =
        """
        [assembly: Queue("default")]
        namespace Shop;
        [Job] public sealed partial record Order(
            long Id, bool Urgent, byte Small, ulong Big, double Ratio, decimal Price, char Sign, string Name, string? Note, byte[] Blob,
            DateTime At, DateTimeOffset Until, DateOnly Day, TimeOnly Hour, TimeSpan Patience, Guid Key, Uri Link, Mode Mode, Days Days, Mode? Other,
            Line[] Lines, List<string?> Words, Dictionary<string, Line?> More, Node Tree, Point? Where, System.Text.Json.JsonElement Raw,
            int? Count = 5, string Text = "a \"b\"", Mode Last = Mode.FullForce)
        {
            public required int Needed { get; init; }
            public HashSet<int> Set { get; init; } = [3];
            public string Computed => Name + "!";
        }
        public enum Mode { Dry, FullForce }
        [Flags] public enum Days { None = 0, Monday = 1, Tuesday = 2 }
        public sealed record Line(string Sku, int Count = 1);
        public readonly record struct Point(int X, int Y);
        public sealed record Node(string Name, List<Node> Children, Node? Twin = null);
        [Job] public sealed partial record Loop { public Loop? Inner { get; init; } }
        [Job] public sealed partial record Nothing;

        public static class Entry
        {
            public static string? Schema() => Of<Order>().ArgsSchema;
            public static string? LoopSchema() => Of<Loop>().ArgsSchema;
            public static string? NothingSchema() => Of<Nothing>().ArgsSchema;
            public static string Payload(bool full) => Write(new Order(
                5, true, 255, ulong.MaxValue, -1.5e300, 1.25m, 'ä', "name", full ? "note" : null, [1, 2],
                new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), DateTimeOffset.UnixEpoch, new DateOnly(2026, 2, 3), new TimeOnly(1, 2, 3, 4), TimeSpan.FromDays(-1.5), Guid.Empty, new Uri("https://example.com/a?b"), Mode.FullForce, Days.Monday | Days.Tuesday, full ? Mode.Dry : null,
                full ? [new("a"), new("b", 2)] : [], full ? ["a", null] : [], full ? new() { ["x"] = new("c"), ["y"] = null } : [], new Node("root", full ? [new Node("leaf", [])] : []), full ? new Point(1, 2) : null,
                System.Text.Json.JsonDocument.Parse(full ? "[1,{\"a\":null}]" : "null").RootElement) { Needed = 3 });
            public static string Loops() => Write(new Loop { Inner = new Loop { Inner = new Loop() } });
            public static string Nothings() => Write(new Nothing());
            public static long Read(string payload) => System.Text.Json.JsonSerializer.Deserialize(payload, Of<Order>().TypeInfo)!.Id;
            private static JobDescriptor<T> Of<T>() where T : IJobArgs<T> => T.Descriptor;
            private static string Write<T>(T args) where T : IJobArgs<T> => System.Text.Json.JsonSerializer.Serialize(args, T.Descriptor.TypeInfo);
        }
        """;

    private static readonly Lazy<LoadedProject> Shop = new(() => TestProject.Library(Source).Generate().Load());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_serializer_writes_fits_the_schema(bool full) =>
        Assert.Empty(SchemaCheck.Faults(Shop.Value.Call<string>("Shop.Entry", "Payload", full), Schema("Schema")));

    [Fact]
    public void A_job_inside_itself_and_one_without_arguments_have_schemas_too()
    {
        Assert.Empty(SchemaCheck.Faults(Shop.Value.Call<string>("Shop.Entry", "Loops"), Schema("LoopSchema")));
        Assert.Empty(SchemaCheck.Faults(Shop.Value.Call<string>("Shop.Entry", "Nothings"), Schema("NothingSchema")));
        Assert.NotEmpty(SchemaCheck.Faults("[]", Schema("NothingSchema")));
        Assert.NotEmpty(SchemaCheck.Faults("""{"inner":{"inner":5}}""", Schema("LoopSchema")));
    }

    [Theory]
    [InlineData("id", "\"5\"")]
    [InlineData("small", "256")]
    [InlineData("name", "null")]
    [InlineData("mode", "\"other\"")]
    [InlineData("lines", "[{\"count\":1}]")]
    [InlineData("tree", "{\"name\":\"root\",\"children\":[{\"name\":\"leaf\"}]}")]
    [InlineData("patience", "\"soon\"")]
    [InlineData("where", "{\"x\":1}")]
    [InlineData("more", "{\"x\":5}")]
    [InlineData("needed", null)]
    [InlineData("id", null)]
    public void What_the_reader_refuses_does_not_fit(string member, string? value)
    {
        var payload = JsonNode.Parse(Shop.Value.Call<string>("Shop.Entry", "Payload", true))!.AsObject();
        if (value is null)
            payload.Remove(member);
        else
            payload[member] = JsonNode.Parse(value);

        Assert.NotEmpty(SchemaCheck.Faults(payload.ToJsonString(), Schema("Schema")));
        Assert.Throws<JsonException>(() => Shop.Value.Call<long>("Shop.Entry", "Read", payload.ToJsonString()));
    }

    [Fact]
    public void A_null_in_a_list_of_what_is_never_null_does_not_fit_though_the_reader_takes_it()
    {
        var payload = JsonNode.Parse(Shop.Value.Call<string>("Shop.Entry", "Payload", true))!.AsObject();
        payload["lines"] = new JsonArray(null, null);

        Assert.NotEmpty(SchemaCheck.Faults(payload.ToJsonString(), Schema("Schema")));
        Assert.Equal(5, Shop.Value.Call<long>("Shop.Entry", "Read", payload.ToJsonString()));
    }

    [Fact]
    public void It_says_what_stands_in_for_what_is_left_out_and_its_own_draft()
    {
        var schema = Schema("Schema");

        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.GetProperty("$schema").GetString());
        Assert.Equal("order", schema.GetProperty("title").GetString());
        Assert.Equal(5, schema.GetProperty("properties").GetProperty("count").GetProperty("default").GetInt32());
        Assert.Equal("a \"b\"", schema.GetProperty("properties").GetProperty("text").GetProperty("default").GetString());
        Assert.Equal("full_force", schema.GetProperty("properties").GetProperty("last").GetProperty("default").GetString());
        Assert.False(schema.GetProperty("properties").TryGetProperty("computed", out _));
        Assert.DoesNotContain("count", schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public void Facts_of_older_packages_have_none() => Assert.Null(new JobFacts().ArgsSchema);

    private static JsonElement Schema(string method) => JsonDocument.Parse(Shop.Value.Call<string>("Shop.Entry", method)).RootElement;
}
