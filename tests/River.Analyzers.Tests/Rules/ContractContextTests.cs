using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

/// <summary>The contract of jobs whose arguments a serializer context of the application's stores: what is read of them.</summary>
public sealed class ContractOfContextTests() : RuleTest("RIVER028")
{
    [Fact]
    public Task Members_discriminators_and_enums_are_written_down_as_the_context_stores_them() => ReportsAsync(
        Draw.Code().AndText("River.Contracts.txt", string.Join('\n', Draw.Contract)));

    [Fact]
    public Task A_new_subtype_is_to_be_written_down() => SaysAsync(
        Draw.Code(code => code.Replace(", Dictionary<string, Shape> Others", "", StringComparison.Ordinal).Replace("Shape Shape", "Shape [|Shape|]", StringComparison.Ordinal).Replace("\"square\")", "\"square\"), JsonDerivedType(typeof(Circle), \"disc\")", StringComparison.Ordinal))
            .AndText("River.Contracts.txt", string.Join('\n', [.. Draw.Contract.Where(line => !line.StartsWith("draw arg others", StringComparison.Ordinal)), "draw arg shape.(disc).label string? optional", "draw arg shape.(disc).radius int32 optional"])),
        "says 'draw arg shape oneof($kind|circle|square)?", "oneof($kind|circle|disc|square)?");

    [Theory]
    [InlineData("[JsonSerializable(typeof(Ping)), JsonSourceGenerationOptions(Converters = new[] { typeof(Own) })]")]
    [InlineData("")]
    public Task A_context_that_cannot_be_known_is_said_so_in_the_contract(string attributes) => SaysAsync(
        Code.Of($"using System.Text.Json.Serialization;\n[Job(JsonContext = typeof(OwnContext))] public sealed partial record [|Ping|](long Id);\npublic sealed class Own;\n{attributes} {Draw.Context}")
            .AndText("River.Contracts.txt", "ping job\nping arg other string\n"),
        "lacks the line 'ping arg (context) custom(OwnContext)'");

    [Fact]
    public Task By_its_own_options_a_context_reads_no_null_and_needs_every_parameter() => ReportsAsync(Code.Of(
        $$"""
        using System.Text.Json.Serialization;
        [Job(JsonContext = typeof(OwnContext))] public sealed partial record Ping(long FluxId, string Name, string? Note, List<string> Tags, DayOfWeek Day = DayOfWeek.Friday) { public required int Count { get; init; } public int Computed => 1; }
        [JsonSerializable(typeof(Ping)), JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
        {{Draw.Context}}
        """).AndText(
        "River.Contracts.txt",
        "ping job\nping arg flux-id int64\nping arg name string\nping arg note string?\nping arg tags string[]\nping arg day enum(Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday) optional\nping arg count int32\n"));
}

/// <summary>What breaks such a contract.</summary>
public sealed class ContractOfContextBreakTests() : RuleTest("RIVER027")
{
    [Theory]
    [InlineData(", JsonDerivedType(typeof(Square), \"square\")", "", "lost the discriminator 'square'")]
    [InlineData("\"square\"", "\"box\"", "lost the discriminator 'square'")]
    [InlineData("\"$kind\"", "\"$type\"", "is of another type")]
    public Task A_discriminator_that_rows_hold_must_stay(string right, string wrong, string says) => BreaksAsync("Shape Shape", "Shape [|Shape|]", right, wrong, says);

    [Theory]
    [InlineData("int Radius", "string Radius", "argument 'shape.(circle).radius' was 'int32 optional'")]
    [InlineData("int Radius", "int Diameter", "argument 'shape.(circle).radius' of type 'int32 optional' is gone")]
    public Task A_member_of_a_subtype_must_stay(string right, string wrong, string says) => BreaksAsync(
        says.Contains("gone", StringComparison.Ordinal) ? "record Draw(" : "Shape Shape", says.Contains("gone", StringComparison.Ordinal) ? "record [|Draw|](" : "Shape [|Shape|]", right, wrong, says);

    [Theory]
    [InlineData("Level Level", "long Level", "is of another type")]
    [InlineData("Low, High", "High", "lost the enum member 'Low'")]
    public Task A_member_and_an_enums_member_must_stay(string right, string wrong, string says) =>
        BreaksAsync(right.StartsWith("Level", StringComparison.Ordinal) ? wrong : "Level Level", right.StartsWith("Level", StringComparison.Ordinal) ? "long [|Level|]" : "Level [|Level|]", right, wrong, says);

