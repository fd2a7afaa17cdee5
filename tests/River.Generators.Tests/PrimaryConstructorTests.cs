using River.Generators.Tests.Projects;

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
        public class Outer<T> { public class Inner; }
        """;

    [Theory]
    [InlineData("")]
    [InlineData("IClock clock, Log log")]
    [InlineData("global::System.Collections.Generic.List<IClock?>? many, (int A, string? B)[]? pairs, int? number, string text, Span span, Region region")]
    [InlineData("IClock @class, System.Func<dynamic, object> make, System.Collections.Generic.IEnumerable<dynamic> all, nint size")]
    [InlineData("Outer<string?>.Inner inner, PingWorker.Nested nested, PingWorker.Nested.Deep[][] deep")]
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

    private static void AssertAlike(string primary, string ordinary)
    {
        var registration = Registration(primary);

        Assert.Contains("new global::Shop.PingWorker", registration, StringComparison.Ordinal);
        Assert.Equal(Registration(ordinary), registration);
    }

    private static string Registration(string worker) => TestProject
        .Library(Job, "namespace Shop; " + worker.Replace("Members", "public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; public sealed class Nested { public sealed class Deep; }", StringComparison.Ordinal))
        .Generate().Files["River.Jobs.g.cs"];
}
