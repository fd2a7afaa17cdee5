using System.Text.Json;

namespace River.Generators.Tests.Json;

public sealed class RoundTripTests
{
    private const string Scalars = """
        public enum Mode { DryRun, Force }
        [Flags] public enum Sides { None = 0, Left = 1, Right = 2 }
        public enum Small : byte { A = 250 }

        [Job]
        public sealed partial record Everything(
            bool Flag, byte Byte, sbyte SByte, short Short, ushort UShort, int Int, uint UInt, long Long, ulong ULong,
            float Float, double Double, decimal Decimal, char Char, string Text, byte[] Bytes,
            Half Half, Int128 Int128, UInt128 UInt128,
            DateTime DateTime, DateTimeOffset Offset, DateOnly Date, TimeOnly Time, TimeSpan Span, Guid Guid, Uri Uri, Version Version,
            Mode Mode, Sides Sides, Small Small,
            int? NoInt, int? SomeInt, Mode? NoMode, Mode? SomeMode, string? NoText, DateTime? When,
            System.Text.Json.JsonElement Element, System.Text.Json.Nodes.JsonObject Object, System.Text.Json.Nodes.JsonNode? Node);

        public static class Values
        {
            public static object Full() => new Everything(
                true, 255, -128, -32768, 65535, int.MinValue, uint.MaxValue, long.MinValue, ulong.MaxValue,
                1.5f, 1e-300, 79228162514264337593543950335m, 'ß', "a \"quoted\" text\n", [1, 2, 255],
                (Half)0.5, Int128.MinValue, UInt128.MaxValue,
                new DateTime(2026, 11, 20, 1, 2, 3, 4, DateTimeKind.Utc), new DateTimeOffset(2026, 11, 20, 1, 2, 3, TimeSpan.FromHours(2)),
                new DateOnly(2026, 2, 28), new TimeOnly(23, 59, 58), TimeSpan.FromTicks(1234567890123), Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"),
                new Uri("https://example.com/a?b=c"), new Version(1, 2, 3),
                Mode.DryRun, Sides.Left | Sides.Right, Small.A,
                null, 7, null, Mode.Force, null, new DateTime(2026, 1, 1),
                System.Text.Json.JsonDocument.Parse("{\"a\":[1,2]}").RootElement, new System.Text.Json.Nodes.JsonObject { ["x"] = 1 }, null);
        }
        """;

    private const string Collections = """
        using System.Collections.Immutable;

        public sealed record Line(string Sku, int Count);

        [Job]
        public sealed partial record Collected(
            int[] Array, string?[] Texts, int[][] Jagged, Line[] Lines,
            List<Line> List, IList<int> IList, ICollection<int> ICollection, IEnumerable<int> IEnumerable, IReadOnlyList<Line> ReadOnlyList, IReadOnlyCollection<int> ReadOnlyCollection,
            HashSet<string> Set, SortedSet<int> Sorted, ISet<string> ISet, LinkedList<int> Linked, Queue<int> Queue,
            Dictionary<string, int> Dictionary, SortedDictionary<string, Line> SortedDictionary, SortedList<string, int> SortedList,
            IDictionary<string, Line[]> IDictionary, IReadOnlyDictionary<string, int?> ReadOnlyDictionary,
            ImmutableArray<int> ImmutableArray, ImmutableList<Line> ImmutableList, IImmutableList<int> IImmutableList, ImmutableHashSet<int> ImmutableSet, IImmutableSet<int> IImmutableSet,
            ImmutableSortedSet<int> ImmutableSorted, ImmutableDictionary<string, int> ImmutableDictionary, IImmutableDictionary<string, int> IImmutableDictionary,
            ImmutableSortedDictionary<string, int> ImmutableSortedDictionary,
            List<List<Dictionary<string, Line>>>? Deep, int?[] Maybes);

        public static class Values
        {
            public static object Full()
            {
                var line = new Line("a", 1);
                return new Collected(
                    [1, 2], ["a", null], [[1], [], [2, 3]], [line],
                    [line, line], new List<int> { 1 }, new List<int> { 2 }, new List<int> { 3 }, new[] { line }, new[] { 4 },
                    ["x"], [3, 1], new HashSet<string> { "y" }, new LinkedList<int>([1, 2]), new Queue<int>([1, 2]),
                    new() { ["Keep_Case"] = 1 }, new() { ["b"] = line }, new() { ["c"] = 3 },
                    new Dictionary<string, Line[]> { ["d"] = [line] }, new Dictionary<string, int?> { ["e"] = null },
                    [1, 2], [line], ImmutableList.Create(1), [1], ImmutableHashSet.Create(2),
                    [2, 1], ImmutableDictionary<string, int>.Empty.Add("f", 1), ImmutableDictionary<string, int>.Empty.Add("g", 1),
                    ImmutableSortedDictionary<string, int>.Empty.Add("h", 1),
                    [[new() { ["i"] = line }]], [1, null]);
            }

            public static object Empty() => new Collected(
                [], [], [], [], [], [], [], [], [], [], [], [], new HashSet<string>(), [], new Queue<int>(), [], [], [],
                new Dictionary<string, Line[]>(), new Dictionary<string, int?>(), [], [], [], [], ImmutableHashSet<int>.Empty, [],
                ImmutableDictionary<string, int>.Empty, ImmutableDictionary<string, int>.Empty, ImmutableSortedDictionary<string, int>.Empty, null, []);
        }
        """;

