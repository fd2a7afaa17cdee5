using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Diagrams;

/// <summary>The graph of jobs as a build draws it.</summary>
public sealed class JobGraphTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_stand_in_their_queues_with_schedules_before_them_and_arrows_to_what_they_enqueue()
    {
        var graph = await DrawAsync(Code.Of(
            """
            [assembly: Queue("default"), Queue("mail"), Queue("else|where", External = true)]

            [Job, Periodic("*/5 * * * *", TimeZone = "Europe/Berlin")] public sealed partial record Ann;
            [Job(Queue = Queues.Mail)] public sealed partial record Bob(int Id);
            [Job(Queue = "else|where", External = true, Kind = "a<b>:c")] public sealed partial record Cid;
            [Job(Queue = "mail")] public sealed partial record Dan(int Page)
            {
                public async Task WorkAsync(Job<Dan> job) { await Task.Yield(); if (Page < 9) job.Then(new Dan(Page + 1)); }
            }
            """)
            .And("A.cs", Worker("Ann",
                """
                await job.Client.EnqueueBobAsync(1, options: new() { Delay = TimeSpan.FromMinutes(90) }, cancellationToken: cancellationToken);
                await job.Client.EnqueueAsync(new Bob(2), new EnqueueOptions { Delay = Pause }, cancellationToken);
                await job.Client.EnqueueAsync(new Bob(3), new EnqueueOptions { Delay = TimeSpan.FromSeconds(job.Attempt) }, cancellationToken);
                await job.Client.EnqueueAsync(new Bob(3), cancellationToken: cancellationToken);
                await ManyAsync(job);
                }
                private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1500);
                private static async Task ManyAsync(Job<Ann> job)
                {
                    await job.Client.EnqueueManyAsync([JobRequest.For(new Cid()), JobRequest.For(new Bob(4))]);
                    await job.Client.EnqueueManyAsync([new Dan(1)]);
                """))
            .And("B.cs", Worker("Bob", "job.Then(new Cid(), new() { Delay = TimeSpan.FromDays(2) }); if (job.Attempt > 1) await job.Client.EnqueueAsync(new Cid());", "[Periodic(\"@daily\", Id = \"bob_daily\")] ", "public static Bob Create(PeriodicContext context) => new(0);")));

        Assert.Equal(
            """
            flowchart LR
                subgraph queue_default["default"]
                    job_ann["ann"]
                end
                subgraph queue_else_x007c_where["else|where"]
                    job_a_x003c_b_x003e__x003a_c["a#lt;b#gt;:c"]:::external
                end
                subgraph queue_mail["mail"]
                    job_bob["bob"]
                    job_dan["dan"]
                end
                at_ann(["*/5 * * * * Europe/Berlin"]) --> job_ann
                at_bob_daily(["@daily"]) --> job_bob
                job_ann -.->|"many"| job_a_x003c_b_x003e__x003a_c
                job_ann --> job_bob
                job_ann -->|"after 1500ms"| job_bob
                job_ann -->|"after 90m"| job_bob
                job_ann -->|"delayed"| job_bob
                job_ann -.->|"many"| job_bob
                job_ann -.->|"many"| job_dan
                job_bob -.-> job_a_x003c_b_x003e__x003a_c
                job_bob -->|"then, after 2d"| job_a_x003c_b_x003e__x003a_c
                job_dan -.->|"then"| job_dan
                classDef external stroke-dasharray: 5 5

            """,
            graph,
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task A_host_shows_what_the_assemblies_it_references_declare()
    {
        var contracts = Code.Of(
            """
            [assembly: Queue("mail")]
            public static partial class Outer { [Job(Queue = "mail"), Periodic("@hourly")] public sealed partial record Ping; }
            [Job(Queue = "mail")] public sealed partial record Pong;
            """).Named("Contracts");
        var host = Code.Of("[Job(Queue = Queues.Mail)] public sealed partial record Own; public sealed class PingWorker : IWorker<Outer.Ping> { public Task WorkAsync(Job<Outer.Ping> job, CancellationToken cancellationToken) { job.Then(new Pong()); return Task.CompletedTask; } }")
            .Named("Host").Referencing(contracts);

        Assert.Equal(
            """
            flowchart LR
                subgraph queue_mail["mail"]
                    job_own["own"]
                    job_ping["ping"]
                    job_pong["pong"]
                end
                at_ping(["@hourly"]) --> job_ping
                job_ping -->|"then"| job_pong

            """,
            await DrawAsync(host),
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task The_order_in_which_files_are_written_changes_nothing()
    {
        var jobs = Code.Of("[assembly: Queue(\"default\")] [Job] public sealed partial record Ann; [Job] public sealed partial record Bob;");
        var a = Worker("Ann", "job.Then(new Bob()); job.Then(new Ann());");
        var b = Worker("Bob", "job.Then(new Ann()); job.Then(new Bob());");

        Assert.Equal(await DrawAsync(jobs.And("A.cs", a).And("B.cs", b)), await DrawAsync(jobs.And("B.cs", b).And("A.cs", a)));
    }

    [Theory]
    [InlineData("docs/jobs.md", "# Job graph\n\n<!-- ")]
    [InlineData("jobs.mmd", "%% ")]
    public async Task A_page_is_written_for_Markdown_and_the_chart_alone_for_all_else(string path, string start) => Assert.StartsWith(
        start,
        (await MessagesAsync(Code.Of("[Job] public sealed partial record Ping;").And("Queues.cs", "[assembly: Queue(\"default\")]").With("RiverJobGraph", path))).Single(),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Without_the_switch_nothing_is_drawn(string? path)
    {
        var code = Code.Of("[Job] public sealed partial record Ping;").And("Queues.cs", "[assembly: Queue(\"default\")]");
        Assert.Empty(await MessagesAsync(path is null ? code : code.With("RiverJobGraph", path)));
    }

    [Fact]
    public async Task No_setting_silences_what_the_project_asked_for() => Assert.Single(await MessagesAsync(
        Code.Of("#pragma warning disable\n[Job] public sealed partial record Ping;").And("Queues.cs", "[assembly: Queue(\"default\")]")
            .Configured("dotnet_analyzer_diagnostic.severity = none\ndotnet_diagnostic.RIVERGRAPH.severity = none").With("RiverJobGraph", "jobs.md")));

    [Theory]
    [InlineData("samples/Quickstart", "samples/Quickstart/docs/job-graph.md", null)]
    [InlineData("samples/Backfill/Backfill.Worker", "samples/Backfill/docs/job-graph.md", "samples/Backfill/Backfill.Contracts")]
    public async Task The_graph_of_a_sample_is_what_its_code_says(string folder, string file, string? contracts)
    {
        var code = Repository.Code(folder).AsProgram();
        // A sample's own logging methods are written by another generator, which doesn't run here.
        if (code.Files.Any(one => one.Markup.Text.Contains("[LoggerMessage(", StringComparison.Ordinal)))
            code = code.WithErrorsInEditor("CS8795");
        if (contracts is not null)
            code = code.Referencing(Repository.Code(contracts).Named(Path.GetFileName(contracts)));

        var drawn = Assert.Single(await MessagesAsync(code.With("RiverJobGraph", file)));

        // When it fails: build the sample, which writes the file, and commit it.
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Repository.Root, file), Token), drawn, ignoreLineEndingDifferences: true);
    }

    private static async Task<string> DrawAsync(Code code)
    {
        var text = Assert.Single(await MessagesAsync(code.With("RiverJobGraph", "jobs.mmd")));
        return text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..];
    }

    private static async Task<IReadOnlyList<string>> MessagesAsync(Code code)
    {
        var project = await UserProject.OpenAsync(code, Token);
        var compilation = await UserProject.CompileAsync(project, Token);
        RuleTest.AssertCompiles(compilation, code);
        var found = await Analysis.AllAsync(compilation, project.AnalyzerOptions, Token);
        return [.. found.Where(one => one.Id == "RIVERGRAPH").Select(one => one.GetMessage(System.Globalization.CultureInfo.InvariantCulture))];
    }

    private static string Worker(string job, string statements, string attributes = "", string members = "") =>
        $$"""
        {{attributes}}public sealed class {{job}}Worker : IWorker<{{job}}>
        {
            public async Task WorkAsync(Job<{{job}}> job, CancellationToken cancellationToken)
            {
                await Task.Yield();
                {{statements}}
            }
        }
        {{(members.Length == 0 ? "" : $"public sealed partial record {job} {{ {members} }}")}}
        """;
}
