using Microsoft.CodeAnalysis;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class ContractGapTests() : RuleTest("RIVER028")
{
    private const string Everything =
        """
        [assembly: Queue("cancel_queue")]
        [Job(KindAliases = ["clean_up"], Queue = "cancel_queue"), Unique(Args = true, Queue = true), Periodic("@daily")]
        public sealed partial record Cleanup(long FluxId = 1, bool InKubernetes = false, Mode Mode = Mode.Force, List<Target>? Targets = null, Guid At = default)
        {
            public TimeSpan Patience { get; init; }
            public Node? Tree { get; init; }
            public Dictionary<string, int?> Limits { get; init; } = [];
            [System.Text.Json.Serialization.JsonIgnore] public string Shown => "";
            public string Computed => "";
        }
        public enum Mode { Dry, Force }
        public sealed record Target(string? Region, [property: System.Text.Json.Serialization.JsonPropertyName("a.b c")] byte[] Odd);
        public sealed record Node(List<Node> Children);
        """;

    private const string Contract =
        """
        # River job contract 1
        @queue cancel_queue
        cleanup alias clean_up
        cleanup arg at guid optional
        cleanup arg flux_id int64 = 1
        cleanup arg in_kubernetes bool = false
        cleanup arg limits int32?{} optional
        cleanup arg mode enum(dry|force) = "force"
        cleanup arg patience timespan optional
        cleanup arg targets object[]? = null
        cleanup arg targets[].a%2Eb%20c bytes
        cleanup arg targets[].region string?
        cleanup arg tree object? optional
        cleanup arg tree.children like(tree)[]
        cleanup job
        cleanup periodic cleanup
        cleanup unique args queue

        """;

    [Fact]
    public Task Without_a_file_nothing_is_said() => IsSilentAsync(Everything);

    [Fact]
    public Task A_contract_that_says_everything_is_silent() => ReportsAsync(Code.Of(Everything).AndText("River.Contracts.txt", Contract.ReplaceLineEndings("\n")));

    private const string Upgrading = """[Job] public sealed partial record Cleanup(string FluxId) : IArgsUpgrade { [Upgrades("flux_id")] public static void Upgrade(System.Text.Json.Nodes.JsonObject args, JobRow job) { } }""";

    [Fact]
    public Task An_upgrade_is_written_down_so_that_its_loss_would_be_noticed() => SaysAsync(
        Code.Of(Upgrading.Replace("Cleanup", "[|Cleanup|]", StringComparison.Ordinal)).AndText("River.Contracts.txt", "cleanup job\ncleanup arg flux_id string\n"),
        "'cleanup upgrade flux_id'");

    [Fact]
    public Task An_argument_that_is_brought_up_may_be_written_down_in_its_new_shape() => ReportsAsync(
        Code.Of(Upgrading).AndText("River.Contracts.txt", "cleanup job\ncleanup arg flux_id int64\n")
            .AndText("River.Contracts.Unshipped.txt", "cleanup arg flux_id string\ncleanup upgrade flux_id\n"));

    [Fact]
    public Task Lines_may_stand_in_any_order_and_in_files_by_area()
    {
        var lines = Contract.ReplaceLineEndings("\n").Split('\n');
        return ReportsAsync(Code.Of(Everything)
            .AndText("River.Contracts.txt", "# River job contract 1\r\n\r\n" + string.Join("\r\n", lines[1..5].Reverse()))
            .AndText("River.Contracts.Cleanup.txt", string.Join('\n', lines[5..9].Select(line => "  " + line.Replace(" ", "  ", StringComparison.Ordinal))))
            .AndText("River.Contracts.Cleanup.Unshipped.txt", string.Join('\n', lines[9..])));
    }

    [Fact]
    public async Task The_fix_writes_everything_to_the_unshipped_file_and_leaves_the_shipped_one_alone()
    {
        var marked = Everything.Replace("[assembly: Queue(\"cancel_queue\")]", "[assembly: [|Queue(\"cancel_queue\")|]]", StringComparison.Ordinal).Replace("record Cleanup", "record [|Cleanup|]", StringComparison.Ordinal);
        await FixesAsync(
            Code.Of(marked).AndText("River.Contracts.txt", "# ours\n"),
            Code.Of(Everything).AndText("River.Contracts.txt", "# ours\n").AndText("River.Contracts.Unshipped.txt", Contract.ReplaceLineEndings("\n")));
    }

    [Theory]
    [InlineData("record Cleanup(long FluxId, int [|More|] = 3)", "cleanup arg more int32 = 3")]
    [InlineData("record Cleanup(long? [|FluxId|])", "cleanup arg flux_id int64?")]
    [InlineData("record Cleanup(long [|FluxId|] = 2)", "cleanup arg flux_id int64 = 2")]
    public Task What_is_new_or_wider_is_written_beside_what_was_shipped(string declaration, string line) => FixesAsync(
        Code.Of("[Job] public sealed partial " + declaration + ";").AndText("River.Contracts.txt", "cleanup job\ncleanup arg flux_id int64\n"),
        Code.Of("[Job] public sealed partial " + declaration.Replace("[|", "", StringComparison.Ordinal).Replace("|]", "", StringComparison.Ordinal) + ";")
            .AndText("River.Contracts.txt", "cleanup job\ncleanup arg flux_id int64\n")
            .AndText("River.Contracts.Unshipped.txt", "# River job contract 1\n" + line + "\n"));

    [Fact]
    public Task The_fix_replaces_an_unshipped_line_and_keeps_comments_and_other_lines() => FixesAsync(
        Code.Of("[Job] public sealed partial record Cleanup(string [|FluxId|]);")
            .AndText("River.Contracts.Unshipped.txt", "# ours\ncleanup step copy\ncleanup job\ncleanup arg flux_id int64\n"),
        Code.Of("[Job] public sealed partial record Cleanup(string FluxId);")
            .AndText("River.Contracts.Unshipped.txt", "# River job contract 1\n# ours\ncleanup arg flux_id string\ncleanup job\ncleanup step copy\n"));

    [Fact]
    public async Task Two_lines_that_disagree_are_an_error()
    {
        var found = await ReportsAsync(Code.Of("[Job] public sealed partial record Cleanup(long FluxId);")
            .AndText("River.Contracts.txt", "cleanup job\ncleanup arg flux_id int64\n")
            .AndText("River.Contracts.Unshipped.txt", "[|cleanup arg flux_id string|]\n"));

        Assert.Contains(found, one => one.Severity == DiagnosticSeverity.Error && one.GetMessage(System.Globalization.CultureInfo.InvariantCulture).Contains("two things about one fact", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("<<<<<<< HEAD")]
    [InlineData("=======")]
    [InlineData("cleanup arg flux_id")]
    [InlineData("@queue Not-A-Queue")]
    public async Task A_line_that_says_nothing_is_an_error(string line)
    {
        var found = Assert.Single(await ReportsAsync(Code.Of("public static class Nothing;").AndText("River.Contracts.txt", $"[|{line}|]\n")));

        Assert.Equal(DiagnosticSeverity.Error, found.Severity);
    }

    [Fact]
    public Task An_unshipped_line_that_nothing_stands_for_is_told_of() => SaysAsync(
        Code.Of("[Job] public sealed partial record Cleanup;").AndText("River.Contracts.Unshipped.txt", "cleanup job\n[|cleanup arg flux_id int64|]\n"),
        "nothing in the code stands for");

    [Fact]
    public Task Wider_lines_beside_the_shipped_ones_are_no_disagreement() => ReportsAsync(
        Code.Of("[Job] public sealed partial record Cleanup(long? FluxId = null);")
            .AndText("River.Contracts.txt", "cleanup job\ncleanup arg flux_id int64\n")
            .AndText("River.Contracts.Unshipped.txt", "cleanup arg flux_id int64? = null\n"));
}
