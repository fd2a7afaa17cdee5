using System.Text.Json;
using System.Text.Json.Nodes;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Attempts;

/// <summary>What workers put out and write into the metadata.</summary>
public sealed class OutputTests(PostgresFixture postgres)
{
    private static readonly Report Seven = new("Seven pages", 7, new Author("Ada 🚀"));

    // river-facts 11.3 topic 32
    [Theory, EachStore]
    public async Task An_output_is_stored_with_every_outcome(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((job, _) =>
        {
            job.SetOutput(new Report("first", 1), AttemptJson.Default.Report);
            job.SetOutput(Seven with { Pages = job.Args.Number }, AttemptJson.Default.Report);
            job.SetMetadata("customer", new JsonObject { ["id"] = job.Args.Number });
            return job.Args.Number switch
            {
                1 => Task.CompletedTask,
                2 => throw new InvalidOperationException("no"),
                3 => throw job.Snooze(TimeSpan.FromHours(1)),
                4 => throw job.Cancel("no more"),
                _ => throw new InvalidOperationException("last"),
            };
        }));
        await client.StartAsync();

        foreach (var (number, state) in new[] { (1, JobState.Completed), (2, JobState.Available), (3, JobState.Scheduled), (4, JobState.Cancelled), (5, JobState.Discarded) })
        {
            var options = new EnqueueOptions { Metadata = new JsonObject { ["kept"] = 1, ["customer"] = "replaced" }, MaxAttempts = number == 5 ? 1 : 3 };
            var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(number), options), state);

            Assert.Equal(Seven with { Pages = number }, row.ReadOutput(AttemptJson.Default.Report));
            var metadata = row.ReadMetadata();
            Assert.Equal(1, metadata.GetProperty("kept").GetInt32());
            Assert.Equal(number, metadata.GetProperty("customer").GetProperty("id").GetInt32());
            Assert.Equal(state == JobState.Scheduled, metadata.TryGetProperty("snoozes", out _));
        }
    }

    [Theory, EachStore]
    public async Task An_output_survives_a_stop_that_hands_the_job_back(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.SoftStopTimeout = TimeSpan.Zero;
            setup.Work<Endless>(async (job, token) =>
            {
                job.SetOutput("so far");
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, token);
            });
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Endless());
        await begun.Task.SoonAsync(TestContext.Current.CancellationToken);

        await client.StopAsync();

        var row = await client.GetAsync(id);
        Assert.Equal((JobState.Available, 0), (row.State, row.Attempt));
        Assert.Equal("so far", row.ReadOutput()?.GetString());
    }

    // river-facts 11.3 topic 32
    [Theory, EachStore]
    public async Task An_update_from_outside_while_the_job_runs_stands_but_for_what_the_job_records_itself(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (begun, go) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            begun.TrySetResult();
            await go.Task.WaitAsync(token);
            if (job.Args.Number == 1)
                job.SetOutput(new Report("the job's", 1), AttemptJson.Default.Report);
        }));
        await client.StartAsync();
        var update = new JobUpdate { Metadata = new JsonObject { ["seen"] = true } }.WithOutput(new Report("the operator's", 1), AttemptJson.Default.Report);
        var recording = await client.EnqueueAsync(new Probe(1));
        await begun.Task.SoonAsync(TestContext.Current.CancellationToken);
        begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var silent = await client.EnqueueAsync(new Probe(2));
        await begun.Task.SoonAsync(TestContext.Current.CancellationToken);

        foreach (var id in (long[])[recording, silent])
            Assert.Equal((JobState.Running, "the operator's"), ((await client.Jobs.UpdateAsync(id, update, TestContext.Current.CancellationToken)).State, (await client.GetAsync(id)).ReadOutput(AttemptJson.Default.Report)?.Title));
        go.SetResult();

        foreach (var (id, output) in new[] { (recording, "the job's"), (silent, "the operator's") })
        {
            var row = await client.SettledAsync(id, JobState.Completed);
            Assert.Equal((output, true), (row.ReadOutput(AttemptJson.Default.Report)?.Title, row.ReadMetadata().GetProperty("seen").GetBoolean()));
        }
    }

    [Theory, EachStore]
    public async Task Nothing_changes_when_nothing_is_recorded(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));

        Assert.Null((await client.Store.SettledAsync(id, JobState.Completed)).Metadata);
        var row = await client.GetAsync(id);
        Assert.Null(row.ReadOutput());
        Assert.Null(row.ReadOutput(AttemptJson.Default.Report));
        Assert.Empty(client.Store.Records);
    }

    // river-facts 11.3 topic 34
    [Theory, EachStore]
    public async Task Metadata_is_merged_at_the_top_only_and_keeps_nulls(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((job, _) =>
        {
            job.SetMetadata("object", new JsonObject { ["b"] = 2 });
            job.SetMetadata("gone", null);
            job.SetMetadata("\"odd\" key 🚀", "text");
            Assert.Equal(1, job.Row.ReadMetadata().GetProperty("object").GetProperty("a").GetInt32());
            return Task.CompletedTask;
        }));
        await client.StartAsync();

        var row = await client.SettledAsync(
            await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Metadata = new JsonObject { ["object"] = new JsonObject { ["a"] = 1 }, ["gone"] = 1 } }),
            JobState.Completed);

        Assert.True(JsonElement.DeepEquals(JsonElement.Parse("""{"object":{"b":2},"gone":null,"\"odd\" key 🚀":"text"}"""), row.ReadMetadata()));
    }

    // river-facts 11.3 topic 34
    [Theory]
    [InlineData("river:anything")]
    [InlineData("river:log")]
    [InlineData("output")]
    [InlineData("snoozes")]
    [InlineData("cancel_attempted_at")]
    [InlineData("unique_key_conflict")]
    [InlineData("nul\0")]
    public void Keys_that_are_rivers_or_unstorable_are_refused(string key)
    {
        var job = TestJob.For(new Probe(1));

        var error = Assert.Throws<InvalidJobDataException>(() => job.SetMetadata(key, 1));

        Assert.Equal("probe", error.Kind);
        Assert.StartsWith("metadata '", error.Member, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_database_cannot_hold_is_refused_at_once_with_its_path()
    {
        var job = TestJob.For(new Probe(1));

        Assert.Equal("output.Author.Name", Refused(() => job.SetOutput(Seven with { Author = new Author("a\0b") }, AttemptJson.Default.Report)));
        Assert.Equal("output.Title", Refused(() => job.SetOutput(Seven with { Title = "\uDC00" }, AttemptJson.Default.Report)));
        Assert.Equal("output.list[1]", Refused(() => job.SetOutput(new JsonObject { ["list"] = new JsonArray(1, "\0") })));
        Assert.Equal("output", Refused(() => job.SetOutput("\uD800")));
        Assert.Equal("output", Refused(() => job.SetOutput(double.NaN)));
        Assert.Equal("output.a", Refused(() => job.SetOutput(JsonNode.Parse("""{"a":"\u0000"}"""))));
        // Not as a theory's data: the runner makes U+FFFD of it.
        Assert.Equal("metadata 'half\uFFFD'", Refused(() => job.SetMetadata("half\uD800", 1)));
        Assert.Equal("metadata 'k'[0]", Refused(() => job.SetMetadata("k", new JsonArray("\0"))));
        Assert.Null(TestJob.Recorded(job).ReadOutput());
    }

    // river-facts 11.3 topic 32
    [Fact]
    public void An_output_may_take_32_MiB_and_no_more()
    {
        const int Limit = 32 * 1024 * 1024;
        var job = TestJob.For(new Probe(1));

        job.SetOutput(new string('x', Limit - 2));
        var error = Assert.Throws<InvalidJobDataException>(() => job.SetOutput(new string('x', Limit - 1)));

        Assert.Contains("32 MiB", error.Message, StringComparison.Ordinal);
        Assert.Equal(Limit - 2, TestJob.Recorded(job).ReadOutput()?.GetString()!.Length);
    }

    [Theory, EachStore]
    public async Task Large_outputs_of_many_jobs_are_all_written(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((job, _) =>
        {
            job.SetOutput(new string((char)('a' + job.Args.Number), 3 * 1024 * 1024));
            return Task.CompletedTask;
        }));
        var ids = new List<long>();
        for (var number = 0; number < 8; number++)
            ids.Add(await client.EnqueueAsync(new Probe(number)));
        await client.StartAsync();

        for (var number = 0; number < ids.Count; number++)
        {
            var output = (await client.SettledAsync(ids[number], JobState.Completed)).ReadOutput()?.GetString();
            Assert.Equal((3 * 1024 * 1024, (char)('a' + number)), (output!.Length, output[^1]));
        }
    }

    private static string Refused(Action set) => Assert.Throws<InvalidJobDataException>(set).Member;
}
