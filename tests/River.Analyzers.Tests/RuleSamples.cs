using Microsoft.CodeAnalysis.CSharp;
using River.Analyzers.Tests.Harness;

namespace River.Analyzers.Tests;

/// <summary>For every rule code in which it finds one fault.</summary>
internal static class RuleSamples
{
    private const string Worker = "public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => Task.CompletedTask;";

    private const string Ping = "[Job] public sealed partial record Ping; ";

    /// <summary>As much of ASP.NET Core as rules know.</summary>
    public const string AspNetCore =
        """
        namespace Microsoft.AspNetCore.Http
        {
            public abstract class HttpContext { public abstract string TraceIdentifier { get; set; } }
            public interface IHttpContextAccessor { HttpContext? HttpContext { get; set; } }
        }
        """;

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
        ["RIVER010"] = Code.Of("[Job, Periodic(\"0 0 30 2 *\")] public sealed partial record Ping;"),
        ["RIVER011"] = Code.Of("[Job, Periodic(\"@daily\", TimeZone = \"Europe/Berlim\")] public sealed partial record Ping;"),
        ["RIVER012"] = Code.Of("[Job, Periodic(\"@daily\")] public sealed partial record Ping(int Id);"),
        ["RIVER013"] = Code.Of(
            """
            new ServiceCollection().AddRiver(river => river.AddJobs());

            [Job] public sealed partial record Ping;
            """).And("Queues.cs", "[assembly: Queue(\"default\")]").AsProgram(),
        ["RIVER014"] = Code.Of("public sealed record Ping; public class PingWorker : IWorker<Ping> { " + Worker + " }"),
        ["RIVER015"] = Code.Of("[Job] public sealed partial record Ping(Action Then);"),
        ["RIVER016"] = Code.Of("[Job, Unique(States = JobStates.Available)] public sealed partial record Ping;"),
        ["RIVER017"] = Code.Of("[Job, Unique(Period = \"500ms\")] public sealed partial record Ping;"),
        ["RIVER018"] = Code.Of("[Job] public sealed partial record Ping(byte[] Content);"),
        ["RIVER019"] = Working("while (true) await Task.Yield();"),
        ["RIVER020"] = Working("Thread.Sleep(10); await Task.Yield();"),
        ["RIVER021"] = Working("try { await Task.Yield(); } catch (Exception) { await Task.Yield(); }"),
        ["RIVER022"] = Working("await Task.Yield(); job.Then(new Ping());"),
        ["RIVER023"] = Code.Of("public static class Use { public static EnqueueOptions It() => new() { ScheduledAt = DateTime.Now }; }"),
        ["RIVER024"] = Code.Of(
            Ping + "public static class Use { public static async Task It(IJobClient jobs, Npgsql.NpgsqlConnection connection) "
            + "{ using var transaction = connection.BeginTransaction(); await jobs.EnqueueAsync(new Ping()); transaction.Commit(); } }"),
        ["RIVER025"] = Code.Of(Ping + "public static class Use { public static async Task It(IJobClient jobs, int[] ids) { foreach (var id in ids) await jobs.EnqueueAsync(new Ping()); } }"),
        ["RIVER026"] = Code.Of(
            """
            new ServiceCollection().AddRiverClient(river => river.AddJobs());

            [Job, Periodic("@daily")] public sealed partial record Ping;
            """).And("Queues.cs", "[assembly: Queue(\"default\")]").AsProgram(),
        ["RIVER029"] = Working("await Task.Yield(); if (job.Attempt > 1) throw job.Snooze(TimeSpan.Zero);"),
        ["RIVER027"] = Code.Of("[Job] public sealed partial record Ping(string Id);")
            .AndText("River.Contracts.txt", "ping job\nping arg id int64\n"),
        ["RIVER028"] = Code.Of("[Job] public sealed partial record Ping(long Id);").AndText("River.Contracts.txt", ""),
        ["RIVER030"] = Code.Of("public sealed record Ping; public static class Use { public static void It(Job<Ping> job) { job.Cancel(\"gone\"); } }"),
        ["RIVER031"] = Code.Of(Ping + "public static class Use { public static void It(IJobClient jobs) { _ = jobs.EnqueueAsync(new Ping()); } }"),
        ["RIVER032"] = Code.Of("[Job, Periodic(\"@daily\"), Unique(Period = \"1h\")] public sealed partial record Ping;"),
        ["RIVER033"] = Code.Of("[Job] public sealed partial record Ping(string Password);"),
        ["RIVER034"] = Code.Of("[Job] public sealed partial record Ping<T>;"),
        ["RIVER035"] = Working("await job.StepAsync(\"copy\", _ => Task.CompletedTask); await job.StepAsync(\"copy\", _ => Task.CompletedTask);"),
        ["RIVER036"] = Code.Of("[Job(Timeout = \"1h\")] public sealed partial record Ping { public async Task WorkAsync(CancellationToken token) { while (!token.IsCancellationRequested) await Task.Yield(); } }"),
        ["RIVER037"] = Working("try { await Task.Yield(); } catch (Exception e) when (e is not OperationCanceledException) { Console.WriteLine(e); }"),
        ["RIVER038"] = Code.Of("[Job, Unique(Args = true)] public sealed partial record Ping(DateTimeOffset CreatedAt);"),
        ["RIVER039"] = Code.Of("[Job] public sealed partial record Ping;").In(LanguageVersion.CSharp11),
        ["RIVER040"] = Code.Of("[Job] public sealed partial record Ping { public Task WorkAsync(Microsoft.AspNetCore.Http.HttpContext http) => Task.CompletedTask; }")
            .And("AspNetCore.cs", AspNetCore),
    };

    private static Code Working(string statements) => Code.Of(
        "[Job(Timeout = \"infinite\")] public sealed partial record Ping; public sealed class PingWorker : IWorker<Ping> "
        + "{ public async Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) { " + statements + " } }");
}
