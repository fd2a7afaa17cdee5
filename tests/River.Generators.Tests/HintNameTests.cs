using River.Generators.Tests.Projects;

namespace River.Generators.Tests;

/// <summary>The names of generated files: each job's own, on file systems that ignore case too, whatever else is declared.</summary>
public sealed class HintNameTests
{
    private const string Jobs = """
        namespace A { [Job(Kind = "a1")] public sealed partial record Ping(Data D); public static partial class Outer { [Job(Kind = "a2")] public sealed partial record Ping; } public sealed record Data(int X); }
        namespace B { [Job(Kind = "b1")] public sealed partial record Ping(A.Data D); [Job(Kind = "b2")] public sealed partial record PING(int X); [Job(Kind = "b3")] public sealed partial record Größe名; }
        namespace River { [Job(Kind = "r1")] public sealed partial record Jobs(int X); [Job(Kind = "r2")] public sealed partial record Json(int X); [Job(Kind = "r3")] public sealed partial record Queues2; }
        public partial class A_B { [Job(Kind = "n1")] public sealed partial record C; } [Job(Kind = "n2")] public sealed partial record A_B_C;
        """;

    [Fact]
    public void They_differ_where_case_is_ignored()
    {
        var names = TestProject.Library(Jobs).Generate().AssertCompiles().Result.GeneratedSources.Select(source => source.HintName).ToArray();

        Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(names, name => Assert.Matches("^[A-Za-z0-9À-ɏ一-鿿._+-]+$", name));
    }

    [Fact]
    public void Another_job_a_file_s_place_or_its_line_ends_rename_none()
    {
        var names = NamesOf(Jobs);

        Assert.Equal(names, NamesOf(Jobs.Replace("\n", "\r\n", StringComparison.Ordinal)));
        Assert.Equal(names, NamesOf([.. Jobs.Split('\n').Reverse()]));
        Assert.Superset(names.ToHashSet(StringComparer.Ordinal), NamesOf("namespace A { [Job(Kind = \"new\")] public sealed partial record Aa(A.Data D); }", Jobs).ToHashSet(StringComparer.Ordinal));
    }

    private static IEnumerable<string> NamesOf(params string[] sources) => TestProject.Library(sources).Generate().Files.Keys;
}
