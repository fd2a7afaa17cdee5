using River.Generators.Tests.Projects;
using River.Shapes;

namespace River.Generators.Tests;

/// <summary>A primary constructor is read from its syntax where that says all; what is written must be what another constructor gives.</summary>
public sealed class PrimaryConstructorTests
{
    private const string Job = """
        #nullable enable annotations
        global using Log = Microsoft.Extensions.Logging.ILogger<Shop.PingWorker>;
        namespace Shop;
        [Job] public sealed partial record Ping;
        public interface IClock; public struct Span { } public enum Region { East, West }
        public class Outer<T> { public class Inner; private class Hidden; public class Two<U>; }
        public static class Static { public class Inner; private class Hidden; }
        [Obsolete("use IClock", true)] public class Old; [System.Diagnostics.CodeAnalysis.Experimental("EXP1")] public class Early;
        public static class East { public class Same; } public static class West { public class Same; }
        """;

    [Theory]
    [InlineData("")]
    [InlineData("IClock clock, Log log")]
    [InlineData("global::System.Collections.Generic.List<IClock?>? many, (int A, string? B)[]? pairs, int? number, string text, Span span, Region region")]
    [InlineData("IClock @class, System.Func<dynamic, object> make, System.Collections.Generic.IEnumerable<dynamic> all, nint size")]
    [InlineData("Outer<string?>.Inner inner, PingWorker.Nested nested, PingWorker.Nested.Deep[][] deep")]
    [InlineData("East.Same one, West.Same other, Static.Inner inner, Outer<List<string?>?>.Two<IClock?>?[]? many, string?[]?[,]? grid")]
    [InlineData("PingWorker self, Job<Ping> job, CancellationToken token, Old old, Early early, Task<int>? task")]
    [InlineData("IClock IClock, IClock Log, IClock field, IClock required, IClock scoped, IClock partial, IClock _, IClock \\u0061bc, IClock größe")]
    [InlineData("\n#if ABSENT\nIClock clock\n#else\nLog log\n#endif\n")]
    [InlineData("IClock? clock\n#nullable disable\n, List<IClock> all, List<IClock?> many\n#nullable restore\n")]
    [InlineData("in Span span, params IClock[] all")]
    [InlineData("IClock? clock = null, int number = 5, Region region = Region.West")]
    [InlineData("[Microsoft.Extensions.DependencyInjection.FromKeyedServices(\"east\")] IClock clock, IClock other")]
    public void A_worker_takes_the_same_services_by_either_constructor(string parameters) => AssertAlike(
        $$"""public sealed class PingWorker({{parameters}}) : IWorker<Ping> { Members }""",
        $$"""public sealed class PingWorker : IWorker<Ping> { public PingWorker({{parameters}}) { } Members }""");

