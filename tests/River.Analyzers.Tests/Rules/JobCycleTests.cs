using Microsoft.CodeAnalysis;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class JobCycleTests() : RuleTest("RIVER022")
{
    [Fact]
    public async Task Jobs_that_always_enqueue_each_other_are_warned_of()
    {
        var found = Assert.Single(await ReportsAsync(Jobs()
            .And("A.cs", Worker("Ann", "await job.Client.[|EnqueueBobAsync|](1, cancellationToken: cancellationToken);"))
            .And("B.cs", Worker("Bob", "await NextAsync(job); }\nprivate static async Task NextAsync(Job<Bob> job) { await Task.Yield(); job.Then(new Cid());"))
            .And("C.cs", Worker("Cid", "try { await job.Client.EnqueueAsync(new Ann(), cancellationToken: cancellationToken); } finally { Console.WriteLine(); }"))));

        Assert.Equal(DiagnosticSeverity.Warning, found.Severity);
        Assert.Contains("cycle of jobs: Ann → Bob → Cid → Ann", found.GetMessage(), StringComparison.Ordinal);
        Assert.Equal(["B.cs", "C.cs"], found.AdditionalLocations.Select(location => Path.GetFileName(location.SourceTree!.FilePath)));
    }

    [Theory]
    [InlineData("if (job.Attempt > 1) job.[|Then|](new Bob(1));")]
    [InlineData("if (job.Attempt > 1) return; job.[|Then|](new Bob(1));")]
    [InlineData("foreach (var id in new[] { 1 }) job.[|Then|](new Bob(id));")]
    [InlineData("await job.Client.EnqueueManyAsync([JobRequest.[|For|](new Bob(1))], cancellationToken);")]
    [InlineData("await job.Client.[|EnqueueManyAsync|]([new Bob(1)], cancellationToken: cancellationToken);")]
    [InlineData("Action later = () => job.[|Then|](new Bob(1)); later();")]
    [InlineData("await (job.Attempt > 1 ? NextAsync(job) : Task.CompletedTask); }\nprivate static async Task NextAsync(Job<Ann> job) { await Task.Yield(); job.[|Then|](new Bob(1));")]
    public async Task A_cycle_that_a_condition_guards_is_suggested(string statements)
    {
        var found = Assert.Single(await ReportsAsync(Jobs().And("A.cs", Worker("Ann", statements)).And("B.cs", Worker("Bob", "job.Then(new Ann());"))));

        Assert.Equal(DiagnosticSeverity.Info, found.Severity);
        Assert.Contains("Ann → Bob → Ann", found.GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_in_two_parts_of_one_file_is_followed()
    {
        var found = Assert.Single(await ReportsAsync(Jobs().And("B.cs", Worker("Bob", "job.Then(new Ann());")).And(
            "A.cs",
            """
            public sealed partial class AnnWorker : IWorker<Ann>
            {
                public async Task WorkAsync(Job<Ann> job, CancellationToken cancellationToken) { await Task.Delay(1, cancellationToken); Next(job); }
            }

            public sealed partial class AnnWorker { private static void Next(Job<Ann> job) => job.[|Then|](new Bob(1)); }
            """)));

        Assert.Equal(DiagnosticSeverity.Warning, found.Severity);
    }

    [Fact]
    public async Task A_job_that_enqueues_itself_is_suggested()
    {
        var found = Assert.Single(await ReportsAsync(
            """
            [Job] public sealed partial record Page(int Number)
            {
                public async Task WorkAsync(Job<Page> job) { await Task.Yield(); job.[|Then|](new Page(Number + 1)); }
            }
            """));

        Assert.Equal(DiagnosticSeverity.Info, found.Severity);
        Assert.Contains("Page → Page", found.GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Chains_that_end_are_fine() => ReportsAsync(Jobs()
        .And("A.cs", Worker("Ann", "job.Then(new Bob(1)); job.Then(new Cid());"))
        .And("B.cs", Worker("Bob", "job.Then(new Cid());"))
        .And("C.cs", Worker("Cid", "Console.WriteLine();") + "\npublic sealed class Service(IJobClient jobs) { public Task StartAsync() => jobs.EnqueueAsync(new Ann()); }"));

    [Fact]
    public async Task Each_group_of_jobs_is_told_of_once()
    {
        var found = await ReportsAsync(Jobs()
            .And("A.cs", Worker("Ann", "job.[|Then|](new Bob(1)); job.Then(new Cid());"))
            .And("B.cs", Worker("Bob", "job.Then(new Ann());"))
            .And("C.cs", Worker("Cid", "job.Then(new Ann());")));

        Assert.Contains("Ann → Bob → Ann", Assert.Single(found).GetMessage(), StringComparison.Ordinal);
    }

    private static Code Jobs() => Code.Of(
        """
        [Job] public sealed partial record Ann;
        [Job] public sealed partial record Bob(int Id);
        [Job] public sealed partial record Cid;
        """);

    private static string Worker(string job, string statements) =>
        $$"""
        public sealed class {{job}}Worker : IWorker<{{job}}>
        {
            public async Task WorkAsync(Job<{{job}}> job, CancellationToken cancellationToken)
            {
                await Task.Delay(1, cancellationToken);
                {{statements}}
            }
        }
        """;
}
