using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using River.Generators.Tests.Projects;

namespace River.Generators.Tests;

/// <summary>Odd but valid code: every job in it is generated, and nothing generated makes the compiler speak.</summary>
public sealed class CompileMatrixTests
{
    public static TheoryData<string, string> Cases => new()
    {
        { "global namespace", "[Job] public sealed partial record Ping;" },
        { "file-scoped namespace", "namespace A.B.C; [Job] public sealed partial record Ping(int X);" },
        { "nested namespaces", "namespace A { namespace B { [Job] public sealed partial record Ping(int X); } }" },
        { "keywords as names", "namespace @class.@new; public partial class @event { [Job(Kind = \"odd\")] public sealed partial record @record(int @int, string @params, bool @await) { public int @this { get; init; } } }" },
        { "contextual keywords", "[Job(Kind = \"odd\")] public sealed partial record @file(int value, int field, int scoped, int required, int var, int async, int nameof, int _)" + ";" },
        { "unicode identifiers", "namespace Größe; [Job(Kind = \"odd\")] public sealed partial record Überweisung(decimal Betrág, string 名前, int a\u0301b) { public int ñ { get; init; } = 1; }" },
        { "quotes and backslashes", "[Job(Kind = \"a.b\", Tags = new[] { \"tag_one\" })] public sealed partial record Quoted(string Text = \"a\\\"b\\\\c\\n{0}\", char Char = '\\'', string Braces = \"{x}\");" },
        { "names like ours", "[Job] public sealed partial record Ours(int Options, int Transaction, int CancellationToken, int Client, int client2, string jobClient, int options1);" },
        { "names that differ in case", "using System.Text.Json.Serialization; [Job] public sealed partial record Twice(int Id, [property: JsonPropertyName(\"id2\")] long ID, [property: JsonPropertyName(\"id3\")] short iD);" },
        { "a job named Many", "[Job] public sealed partial record Many(int X); [Job] public sealed partial record Bulk(IEnumerable<int> Items); [Job] public sealed partial record Async(bool Yes);" },
        { "names of the context's own members", "[Job(Kind = \"kind\")] public sealed partial record Default; [Job(Kind = \"kind2\")] public sealed partial record Options; [Job(Kind = \"kind3\")] public sealed partial record GetTypeInfo; [Job(Kind = \"kind4\")] public sealed partial record Of;" },
        { "names of River's and System's types", "namespace River2 { [Job] public sealed partial record Queues(int X); [Job] public sealed partial record JobDescriptor(string String, Task Task); public sealed record Task(int System); } namespace System2 { public class System { } public class Threading { } public class River { } [Job(Kind = \"ping2\")] public sealed partial record Ping(int X); }" },
        { "a namespace that hides System and River", "namespace Own { namespace System { public class Text { } } namespace River { public class Job { } } [global::River.Job] public sealed partial record Ping(int X, global::System.Guid Y); }" },
        { "same simple names", "namespace A { [Job(Kind = \"a.ping\")] public sealed partial record Ping(int X); public static partial class Outer { [Job(Kind = \"a.o.ping\")] public sealed partial record Ping(int X); } } namespace B { [Job(Kind = \"b.ping\")] public sealed partial record Ping(int X); }" },
        { "names that differ in case only", "namespace A { [Job(Kind = \"ping1\")] public sealed partial record Ping(Data D); [Job(Kind = \"ping2\")] public sealed partial record PING(DATA D); public sealed record Data(int X); public sealed record DATA(int X); }" },
        { "underscores and nesting", "[Job(Kind = \"a1\")] public sealed partial record A_B(int X); public partial class A { [Job(Kind = \"a2\")] public sealed partial record B(int X); } public partial class A_B2 { public partial class C { [Job(Kind = \"a3\")] public sealed partial record D(int X); } } public partial class A_B2_C { [Job(Kind = \"a4\")] public sealed partial record D(int X); }" },
        { "nested in all kinds of types", "public partial class C { public partial struct S { public partial interface I { public partial record R { internal partial record struct RS { [Job] internal sealed partial class Ping { } } } } } }" },
        { "class", "[Job] public partial class Ping { public int X { get; set; } public required string Y { get; init; } }" },
        { "class with primary constructor", "[Job] public partial class Ping(int x, string? y = null) { public int X { get; } = x; public string? Y => y; }" },
        { "struct", "[Job] public partial struct Ping { public int X { get; set; } }" },
        { "readonly struct", "[Job] public readonly partial struct Ping { public int X { get; init; } }" },
        { "record struct", "[Job] public partial record struct Ping(int X); [Job(Kind = \"pong\")] public readonly partial record struct Pong(int X) { public int Y { get; init; } }" },
        { "internal job", "[Job] internal sealed partial record Ping(Hidden X); internal sealed record Hidden(int Y);" },
        { "public job with an internal constructor", "[Job] public sealed partial class Ping { internal Ping(int x) => X = x; public int X { get; } }" },
        { "protected internal nesting", "public partial class Outer { [Job] protected internal sealed partial record Ping(int X); }" },
        { "nullable everything", "[Job] public sealed partial record Ping(string? A, List<string?>? B, Dictionary<string, List<int?>?> C, string[]?[]? D, int? E = null, string? F = null);" },
        { "nullable disabled", "#nullable disable\n[Job] public sealed partial record Ping(string A, List<string> B = null, string C = null, object[] D = null) { public string E { get; init; } = null; } #nullable restore".Replace(", object[] D = null", "", StringComparison.Ordinal).Replace(" #nullable restore", "", StringComparison.Ordinal) },
        { "enum defaults", "public enum E { A = -1, B } public enum U : ulong { Most = ulong.MaxValue } [Job] public sealed partial record Ping(E A = E.A, E B = (E)77, U C = U.Most, E? D = E.A, DayOfWeek F = DayOfWeek.Friday);" },
        { "floating defaults", "[Job] public sealed partial record Ping(double A = double.NaN, double B = double.PositiveInfinity, float C = float.NegativeInfinity, float D = 0.1f, double E = -0.0, double F = 1e300, decimal G = -0.10m);" },
        { "integer defaults", "[Job] public sealed partial record Ping(sbyte A = sbyte.MinValue, byte B = 255, short C = short.MinValue, ushort D = 65535, int E = int.MinValue, uint F = uint.MaxValue, long G = long.MinValue, ulong H = ulong.MaxValue, char I = '\\u0000', char J = '\\ud800');" },
        { "struct defaults", "[Job] public sealed partial record Ping(Guid A = default, DateTime B = default, TimeSpan? C = default, P D = default); public record struct P(int X);" },
        { "params", "[Job] public sealed partial record Ping(params string[] Names); [Job(Kind = \"pong\")] public sealed partial record Pong(int X = 1, params int[] Numbers);" },
        { "optional by attribute", "using System.Runtime.InteropServices; [Job] public sealed partial record Ping([Optional] int A, int B = 1);" },
        { "in parameters", "[Job] public sealed partial class Ping { public Ping(in int x) => X = x; public int X { get; } }" },
        { "required members", "[Job] public sealed partial record Ping(int A, int B = 2) { public required string C { get; init; } public required string? D { get; set; } }" },
        { "required member that the constructor sets", "[Job] public sealed partial class Ping { [System.Diagnostics.CodeAnalysis.SetsRequiredMembers] public Ping(int a) => A = a; public required int A { get; init; } }" },
        { "required member beside its parameter", "[Job] public sealed partial class Ping(int a) { public required int A { get; init; } = a; }" },
        { "inherited members", "public abstract record Base(int A) { public virtual string B { get; init; } = \"\"; } public record Middle(int A, int C) : Base(A) { public override string B { get; init; } = \"b\"; } [Job] public sealed partial record Ping(int A, int C) : Middle(A, C) { public new string B { get; init; } = \"c\"; }" },
        { "deconstruction and copies", "[Job] public sealed partial record Ping(int A) { private Ping(Ping other) { A = other.A; } public void Deconstruct(out int a, out int b) { a = A; b = A; } }" },
        { "obsolete", "[Obsolete(\"old\")] [Job] public sealed partial record Ping([property: Obsolete(\"old\")] int A) { [Obsolete] public int B { get; init; } }" },
        { "obsolete for good", "#pragma warning disable CS0618\n[Obsolete(\"use \\\"V2\\\"\", true)] [Job, Periodic(\"@daily\")] public sealed partial record Ping(int A = 1); [Obsolete(\"gone\", true)] public sealed class PingWorker : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken ct) => Task.CompletedTask; } [Job(Kind = \"pong\")] public sealed partial record Pong([property: Obsolete(\"no\", true)] int A); [Obsolete(\"no\", true, DiagnosticId = \"X1\", UrlFormat = \"u/{0}\")] public partial class Old { [Job(Kind = \"old\")] public sealed partial record Pang(int A) { public Task WorkAsync() => Task.CompletedTask; } }" },
        { "a worker whose constructor is obsolete for good", "[Job] public sealed partial record Ping(int A); public sealed class PingWorker : IWorker<Ping> { [Obsolete(\"only by services\", true)] public PingWorker() { } public Task WorkAsync(Job<Ping> job, CancellationToken ct) => Task.CompletedTask; }" },
        { "a member whose type is obsolete for good", "[Job] public sealed partial class Ping { [Obsolete] public Gone? X { get; set; } } [Obsolete(\"gone\", true)] public sealed record Gone;" },
        { "experimental", "#pragma warning disable EXP1\n[System.Diagnostics.CodeAnalysis.Experimental(\"EXP1\")] public sealed record Data(int X);\n[Job] [System.Diagnostics.CodeAnalysis.Experimental(\"EXP1\")] public sealed partial record Ping(Data A);" },
        { "generic members", "public sealed record Page<T>(T[] Items, int Number) { public T? Extra { get; set; } } [Job] public sealed partial record Ping(Page<int> A, Page<string> B, Page<Page<long>> C);" },
        { "constraints that are met", "public sealed record Value<T>(T V) where T : struct, IComparable<T>; public sealed record Ref<T>(T V) where T : class; public sealed record New<T>(T V) where T : notnull, new(); public sealed record Plain<T>(T V) where T : unmanaged, Enum; public abstract record Node<T>(int X) where T : Node<T>; public sealed record Leaf(int X) : Node<Leaf>(X); public sealed record Wrap<T>(T V) where T : Node<T>; public sealed record Seq<T, TItem>(T V) where T : IReadOnlyList<TItem> where TItem : class; public static class Outer<T> where T : struct { public sealed record Data<TOther>(int X) where TOther : IEquatable<T>; } [Job] public sealed partial record Ping(Value<int> A, Ref<string> B, Ref<int[]> C, New<int> D, New<List<int>> E, Plain<DayOfWeek> F, Wrap<Leaf> G, Seq<List<string>, object> H, Seq<string[], IEnumerable<char>> I, Outer<int>.Data<int> J, Value<DateTimeOffset>[]? K);" },
        { "constraints that odd types meet", "public interface IUn<T> where T : unmanaged; public interface INew<T> where T : new(); public interface IVal<T> where T : struct; public interface IRef<T> where T : class; public interface ISub<T, TBase> where T : TBase; public interface IRowsOf<T> where T : IEnumerable<T[]>; public interface IOpen { static abstract int M(); } public interface IDone : IOpen { static int IOpen.M() => 1; } public struct Pair<T> { public T A; } public class Sets { [System.Diagnostics.CodeAnalysis.SetsRequiredMembers] public Sets() { } public required int A { get; set; } } public struct Needs { public required int A { get; set; } } public class Rows : List<Rows[]> { } [Job] public sealed partial record Ping(int X) { public Task WorkAsync(IUn<Pair<int>> a, INew<Sets> b, IVal<Needs> c, IRef<dynamic> d, INew<dynamic> e, ISub<int?, ValueType?> f, ISub<List<dynamic>, IEnumerable<object>> g, IRowsOf<Rows> h, IRef<IDone> i, IEnumerable<Needs?> j, ISub<DayOfWeek, Enum> k) => Task.CompletedTask; }" },
        { "constraints that generated code meets", "public interface IChecks<T> where T : IJobArgs<T>; [Job] public sealed partial record Ping(int A) { public Task WorkAsync(IChecks<Ping> checks) => Task.CompletedTask; } [Job(Kind = \"pong\")] public sealed partial record Pong(int A); public sealed class PongWorker(IChecks<Ping> first, IChecks<Pong> second) : IWorker<Pong> { public Task WorkAsync(Job<Pong> job, CancellationToken ct) => Task.FromResult((first, second)); }" },
        { "recursive members", "public sealed record Node(string Name, List<Node> Children, Node? Parent = null); [Job] public sealed partial record Ping(Node Root, Dictionary<string, Ping>? Others = null);" },
        { "a job inside a job", "[Job] public sealed partial record Inner(int A) { public int B { get; init; } = 2; } [Job] public sealed partial record Outer(Inner Inner, List<Inner> More);" },
        { "partial in several parts", "[Job] public sealed partial record Ping(int A); public partial record Ping { public int B { get; init; } } partial record Ping : IComparable<Ping> { public int CompareTo(Ping? other) => 0; }" },
        { "an own extension class of that name", "[Job] public sealed partial record Ping(int A); public static class PingEnqueueExtensions { public static Task EnqueuePingAsync(this IJobClient client, string text) => Task.CompletedTask; }" },
        { "own members called like the descriptor", "[Job] public sealed partial record Ping(int Descriptor) { public static int Kind => 1; }" },
        { "documented", "/// <summary>Sends <see cref=\"List{T}\"/> &amp; <c>x &lt; y</c>, also <paramref name=\"A\"/>.\n/// Second line.</summary>\n/// <param name=\"A\">The <i>first</i> one.</param>\n[Job] public sealed partial record Ping(int A) { /// <summary>The second.</summary>\n public required int B { get; init; } }" },
        { "everything declared", "[assembly: Queue(\"high-prio\")] [assembly: Queue(\"a|b\")] [assembly: Queue(\"2nd\")] [assembly: Queue(\"equals\")] [assembly: Queue(\"tenant_*\", Dynamic = true, MaxWorkers = 5)] [assembly: Queue(\"fax\", External = true)] [Job(Queue = Queues.High_Prio, Kind = \"x:y/z[1]<2>·+\", MaxAttempts = 32767, Priority = 4, Tags = new[] { \"tag-1\", \"tag_2\" }, Timeout = \"1.02:03:04\", KindAliases = new[] { \"old-1\" }, RetryPolicy = typeof(Policy), External = true)] [Unique(Args = true, Period = \"1h\", Queue = true, States = JobStates.Incomplete, ExcludeKind = true)] [Periodic(\"@hourly\", Id = \"a1\", TimeZone = \"Europe/Berlin\", RunOnStart = true), Periodic(\"0 0 1 * *\", Id = \"b1\")] public sealed partial record Ping(int A = 1); public sealed class Policy(IServiceProvider services) : IRetryPolicy { public TimeSpan NextRetry(JobRow job, Exception error) => TimeSpan.Zero; }" },
        { "unique members", "public sealed record Customer([Unique] long Id, string Name); [Job] public sealed partial record Ping([Unique] int A, [property: Unique] int B, Customer Customer, [Unique] Customer? Other) { [Unique] public int C { get; init; } }" },
        { "a type like a list in the global namespace", "public sealed record List(int X); public sealed record Guid(int X); public sealed record String(int X); [Job] public sealed partial record Ping(List A, global::System.Collections.Generic.List<string> B, Guid C, global::System.Guid D, String E);" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Odd_code_compiles(string name, string source)
    {
        var project = TestProject.Library(source).Generate().AssertCompiles();

        var problems = Readings.ProblemsOf(project.Input);
        Assert.Empty(await AnalyzerRun.ErrorsOf(project));
        Assert.True(problems.IsEmpty, name + "\n" + Readings.Describe(problems));
        Assert.Contains(project.Files.Keys, file => !file.StartsWith("River.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(LanguageVersion.CSharp12)]
    [InlineData(LanguageVersion.CSharp13)]
    [InlineData(LanguageVersion.Preview)]
    public void All_of_it_compiles_together_in_every_language_version(LanguageVersion version)
    {
        var sources = Cases.Select(row => row.Data.Item2)
            .Where(source => !source.Contains("assembly:", StringComparison.Ordinal) && !source.Contains("namespace ", StringComparison.Ordinal) && !source.Contains('#', StringComparison.Ordinal) && !source.StartsWith("using", StringComparison.Ordinal))
            .Select((source, i) => $"namespace Case{i} {{ {source} }}");

        TestProject.Library([.. sources]).In(version).Generate().AssertCompiles();
    }

    [Fact]
    public async Task A_job_whose_parts_are_in_several_files_is_one_job()
    {
        var project = TestProject.Library(
            "namespace Shop; [Job] public sealed partial record Ping(int A, bool Flag = true);",
            "namespace Shop; public partial record Ping { public int Beyond { get; init; } = 2; }",
            "namespace Shop { [Unique(Args = true)] partial record Ping : IDisposable { public void Dispose() { } } }").Generate().AssertCompiles();

        Assert.Empty(await AnalyzerRun.ErrorsOf(project));
        Assert.Equal(["Shop.Ping.g.cs"], project.Files.Keys.Where(name => name.StartsWith("Shop", StringComparison.Ordinal)));
        Assert.Contains("\"ping arg beyond int32 optional\"", project.Files["Shop.Ping.g.cs"], StringComparison.Ordinal);
        Assert.Contains("\"ping unique args\"", project.Files["Shop.Ping.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_language_version_gets_nothing_at_all()
    {
        var project = TestProject.Library("[Job] public sealed partial record Ping;").In(LanguageVersion.CSharp11).Generate();

        Assert.Empty(project.Files);
    }

    [Fact]
    public void A_project_without_River_gets_nothing_at_all()
    {
        var project = TestProject.Library("public sealed record Ping;").Generate();
        var without = project.Edit(compilation => compilation
            .RemoveSyntaxTrees(compilation.SyntaxTrees[0])
            .WithReferences(compilation.References.Where(reference => !reference.Display!.Contains("River.", StringComparison.Ordinal))));

        Assert.Empty(without.Files);
        Assert.DoesNotContain(without.Output.GetDiagnostics(TestContext.Current.CancellationToken), diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
    }

    [Fact]
    public void Enqueue_methods_can_be_switched_off()
    {
        var project = TestProject.Library("[Job] public sealed partial record Ping(int X);") with
        {
            Properties = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("RiverEnqueueExtensions", "false"),
        };

        var generated = project.Generate().AssertCompiles();

        Assert.DoesNotContain("EnqueuePingAsync", generated.Files["Ping.g.cs"], StringComparison.Ordinal);
        Assert.Contains("Descriptor", generated.Files["Ping.g.cs"], StringComparison.Ordinal);
    }
}