    [Theory]
    [InlineData("public sealed class PingWorker(IClock clock) : IWorker<Ping> { public PingWorker(IClock clock, Log log) : this(clock) { } Members }", "IClock clock, Log log")]
    [InlineData("public sealed class PingWorker(IClock clock, Log log) : IWorker<Ping> { [Microsoft.Extensions.DependencyInjection.ActivatorUtilitiesConstructor] public PingWorker(IClock clock) : this(clock, null!) { } Members }", "IClock clock")]
    [InlineData("[method: Microsoft.Extensions.DependencyInjection.ActivatorUtilitiesConstructor] public sealed class PingWorker(IClock clock) : IWorker<Ping> { public PingWorker(IClock clock, Log log) : this(clock) { } Members }", "IClock clock")]
    [InlineData("public sealed partial class PingWorker(IClock clock) : IWorker<Ping> { Members } partial class PingWorker { public PingWorker(IClock clock, Log log) : this(clock) { } }", "IClock clock, Log log")]
    [InlineData("public sealed partial class PingWorker : IWorker<Ping> { Members } partial class PingWorker(IClock clock) { static PingWorker() { } }", "IClock clock")]
    [InlineData("public abstract class Base(IClock clock) { } public sealed class PingWorker(IClock clock, Log log) : Base(clock), IWorker<Ping> { Members }", "IClock clock, Log log")]
    [InlineData("public sealed record PingWorker(IClock Clock) : IWorker<Ping> { Members }", "IClock Clock")]
    [InlineData("public sealed class PingWorker(IClock clock) : object, IWorker<Ping> { Members }", "IClock clock")]
    [InlineData("public sealed partial class PingWorker : IWorker<Ping> { Members } sealed partial class PingWorker(IClock clock) : IDisposable { public void Dispose() { } }", "IClock clock")]
    [InlineData("public sealed class PingWorker(IClock clock) : IWorker<Ping> { Members } public sealed class PingWorker<T>(T other) { public PingWorker() : this(default(T)!) { } }", "IClock clock")]
    [InlineData("public sealed class PingWorker(IClock clock) : IWorker<Ping> { static PingWorker() { } public int IClock => 0; Members }", "IClock clock")]
    [InlineData("[method: System.Diagnostics.CodeAnalysis.SetsRequiredMembers] public sealed class PingWorker(IClock clock) : IWorker<Ping> { public required int Number; Members }", "IClock clock")]
    public void Another_constructor_or_base_class_counts_as_it_does_for_services(string worker, string parameters) => AssertAlike(
        worker,
        $$"""public sealed class PingWorker : IWorker<Ping> { public PingWorker({{parameters}}) { } Members }""");

    [Theory]
    [InlineData("public sealed class PingWorker(IClock clock) : IWorker<Ping> { public required IClock Other { get; init; } Members }")]
    [InlineData("public sealed partial class PingWorker(IClock clock) : IWorker<Ping> { Members } partial class PingWorker { public required int Number; }")]
    [InlineData("public abstract class Base { public required int Number; } public sealed class PingWorker(IClock clock) : Base, IWorker<Ping> { Members }")]
    [InlineData("public sealed class PingWorker(ref Span span) : IWorker<Ping> { Members }")]
    [InlineData("public sealed class PingWorker(System.Span<int> span) : IWorker<Ping> { Members }")]
    [InlineData("public sealed unsafe class PingWorker(int* place) : IWorker<Ping> { Members }")]
    [InlineData("public sealed class PingWorker(dynamic anything) : IWorker<Ping> { Members }")]
    [InlineData("public sealed class PingWorker(Absent absent) : IWorker<Ping> { Members }")]
    public void What_services_cannot_give_is_refused_all_the_same(string worker) =>
        Assert.DoesNotContain("new global::Shop.PingWorker", Registration(worker), StringComparison.Ordinal);

    [Theory]
    [InlineData("IClock<int> clock")]
    [InlineData("List all")]
    [InlineData("List<> all")]
    [InlineData("Static.Hidden hidden")]
    [InlineData("Outer<int>.Hidden hidden")]
    [InlineData("List<Outer<int>.Hidden> hidden")]
    [InlineData("PingWorker.Own own")]
    [InlineData("List<PingWorker.Own[]> own")]
    [InlineData("Local[] locals")]
    [InlineData("Static held")]
    [InlineData("System.Void nothing")]
    [InlineData("void nothing")]
    [InlineData("Same ambiguous")]
    [InlineData("Nested unqualified, Absent absent")]
    [InlineData("List<Absent> all")]
    [InlineData("Absent?[] all")]
    [InlineData("(IClock Clock, Absent Absent) pair")]
    [InlineData("Outer<Absent>.Inner inner")]
    [InlineData("(IClock) alone")]
    public void A_type_that_the_compiler_refuses_gets_no_second_error(string parameters)
    {
        foreach (var worker in new[] { $"public class PingWorker({parameters}) : IWorker<Ping> {{ private class Own; Members }}", $"public class PingWorker : IWorker<Ping> {{ private class Own; public PingWorker({parameters}) {{ }} Members }}" })
        {
            var project = Project("using static Shop.East; using static Shop.West; namespace Shop; file class Local; " + worker).Generate().AssertNoErrorInGeneratedCode();

            Assert.DoesNotContain("new global::Shop.PingWorker", project.Files["River.Jobs.g.cs"], StringComparison.Ordinal);
            Assert.Empty(Readings.ProblemsOf(project.Output));
        }
    }

