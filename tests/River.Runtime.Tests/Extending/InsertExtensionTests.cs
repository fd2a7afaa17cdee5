using System.Text;
using System.Text.Json.Nodes;
using River.Extending;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Extending;

/// <summary>Middleware and hooks around inserts.</summary>
public sealed class InsertExtensionTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // river-facts 11.3 topic 13
    [Theory, EachStore]
    public async Task Middleware_goes_around_the_batch_and_hooks_see_each_job_in_it(Database kind)
    {
        var said = new Said();
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Extensions.Add(ExtensionRegistration.For(_ => new First { Said = said }));
            setup.Extensions.Add(ExtensionRegistration.For(_ => new Second { Said = said }));
            setup.OwnedExtensions.Add((typeof(Extended), ExtensionRegistration.For(_ => new Third { Said = said })));
            setup.OwnedExtensions.Add((typeof(ExtendedWorker), ExtensionRegistration.For(_ => new Fourth { Said = said })));
            setup.Workers.Add(WorkerRegistration.ForWorker<Extended, ExtendedWorker>(_ => new ExtendedWorker(said)));
        });

        var results = await client.Jobs.EnqueueManyAsync([JobRequest.For(new Extended(1)), JobRequest.For(new Probe(2))], Token);

        Assert.Equal(["extended", "probe"], results.Select(result => result.Job.Kind));
        Assert.Equal(
            [
                "First inserts 2", "Second inserts 2", "Third inserts 2",
                "First sees extended", "Second sees extended", "Third sees extended", "First sees probe", "Second sees probe",
                "Third inserted 2", "Second inserted 2", "First inserted 2",
            ],
            said.All);
    }

    // river-facts 11.3 topic 13
    [Theory, EachStore]
    public async Task What_a_middleware_or_a_hook_throws_aborts_the_whole_call(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var refuse = true;
        await using var client = Create(database, new ScriptedInsert
        {
            Around = (jobs, next, token) => refuse ? throw new NotSupportedException("not now") : next(jobs, token),
            Begin = static context => context.Priority = context.Request.Args is Probe { Number: 2 } ? throw new NotSupportedException("not two") : 1,
        });

        await Assert.ThrowsAsync<NotSupportedException>(() => client.Jobs.EnqueueAsync(new Probe(1), cancellationToken: Token));
        refuse = false;
        await Assert.ThrowsAsync<NotSupportedException>(() => client.Jobs.EnqueueManyAsync([new Probe(1), new Probe(2), new Probe(3)], cancellationToken: Token));

        Assert.Empty(await client.Jobs.ListAsync(null, Token));
    }

    [Theory, EachStore]
    public async Task A_middleware_may_insert_other_jobs_but_answers_for_each_that_it_was_given(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var answersForAll = true;
        await using var client = Create(database, new ScriptedInsert
        {
            Around = async (jobs, next, token) =>
            {
                var results = await next([.. jobs.Select(job => job.With((job.Options ?? new()) with { Priority = 4 }))], token);
                return answersForAll ? results : [];
            },
        });

        var result = await client.Jobs.EnqueueAsync(new Probe(1), new EnqueueOptions { Tags = ["kept"] }, Token);
        answersForAll = false;
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => client.Jobs.EnqueueAsync(new Probe(2), cancellationToken: Token));

        Assert.Equal((4, "kept"), (result.Job.Priority, Assert.Single(result.Job.Tags)));
        Assert.Contains("ScriptedInsert was given 1 jobs to insert and returned 0 results", error.Message, StringComparison.Ordinal);
    }

    // river-facts 11.3 topic 13
    [Theory, EachStore]
    public async Task A_hook_may_change_what_is_stored_and_duplicates_are_found_all_the_same(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var salt = 0;
        await using var client = Create(database, new ScriptedInsert
        {
            Begin = context =>
            {
                context.EncodedArgs = Encoding.UTF8.GetBytes($$"""{"salt":{{++salt}}}""");
                context.Metadata["traced"] = true;
                context.Queue = "other";
                context.Priority = 3;
                context.MaxAttempts = 7;
                context.Tags = ["hooked"];
            },
        });
        var unique = new EnqueueOptions { Unique = new UniqueOptions { Args = true }, Metadata = new JsonObject { ["given"] = 1 } };

        var first = await client.Jobs.EnqueueAsync(new Probe(1), unique, Token);
        var second = await client.Jobs.EnqueueAsync(new Probe(1), unique, Token);
        var third = await client.Jobs.EnqueueAsync(new Probe(2), unique, Token);

        Assert.Equal((false, true, false), (first.IsDuplicate, second.IsDuplicate, third.IsDuplicate));
        var row = await client.GetAsync(first.Job.Id);
        Assert.Equal("""{"salt":1}""", Encoding.UTF8.GetString(row.EncodedArgs.Span).Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(("other", 3, 7, "hooked"), (row.Queue, row.Priority, row.MaxAttempts, Assert.Single(row.Tags)));
        var metadata = row.ReadMetadata();
        Assert.True(metadata.GetProperty("traced").GetBoolean());
        Assert.Equal(1, metadata.GetProperty("given").GetInt32());
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "no JSON", "arguments" },
        { "[1]", "arguments" },
        { """{"a":"\u0000"}""", "arguments" },
        { """{"a":1} x""", "arguments" },
        { "metadata", "Metadata.river:log" },
        { "queue", "Queue" },
        { "priority", "Priority" },
        { "tags", "Tags" },
    };

    [Theory, MemberData(nameof(Refused))]
    public async Task What_a_hook_makes_of_a_job_is_checked_like_what_a_call_says(string made, string member)
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        await using var client = Create(database, new ScriptedInsert
        {
            Begin = context =>
            {
                switch (made)
                {
                    case "metadata": context.Metadata["river:log"] = 1; break;
                    case "queue": context.Queue = "No Queue"; break;
                    case "priority": context.Priority = 5; break;
                    case "tags": context.Tags = ["a,b"]; break;
                    default: context.EncodedArgs = Encoding.UTF8.GetBytes(made); break;
                }
            },
        });

        var error = await Assert.ThrowsAsync<InvalidJobException>(() => client.Jobs.EnqueueAsync(new Probe(1), cancellationToken: Token));

        Assert.Equal(member, error.Member);
    }

    [Theory, EachStore]
    public async Task Bulk_inserts_go_through_both_and_report_their_count(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var batches = new List<int>();
        await using var client = Create(database, new ScriptedInsert
        {
            Around = (jobs, next, token) =>
            {
                batches.Add(jobs.Count);
                return next([.. jobs.Skip(1)], token);
            },
            Begin = static context => context.Priority = 2,
        });

        var result = await client.Jobs.EnqueueBulkAsync(
            [JobRequest.For(new Probe(1)), JobRequest.For(new Probe(2)), JobRequest.For(new Probe(3))], new BulkOptions { BatchSize = 2 }, Token);

        Assert.Equal([2, 1], batches);
        Assert.Equal((1, 0), (result.Inserted, result.Skipped));
        Assert.Equal(2, Assert.Single((await client.Jobs.ListAsync(null, Token)).Jobs).Priority);
    }

    [Theory, EachStore]
    public async Task A_follow_up_is_seen_by_hooks_and_goes_around_middleware(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var batches = 0;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((job, _) =>
            {
                job.Then(new Other(job.Args.Number), new EnqueueOptions { Pending = true });
                return Task.CompletedTask;
            });
            setup.Extensions.Add(ExtensionRegistration.For(_ => new ScriptedInsert
            {
                Around = (jobs, next, token) =>
                {
                    batches++;
                    return next(jobs, token);
                },
                Begin = static context => context.Metadata["seen"] = context.Kind,
            }));
        });
        await client.StartAsync();

        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        var row = Assert.Single(await client.Jobs.ListAsync(new JobFilter { Kinds = ["other"] }, Token));
        Assert.Equal("other", row.ReadMetadata().GetProperty("seen").GetString());
        Assert.Equal(1, batches);
    }

    [Theory, EachStore]
    public async Task A_schedules_job_is_seen_by_hooks_and_goes_around_middleware(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var batches = 0;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((_, _) => Task.CompletedTask);
            setup.Schedules.Add(ScheduleRegistration.For("yearly", "@yearly", static _ => new Probe(1), new ScheduleFacts { RunOnStart = true }));
            setup.Extensions.Add(ExtensionRegistration.For(_ => new ScriptedInsert
            {
                Around = (jobs, next, token) =>
                {
                    Interlocked.Increment(ref batches);
                    return next(jobs, token);
                },
                Begin = static context =>
                {
                    context.Metadata["seen"] = (string?)context.Metadata["river:periodic_job_id"];
                    context.Tags = ["hooked"];
                },
            }));
        });
        await client.StartAsync();

        IReadOnlyList<JobRow> rows = [];
        await Eventually.Async(async () => (rows = await client.Jobs.ListAsync(new JobFilter { TagsAll = ["hooked"] }, Token)).Count > 0, TimeSpan.FromSeconds(60), Token);

        var metadata = Assert.Single(rows).ReadMetadata();
        Assert.Equal(("yearly", true, "yearly"), (metadata.GetProperty("seen").GetString(), metadata.GetProperty("periodic").GetBoolean(), metadata.GetProperty("river:periodic_job_id").GetString()));
        Assert.Equal(0, batches);
    }

    [Theory, EachStore]
    public async Task A_hook_that_throws_keeps_one_schedules_job_back_and_no_other(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((_, _) => Task.CompletedTask);
            setup.Work<Other>((_, _) => Task.CompletedTask);
            setup.Schedules.Add(ScheduleRegistration.For("refused", "@yearly", static _ => new Probe(1), new ScheduleFacts { RunOnStart = true }));
            setup.Schedules.Add(ScheduleRegistration.For("taken", "@yearly", static _ => new Other(1), new ScheduleFacts { RunOnStart = true }));
            setup.Extensions.Add(ExtensionRegistration.For(_ => new ScriptedInsert
            {
                Begin = static context => context.Priority = context.Kind == "probe" ? throw new NotSupportedException("no probes") : 2,
            }));
        });
        await client.StartAsync();

        await Eventually.Async(async () => (await client.Jobs.ListAsync(new JobFilter { Kinds = ["other"] }, Token)).Count > 0, TimeSpan.FromSeconds(60), Token);
        await Eventually.Async(() => client.Logs.All.Any(record => $"{record.Error}".Contains("no probes", StringComparison.Ordinal)), TimeSpan.FromSeconds(60), Token);

        // Both had their turn.
        var rows = await client.Jobs.ListAsync(null, Token);

        Assert.Equal(("other", 2), (Assert.Single(rows).Kind, rows[0].Priority));
    }

    private static TestClient Create(TestDatabase database, ScriptedInsert extension) => TestClient.Create(database, setup =>
    {
        setup.Work<Probe>((_, _) => Task.CompletedTask);
        setup.Extensions.Add(ExtensionRegistration.For(_ => extension));
    });
}
