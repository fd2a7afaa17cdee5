using Microsoft.CodeAnalysis.CSharp;
using River.Analyzers.Tests.Harness;

namespace River.Analyzers.Tests;

/// <summary>For every rule code in which it finds one fault.</summary>
internal static class RuleSamples
{
    private const string Worker = "public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => Task.CompletedTask;";

    private const string Ping = "[Job] public sealed partial record Ping; ";

    public static IReadOnlyDictionary<string, Code> All { get; } = new SortedDictionary<string, Code>(StringComparer.Ordinal)
    {
        ["RIVER001"] = Code.Of("[Job] public sealed record Ping;"),
        ["RIVER002"] = Code.Of("[Job(Kind = \"a b\")] public sealed partial record Ping;"),
        ["RIVER003"] = Code.Of("[Job(Kind = \"shared\")] public sealed partial record Ping;")
            .Referencing(Code.Of("[Job(Kind = \"shared\")] public sealed partial record Pong;").Named("Other")),
        ["RIVER004"] = Code.Of("[Job(Queue = \"mial\")] public sealed partial record Ping;"),
        ["RIVER005"] = Code.Of("[assembly: Queue(\"Mail\")]"),
        ["RIVER006"] = Code.Of("[Job(MaxAttempts = 0)] public sealed partial record Ping;"),
        ["RIVER007"] = Code.Of("[Job(MaxAttempts = 34)] public sealed partial record Ping;"),
        ["RIVER008"] = Code.Of("[Job(Timeout = \"90\")] public sealed partial record Ping;"),
        ["RIVER009"] = Code.Of("[Job, Periodic(\"* 24 * * *\")] public sealed partial record Ping;"),
        ["RIVER012"] = Code.Of("[Job, Periodic(\"@daily\")] public sealed partial record Ping(int Id);"),
        ["RIVER013"] = Code.Of(
            """
            new ServiceCollection().AddRiver(river => river.AddJobs());

            [Job] public sealed partial record Ping;
            """).And("Queues.cs", "[assembly: Queue(\"default\")]").AsProgram(),
        ["RIVER014"] = Code.Of("public sealed record Ping; public class PingWorker : IWorker<Ping> { " + Worker + " }"),
        ["RIVER015"] = Code.Of("[Job] public sealed partial record Ping(Action Then);"),
        ["RIVER025"] = Code.Of(Ping + "public static class Use { public static async Task It(IJobClient jobs, int[] ids) { foreach (var id in ids) await jobs.EnqueueAsync(new Ping()); } }"),
        ["RIVER030"] = Code.Of("public sealed record Ping; public static class Use { public static void It(Job<Ping> job) { job.Cancel(\"gone\"); } }"),
        ["RIVER031"] = Code.Of(Ping + "public static class Use { public static void It(IJobClient jobs) { _ = jobs.EnqueueAsync(new Ping()); } }"),
        ["RIVER034"] = Code.Of("[Job] public sealed partial record Ping<T>;"),
        ["RIVER039"] = Code.Of("[Job] public sealed partial record Ping;").In(LanguageVersion.CSharp11),
    };
}
