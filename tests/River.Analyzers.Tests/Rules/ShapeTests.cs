using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class NotSerializableTests() : RuleTest("RIVER015")
{
    [Fact]
    public Task A_member_that_cannot_be_stored_is_reported_at_the_member() => SaysAsync(
        """
        [Job]
        public sealed partial record Upload(long Id, System.IO.Stream [|Content|]);
        """,
        "'Upload.Content' can't be serialized");

    [Fact]
    public Task What_can_be_stored_is_fine() => IsSilentAsync(
        """
        [Job]
        public sealed partial record Upload(long Id, string Path, List<Part> Parts) { public int Count => Parts.Count; }

        public sealed record Part(int Number, Part? Next);
        """);
}

public sealed class UnregistrableTests() : RuleTest("RIVER034")
{
    [Theory]
    [InlineData("public sealed partial record [|Ping|]<T>;", "generic")]
    [InlineData("public abstract partial record [|Ping|];", "abstract")]
    [InlineData("file sealed partial record [|Ping|];", "local to its file")]
    [InlineData("public static partial class [|Ping|];", "static")]
    [InlineData("public sealed partial class [|Ping|] { private Ping(int x) { } }", "constructor")]
    public Task Shapes_that_no_generated_code_can_name_are_reported(string declaration, string reason) =>
        SaysAsync("[Job] " + declaration, "'Ping' can't be registered", reason);

    [Fact]
    public Task Other_types_of_such_shapes_are_fine() => IsSilentAsync("file abstract record Ping<T>;");
}