    private const string Shapes = """
        public abstract record Base(long Id) { public string? Note { get; init; } }
        public record struct Point(int X, int Y);
        public readonly record struct Range(Point From, Point To);
        public struct Size { public int Width { get; set; } public int Height { get; init; } }
        public sealed class Node { public string Name { get; set; } = ""; public List<Node> Children { get; set; } = []; public Node? Parent { get; set; } }
        public sealed class Custom(string text) { public string Text { get; } = text; public int Length => Text.Length; }
        public sealed class Marked
        {
            public Marked() => Made = "empty";
            [JsonConstructor] public Marked(string made) => Made = made;
            public string Made { get; }
        }

        [Job]
        public sealed partial record Shaped(long Id, Point Point, Range? Range, Size Size, Node Tree, Custom Custom, Marked Marked, [property: JsonPropertyName("odd-Name")] int Odd) : Base(Id)
        {
            public int Computed => 42;
            [JsonIgnore] public string Hidden => "never";
            [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Rare { get; init; }
            [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public int Zero { get; set; }
            [JsonConverter(typeof(JsonNumberEnumConverter<DayOfWeek>))] public DayOfWeek Day { get; set; }
            [JsonConverter(typeof(JsonNumberEnumConverter<DayOfWeek>))] public DayOfWeek? Days { get; set; }
            public int Secret { internal get; set; }
            public int Field;
            private int Private { get; set; }
            public static int Static => 1;
        }

        [Job]
        public sealed partial class Settable { public long Id { get; set; } public required string Name { get; init; } public string Kept { get; init; } = "kept"; }

        [Job]
        public partial struct Value { public int A { get; set; } public string? B { get; init; } }

        [Job]
        public readonly partial record struct Positional(long Id, string Name = "none");

        [Job]
        public sealed partial record Empty;

        public static class Values
        {
            public static object Shaped() => new Shaped(1, new(1, 2), new(new(3, 4), new(5, 6)), new() { Width = 7, Height = 8 },
                new() { Name = "root", Children = [new() { Name = "leaf" }] }, new("text"), new("made"), 9) { Note = "note", Day = DayOfWeek.Friday, Days = DayOfWeek.Monday };
            public static object Sparse() => new Shaped(1, default, null, default, new(), new(""), new(""), 0) { Rare = "there", Zero = 1 };
            public static object Settable() => new Settable { Id = 1, Name = "n" };
            public static object Value() => new Value { A = 1, B = "b" };
            public static object Positional() => new Positional(5);
            public static object Empty() => new Empty();
        }
        """;

    [Theory]
    [InlineData(Scalars, "Full")]
    [InlineData(Collections, "Full")]
    [InlineData(Collections, "Empty")]
    [InlineData(Shapes, "Shaped")]
    [InlineData(Shapes, "Sparse")]
    [InlineData(Shapes, "Settable")]
    [InlineData(Shapes, "Value")]
    [InlineData(Shapes, "Positional")]
    [InlineData(Shapes, "Empty")]
    public void Our_json_is_what_reflection_writes_and_comes_back_the_same(string source, string method)
    {
        var project = JsonProject.Of(source);
        var value = project.Value(method);

        var json = project.Write(value);

        Assert.Equal(JsonProject.WriteByReflection(value), json);
        Assert.Equal(json, project.Write(project.Read(value.GetType().Name, json)!));
        Assert.Equal(json, project.Write(JsonProject.ReadByReflection(value.GetType(), json)!));
    }

    [Fact]
    public void Names_are_snake_case_and_enums_are_names()
    {
        const string source = """
            public enum Mode { DryRun, Force }
            [Job] public sealed partial record Export(long FluxId, Mode Mode, bool HTTPServer, int X2Y);
            public static class Values { public static object Value() => new Export(7, Mode.DryRun, true, 3); }
            """;
        var project = JsonProject.Of(source);

        Assert.Equal("""{"flux_id":7,"mode":"dry_run","http_server":true,"x2_y":3}""", project.Write(project.Value("Value")));
    }