    [Theory]
    [InlineData("typeof(Policy<int>)", "public class Policy<T>", "(List<T> all, T one, Policy<T>.Step step)")]
    [InlineData("typeof(Policy<List<string>>)", "public class Policy<T>", "(T? one, IClock clock)")]
    [InlineData("typeof(Around<string>.Policy)", "public static class Around<T> { public class Policy", "(List<T> all)")]
    public void A_generic_policy_takes_the_services_of_its_arguments(string policy, string declaration, string parameters)
    {
        const string Body = "public class Step; public TimeSpan NextRetry(JobRow job, Exception error) => default; }";
        var job = $"namespace Shop; [Job(RetryPolicy = {policy})] public sealed partial record Pong; public class PingWorker;";
        var end = declaration.Contains('{', StringComparison.Ordinal) ? " }" : "";

        var primary = Project(job, $"namespace Shop; {declaration}{parameters} : IRetryPolicy {{ {Body}{end}").Generate().AssertCompiles();
        var ordinary = Project(job, $"namespace Shop; {declaration} : IRetryPolicy {{ public Policy{parameters} {{ }} {Body}{end}").Generate().AssertCompiles();

        Assert.Equal(ordinary.Files, primary.Files);
    }

    [Fact]
    public void A_policy_of_a_project_is_read_where_it_is_declared()
    {
        var library = TestProject.Library("global using Clock = System.IFormattable;", "namespace Shop; public class Policy(Clock clock) : IRetryPolicy { public TimeSpan NextRetry(JobRow job, Exception error) => default; }")
            .Named("Library").Generate();
        var own = TestProject.Library("global using Clock = System.IDisposable;", "namespace Shop; [Job(RetryPolicy = typeof(Policy))] public sealed partial record Ping;");

        var inEditor = (own with { References = [library.Output.ToMetadataReference()] }).Generate().AssertCompiles();

        Assert.Equal(own.With(library).Generate().Files, inEditor.Files);
        Assert.Contains("GetRequiredService<global::System.IFormattable>", inEditor.Files["Shop.Ping.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_beside_top_level_statements_is_read_from_its_symbol()
    {
        var project = TestProject.Program(Job, "Console.WriteLine(); public partial class Program(Shop.IClock clock) : IWorker<Shop.Ping> { public Task WorkAsync(Job<Shop.Ping> job, CancellationToken t) => Task.CompletedTask; }").Generate();

        Assert.Contains("GetRequiredService<global::Shop.IClock>", project.AssertNoErrorInGeneratedCode().Files["River.Jobs.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_gives_up_is_heard()
    {
        var shop = Project("namespace Shop; public class PingWorker(IClock clock) : IWorker<Ping> { Members }").Compile();

        Assert.Throws<OperationCanceledException>(() => PrimaryConstructor.Services(shop.GetTypeByMetadataName("Shop.PingWorker")!, KnownTypes.Of(shop)!, new CancellationToken(canceled: true)));
    }

    private static void AssertAlike(string primary, string ordinary)
    {
        var registration = Registration(primary);

        Assert.Contains("new global::Shop.PingWorker", registration, StringComparison.Ordinal);
        Assert.Equal(Registration(ordinary), registration);
    }

    private static string Registration(string worker) => Project("namespace Shop; " + worker).Generate().Files["River.Jobs.g.cs"];

    private static TestProject Project(params string[] sources) => TestProject.Library(
        [Job, .. sources.Select(source => source.Replace(" Members", " public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; public sealed class Nested { public sealed class Deep; }", StringComparison.Ordinal))]);
}