    [Fact]
    public Task A_context_that_takes_over_must_name_the_members_as_the_rows_do() => SaysAsync(
        Code.Of($"using System.Text.Json.Serialization;\n[Job(JsonContext = typeof(OwnContext))] public sealed partial record [|Ping|](long FluxId);\n[JsonSerializable(typeof(Ping))] {Draw.Context}")
            .AndText("River.Contracts.txt", "ping job\nping arg flux_id int64\n").AndText("River.Contracts.Unshipped.txt", "ping arg FluxId int64 optional\n"),
        "argument 'flux_id' of type 'int64' is gone", "if 'FluxId' is its new name");

    private const string Others = ", Dictionary<string, Shape> Others";

    private Task BreaksAsync(string place, string marked, string right, string wrong, string says)
    {
        var code = Draw.Code(text =>
        {
            Assert.Contains(right, text, StringComparison.Ordinal);
            var edited = text.Replace(Others, "", StringComparison.Ordinal).Replace(right, wrong, StringComparison.Ordinal);
            Assert.Contains(place, edited, StringComparison.Ordinal);
            return edited.Replace(place, marked, StringComparison.Ordinal);
        });
        return OnlyBreakAsync(code.AndText("River.Contracts.txt", string.Join('\n', Draw.Contract.Where(line => !line.StartsWith("draw arg others", StringComparison.Ordinal)))), says);
    }

    // What the edit adds is a gap beside the break, which is another rule's.
    private async Task OnlyBreakAsync(Code code, string says)
    {
        var project = await UserProject.OpenAsync(code.Configured("dotnet_diagnostic.RIVER028.severity = none"), Token);
        var compilation = await UserProject.CompileAsync(project, Token);
        AssertCompiles(compilation, code);
        var found = Assert.Single(await Analysis.AllAsync(compilation, project.AnalyzerOptions, Token));

        Assert.Equal(Rule, found.Id);
        Assert.Contains(says, found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var (name, markup) = code.Files.Single(file => file.Markup.Marks.Count == 1);
        Assert.Equal((name, markup.Marks[0].Span), (Path.GetFileName(found.Location.SourceTree!.FilePath), found.Location.SourceSpan));
    }
}

/// <summary>A job with subtypes in its arguments.</summary>
internal static class Draw
{
    /// <summary>A context without what System.Text.Json's generator adds, which doesn't run here.</summary>
    public const string Context =
        """
        public sealed class OwnContext() : System.Text.Json.Serialization.JsonSerializerContext(null)
        {
            public static OwnContext Default { get; } = new();
            protected override System.Text.Json.JsonSerializerOptions? GeneratedSerializerOptions => null;
            public override System.Text.Json.Serialization.Metadata.JsonTypeInfo? GetTypeInfo(Type type) => null;
        }
        """;

    public static readonly string[] Contract =
    [
        "draw arg at datetime optional",
        "draw arg level enum(Low|High) optional",
        "draw arg number int32 optional",
        "draw arg odd custom(OddConverter)? optional",
        "draw arg others oneof($kind|circle|square)?{}? optional",
        "draw arg others{}.(circle).label string? optional",
        "draw arg others{}.(circle).radius int32 optional",
        "draw arg others{}.(square).inner like(others{})? optional",
        "draw arg others{}.(square).label string? optional",
        "draw arg others{}.(square).side int32",
        "draw arg shape oneof($kind|circle|square)? optional",
        "draw arg shape.(circle).label string? optional",
        "draw arg shape.(circle).radius int32 optional",
        "draw arg shape.(square).inner like(shape)? optional",
        "draw arg shape.(square).label string? optional",
        "draw arg shape.(square).side int32",
        "draw job",
    ];

    public static Code Code(Func<string, string>? edit = null) => Harness.Code.Of((edit ?? (text => text))(
        $$"""
        using System.Text.Json.Serialization;

        [Job(JsonContext = typeof(OwnContext))]
        public sealed partial record Draw(Shape Shape, Level Level, DayOfWeek Number, Dictionary<string, Shape> Others, [property: JsonConverter(typeof(OddConverter))] object Odd)
        {
            public DateTime At { get; init; }
            public int Sum => 1;
            [JsonIgnore] public string? Hidden { get; set; }
        }

        [JsonPolymorphic(TypeDiscriminatorPropertyName = "$kind"), JsonDerivedType(typeof(Circle), "circle"), JsonDerivedType(typeof(Square), "square")]
        public abstract record Shape { public string? Label { get; init; } }
        public sealed record Circle(int Radius) : Shape;
        public sealed record Square : Shape { public required int Side { get; init; } public Shape? Inner { get; init; } }
        [JsonConverter(typeof(JsonStringEnumConverter<Level>))] public enum Level { Low, High }
        public abstract class OddConverter : JsonConverter<object>;

        [JsonSerializable(typeof(Draw)), JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
        {{Context}}
        """));
}