    [Fact]
    public void A_context_of_the_users_own_is_used_for_the_whole_type()
    {
        const string source = """
            [Job(JsonContext = typeof(Mine))] public sealed partial record Export(long FluxId, object Anything);
            public sealed class Mine : JsonSerializerContext, System.Text.Json.Serialization.Metadata.IJsonTypeInfoResolver
            {
                private static readonly System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver Reflection = new();
                public static Mine Default { get; } = new();
                public Mine() : base(null) { }
                protected override System.Text.Json.JsonSerializerOptions? GeneratedSerializerOptions => null;
                public override System.Text.Json.Serialization.Metadata.JsonTypeInfo? GetTypeInfo(Type type) => Options.GetTypeInfo(type);
                System.Text.Json.Serialization.Metadata.JsonTypeInfo? System.Text.Json.Serialization.Metadata.IJsonTypeInfoResolver.GetTypeInfo(Type type, System.Text.Json.JsonSerializerOptions options) => Reflection.GetTypeInfo(type, options);
            }
            public static class Values
            {
                public static object Value() => new Export(7, "x");
                public static object Schema() => Of<Export>()!;
                private static string? Of<T>() where T : IJobArgs<T> => T.Descriptor.ArgsSchema;
            }
            """;
        var project = JsonProject.Of(source);

        Assert.Equal("""{"FluxId":7,"Anything":"x"}""", project.Write(project.Value("Value")));
        Assert.Contains("\"FluxId\": {", (string)project.Value("Schema"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "$", "flux_id")]
    [InlineData("""{"flux_id":1}""", "$", "line")]
    [InlineData("""{"flux_id":1,"line":{"count":1}}""", "$.line", "sku")]
    [InlineData("""{"flux_id":1,"line":null}""", "$.line", "line")]
    [InlineData("""{"flux_id":1,"line":{"sku":null}}""", "$.line.sku", "sku")]
    [InlineData("""{"flux_id":1,"line":{"sku":"a"},"tree":{"name":"a","leaves":[{"name":"b"},{}]}}""", "$.tree.leaves[1]", "name")]
    [InlineData("""{"flux_id":"x","line":{"sku":"a"}}""", "$.flux_id", "flux_id")]
    public void What_is_required_and_missing_is_an_error_with_its_path(string json, string path, string named)
    {
        var project = JsonProject.Of("""
            public sealed record Line(string Sku, int Count = 1);
            public sealed class Tree { public required string Name { get; set; } public List<Tree> Leaves { get; set; } = []; }
            [Job] public sealed partial record Order(long FluxId, Line Line) { public Tree? Tree { get; init; } }
            """);

        var error = Assert.Throws<JsonException>(() => project.Read("Order", json));

        Assert.Equal(path, error.Path);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("class", "{}")]
    [InlineData("struct", "{}")]
    [InlineData("record", """{"later":"a member of a newer producer"}""")]
    [InlineData("record struct", "{}")]
    public void Initializers_survive_a_payload_without_their_members(string keyword, string json)
    {
        var project = JsonProject.Of($$"""
            [Job] public partial {{keyword}} Order
            {
                public Order() { }
                public string Init { get; init; } = "init";
                public int Set { get; set; } = 7;
                public List<int> List { get; init; } = [1, 2];
                public int? Nothing { get; init; }
                public string @class { get; init; } = "keyword";
                public string Straße { get; init; } = "unicode";
            }
            """);

        Assert.Equal(
            """{"init":"init","set":7,"list":[1,2],"nothing":null,"class":"keyword","straße":"unicode"}""",
            System.Text.RegularExpressions.Regex.Unescape(project.Write(project.Read("Order", json)!)));
        Assert.Equal(
            """{"init":"x","set":1,"list":[],"nothing":2,"class":"y","straße":"z"}""",
            System.Text.RegularExpressions.Regex.Unescape(project.Write(project.Read("Order", """{"init":"x","set":1,"list":[],"nothing":2,"class":"y","straße":"z"}""")!)));
    }

    [Fact]
    public void Defaults_of_constructor_parameters_of_every_kind_survive()
    {
        var project = JsonProject.Of("""
            public enum Mode { DryRun, Force }
            [Job] public sealed partial record Order(
                bool Flag = true, byte Byte = 1, sbyte SByte = -1, short Short = -2, ushort UShort = 2, int Int = int.MinValue, uint UInt = 3, long Long = long.MinValue, ulong ULong = ulong.MaxValue,
                float Float = 1.5f, double Double = -0.25, decimal Decimal = 1.10m, char Char = '\'', string Text = "a\"b\\c\n\t\0", string? Nothing = null, Mode Mode = Mode.Force, Mode? MaybeMode = Mode.Force,
                int? Maybe = 5, int? No = null, Guid Guid = default, DateTime When = default, List<int>? List = null, float Tenth = 0.1f, double Tiny = double.Epsilon, double Most = double.MaxValue);
            public static class Values { public static object Value() => new Order(); }
            """);

        Assert.Equal(project.Write(project.Value("Value")), project.Write(project.Read("Order", "{}")!));
        Assert.Equal(project.Value("Value"), project.Read("Order", "{}"));
    }
}
