using System.Data.Common;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using River.Fetching;
using River.Storage;
using River.Tests.Serialization;
using River.Tests.Stores;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Client;

/// <summary>What an application does with <see cref="IJobClient"/>, on a real database of each sort.</summary>
public abstract partial class ClientTests : IAsyncLifetime
{
    private readonly Nudges _nudges = new();
    private StoreDatabase? _database;
    private ServiceProvider? _services;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    private protected StoreDatabase Database => _database ?? throw new InvalidOperationException("Not initialized.");

    private protected IJobClient Jobs => _services?.GetRequiredService<IJobClient>() ?? throw new InvalidOperationException("Not initialized.");

    private protected JobStore Store => _services?.GetRequiredService<JobStore>() ?? throw new InvalidOperationException("Not initialized.");

    private protected abstract Task<StoreDatabase> CreateDatabaseAsync();

    public async ValueTask InitializeAsync()
    {
        _database = await CreateDatabaseAsync();
        _services = Services(river => river.AddManifest(TestManifests.Contracts()));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_services is not null)
            await _services.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_client_without_a_host_opens_the_store_at_first_use()
    {
        var result = await Jobs.EnqueueAsync(new Cleanup(7, InKubernetes: true), cancellationToken: Token);

        Assert.False(result.IsDuplicate);
        var row = result.Job;
        Assert.True(row.Id > 0);
        Assert.Equal(("cleanup", "default", JobState.Available, 0, 5, 3), (row.Kind, row.Queue, row.State, row.Attempt, row.MaxAttempts, row.Priority));
        Assert.Equal(["declared"], row.Tags);
        AssertJson("""{"flux_id":7,"in_kubernetes":true}""", row.EncodedArgs);
        AssertJson("""{"flux_id":7,"in_kubernetes":true}""", (await Jobs.GetAsync(row.Id, Token))!.EncodedArgs);
    }

    [Fact]
    public async Task Every_option_reaches_the_row()
    {
        var at = new DateTimeOffset(2031, 5, 6, 7, 8, 9, TimeSpan.FromHours(2));

        var row = (await Jobs.EnqueueAsync(new SendMail(1, "größe 😀"), new EnqueueOptions
        {
            ScheduledAt = at,
            Queue = "tenant_7",
            Priority = 2,
            MaxAttempts = 9,
            Tags = ["one", "two"],
            Metadata = new JsonObject { ["who"] = "ö" },
        }, Token)).Job;

        Assert.Equal((JobState.Scheduled, at, "tenant_7", 2, 9), (row.State, row.ScheduledAt, row.Queue, row.Priority, row.MaxAttempts));
        Assert.Equal(["one", "two"], row.Tags);
        AssertJson("""{"who":"ö"}""", row.EncodedMetadata);
        AssertJson("""{"order_id":1,"subject":"größe 😀"}""", row.EncodedArgs);
    }

    [Fact]
    public async Task A_delay_counts_from_the_databases_clock()
    {
        var row = (await Jobs.EnqueueAsync(new SendMail(1), new EnqueueOptions { Delay = TimeSpan.FromHours(1) }, Token)).Job;

        Assert.Equal(JobState.Scheduled, row.State);
        Assert.Equal(TimeSpan.FromHours(1), row.ScheduledAt - row.CreatedAt);
    }

    [Fact]
    public async Task Many_jobs_come_back_in_their_order()
    {
        var same = await Jobs.EnqueueManyAsync(Enumerable.Range(0, 50).Select(number => new SendMail(number)), cancellationToken: Token);
        var mixed = await Jobs.EnqueueManyAsync([JobRequest.For(new SendMail(1)), JobRequest.For(new Cleanup(2)), JobRequest.For(new Reconcile(), new EnqueueOptions { Pending = true })], Token);

        Assert.Equal(50, same.Count);
        for (var i = 0; i < 50; i++)
            AssertJson($$"""{"order_id":{{i}},"subject":null}""", same[i].Job.EncodedArgs);
        Assert.Equal(["send_mail", "cleanup", "reconcile"], mixed.Select(result => result.Job.Kind));
        Assert.Equal(JobState.Pending, mixed[2].Job.State);
        Assert.Empty(await Jobs.EnqueueManyAsync(Array.Empty<JobRequest>(), Token));
    }

    // river-facts 11.3 topic 60
    [Fact]
    public async Task One_bad_job_among_many_keeps_all_out()
    {
        await Assert.ThrowsAsync<InvalidJobException>(() => Jobs.EnqueueManyAsync([JobRequest.For(new SendMail(1)), JobRequest.For(new SendMail(2), new EnqueueOptions { Priority = 9 })], Token));
        await Assert.ThrowsAsync<UnknownQueueException>(() => Jobs.EnqueueBulkAsync([JobRequest.For(new SendMail(1)), JobRequest.For(new SendMail(2), new EnqueueOptions { Queue = "mial" })], cancellationToken: Token));

        Assert.Empty(await Jobs.ListAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task Bulk_returns_how_many_and_a_duplicate_fails_it_whole()
    {
        Assert.Equal(new BulkResult(1_000, 0), await Jobs.EnqueueBulkAsync(Enumerable.Range(0, 1_000).Select(number => JobRequest.For(new SendMail(number))), cancellationToken: Token));
        await Jobs.EnqueueAsync(new Charge("a", "1"), cancellationToken: Token);

        await Assert.ThrowsAsync<UniqueConflictException>(() => Jobs.EnqueueBulkAsync([JobRequest.For(new Charge("b", "1")), JobRequest.For(new Charge("a", "2"))], cancellationToken: Token));

        Assert.Equal(1_001, (await Jobs.ListAsync(new JobFilter { Limit = 10_000 }, Token)).Count);
        Assert.Equal(default, await Jobs.EnqueueBulkAsync(Array.Empty<JobRequest>(), cancellationToken: Token));
    }

    [Fact]
    public async Task A_duplicate_is_answered_with_the_job_that_is_there()
    {
        var first = await Jobs.EnqueueAsync(new Charge("a", "1"), cancellationToken: Token);
        var second = await Jobs.EnqueueAsync(new Charge("a", "2"), cancellationToken: Token);
        var other = await Jobs.EnqueueAsync(new Charge("b", "2"), cancellationToken: Token);
        var batch = await Jobs.EnqueueManyAsync([new Charge("c", "1"), new Charge("c", "2")], cancellationToken: Token);

        Assert.Equal((true, first.Job.Id), (second.IsDuplicate, second.Job.Id));
        Assert.False(other.IsDuplicate);
        Assert.Equal([false, true], batch.Select(result => result.IsDuplicate));
        Assert.Single(batch.Select(result => result.Job.Id).Distinct());
    }

    [Fact]
    public async Task A_racing_crowd_gets_one_unique_job()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Jobs.EnqueueAsync(new Charge("a", $"{number}"), cancellationToken: Token)));

        Assert.Single(results, result => !result.IsDuplicate);
        Assert.Single(results.Select(result => result.Job.Id).Distinct());
    }

    [Fact]
    public async Task In_a_transaction_jobs_come_with_the_commit()
    {
        // Opens the store, which on SQLite takes the write lock for a moment.
        Assert.Empty(await Jobs.ListAsync(cancellationToken: Token));
        await using var connection = await Database.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(Token);

        var bound = Jobs.In(transaction);
        var id = (await bound.EnqueueAsync(new SendMail(1), cancellationToken: Token)).Job.Id;
        await bound.EnqueueBulkAsync([JobRequest.For(new SendMail(2))], cancellationToken: Token);
        Assert.NotNull(await bound.GetAsync(id, Token));
        Assert.Empty(_nudges.Queues);
        Assert.Null(await Jobs.GetAsync(id, Token));
        await transaction.CommitAsync(Token);

        Assert.Equal(2, (await Jobs.ListAsync(cancellationToken: Token)).Count);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bound.EnqueueAsync(new SendMail(3), cancellationToken: Token));
    }

    [Fact]
    public async Task In_a_transaction_that_is_rolled_back_nothing_is_left()
    {
        await using var connection = await Database.ConnectAsync();
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await Jobs.In(transaction).EnqueueAsync(new SendMail(1), cancellationToken: Token);
            await transaction.RollbackAsync(Token);
        }

        Assert.Empty(await Jobs.ListAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task A_transaction_that_is_over_or_of_another_provider_is_refused_at_once()
    {
        await using var connection = await Database.ConnectAsync();
        var transaction = await connection.BeginTransactionAsync(Token);
        await transaction.CommitAsync(Token);

        Assert.Throws<ArgumentException>("transaction", () => Jobs.In(transaction));
        Assert.Throws<ArgumentException>("transaction", () => Jobs.In(new ForeignTransaction()));
        Assert.Throws<ArgumentNullException>(() => Jobs.In(null!));
    }

    [Fact]
    public async Task Waiting_jobs_are_cancelled_retried_and_deleted()
    {
        var id = (await Jobs.EnqueueAsync(new SendMail(1), cancellationToken: Token)).Job.Id;

        Assert.Equal(JobState.Cancelled, (await Jobs.CancelAsync(id, Token)).State);
        Assert.Equal(JobState.Cancelled, (await Jobs.CancelAsync(id, Token)).State);
        Assert.Equal(JobState.Available, (await Jobs.RetryAsync(id, Token)).State);
        Assert.Equal(id, (await Jobs.DeleteAsync(id, Token)).Id);
        Assert.Null(await Jobs.GetAsync(id, Token));
    }

    // river-facts 11.3 topic 60
    [Fact]
    public async Task What_is_not_there_is_said_by_type()
    {
        await Assert.ThrowsAsync<JobNotFoundException>(() => Jobs.CancelAsync(404, Token));
        await Assert.ThrowsAsync<JobNotFoundException>(() => Jobs.RetryAsync(404, Token));
        var error = await Assert.ThrowsAsync<JobNotFoundException>(() => Jobs.DeleteAsync(404, Token));
        var queue = await Assert.ThrowsAsync<QueueNotFoundException>(() => Jobs.PauseQueueAsync("mail", Token));
        await Assert.ThrowsAsync<QueueNotFoundException>(() => Jobs.ResumeQueueAsync("mail", Token));

        Assert.Equal((404L, "mail"), (error.JobId, queue.Queue));
        Assert.Null(await Jobs.GetAsync(404, Token));
        await Jobs.PauseQueueAsync("*", Token);
        await Assert.ThrowsAsync<ArgumentException>(() => Jobs.PauseQueueAsync("", Token));
    }

    // river-facts 11.3 topic 60
    [Fact]
    public async Task A_running_job_is_not_deleted()
    {
        var id = (await Jobs.EnqueueAsync(new SendMail(1), cancellationToken: Token)).Job.Id;
        await Store.Claims.ClaimAsync(new ClaimDemand("worker", [new QueueDemand("mail", 1)], ["send_mail"]), Token);

        var error = await Assert.ThrowsAsync<JobRunningException>(() => Jobs.DeleteAsync(id, Token));

        Assert.Equal(id, error.JobId);
        Assert.Equal(JobState.Running, (await Jobs.GetAsync(id, Token))!.State);
        Assert.Equal(JobState.Running, (await Jobs.RetryAsync(id, Token)).State);
        Assert.Equal(JobState.Running, (await Jobs.CancelAsync(id, Token)).State);
    }

    [Fact]
    public async Task A_retry_against_a_unique_job_is_a_conflict()
    {
        var cancelled = (await Jobs.EnqueueAsync(new Charge("a", "1"), cancellationToken: Token)).Job.Id;
        await Jobs.CancelAsync(cancelled, Token);
        await Jobs.EnqueueAsync(new Charge("a", "2"), cancellationToken: Token);

        await Assert.ThrowsAsync<UniqueConflictException>(() => Jobs.RetryAsync(cancelled, Token));
    }

    [Fact]
    public async Task Lists_are_filtered_and_paged()
    {
        await Jobs.EnqueueManyAsync(Enumerable.Range(0, 5).Select(number => new SendMail(number)), cancellationToken: Token);
        await Jobs.EnqueueManyAsync([new Cleanup(1), new Cleanup(2)], new EnqueueOptions { Pending = true }, Token);

        var first = await Jobs.ListAsync(new JobFilter { Kinds = ["send_mail"], Limit = 3 }, Token);
        var next = await Jobs.ListAsync(new JobFilter { Kinds = ["send_mail"], Limit = 3, AfterId = first[^1].Id }, Token);

        Assert.Equal((3, 2), (first.Count, next.Count));
        Assert.Equal(2, (await Jobs.ListAsync(new JobFilter { States = JobStates.Pending, Queues = ["default"] }, Token)).Count);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Jobs.ListAsync(new JobFilter { Limit = 0 }, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Jobs.ListAsync(new JobFilter { Limit = 10_001 }, Token));
    }

    [Fact]
    public async Task This_processs_fetcher_hears_of_new_jobs()
    {
        await Jobs.EnqueueAsync(new SendMail(1), cancellationToken: Token);
        await Jobs.EnqueueAsync(new SendMail(1), new EnqueueOptions { Pending = true }, Token);
        await Jobs.EnqueueAsync(new SendMail(1), new EnqueueOptions { Delay = TimeSpan.FromMinutes(5) }, Token);
        await Jobs.EnqueueAsync(new SendMail(1), new EnqueueOptions { ScheduledAt = Time.GetUtcNow() - TimeSpan.FromDays(1) }, Token);
        await Jobs.EnqueueManyAsync(
            [
                JobRequest.For(new Cleanup(1)), JobRequest.For(new Cleanup(2)), JobRequest.For(new SendMail(3)),
                JobRequest.For(new SendMail(4), new EnqueueOptions { Delay = TimeSpan.FromMinutes(2) }),
                JobRequest.For(new SendMail(4), new EnqueueOptions { Delay = TimeSpan.FromMinutes(1) }),
            ],
            Token);

        var running = await Jobs.EnqueueAsync(new Reconcile(), cancellationToken: Token);
        await Store.Claims.ClaimAsync(new ClaimDemand("worker", [new QueueDemand("default", 10)], ["reconcile"]), Token);
        await Jobs.CancelAsync(running.Job.Id, Token);

        Assert.Equal(["mail", "default", "mail", "default"], _nudges.Queues);
        Assert.Equal([running.Job.Id], _nudges.Cancels);
        Assert.Equal([TimeSpan.FromMinutes(5), TimeSpan.Zero, TimeSpan.FromMinutes(1)], _nudges.Delays);
    }

    [Fact]
    public async Task Without_a_host_the_first_use_checks_what_a_start_would()
    {
        await using var services = Services(river => river.AddManifest(TestManifests.Contracts()).Configure(options => options.StatementTimeout = TimeSpan.Zero).Work("mial", 1));

        var error = await Assert.ThrowsAsync<RiverConfigurationException>(() => services.GetRequiredService<IJobClient>().EnqueueAsync(new SendMail(1), cancellationToken: Token));

        Assert.Equal(2, error.Faults.Count);
    }

    [Fact]
    public void A_bad_follow_up_is_refused_where_the_worker_asks_for_it()
    {
        var job = TestJob.For(new SendMail(1), client: Jobs);

        Assert.Throws<UnknownQueueException>(() => job.Then(new Cleanup(1), new EnqueueOptions { Queue = "mial" }));
        Assert.Equal("text", Assert.Throws<InvalidJobException>(() => job.Then(new Trouble { Text = "\0" })).Member);
        job.Then(new Cleanup(7));

        Assert.Equal(new Cleanup(7), Assert.Single(job.FollowUps).Args);
    }

    [Fact]
    public async Task Text_that_the_database_cannot_hold_never_gets_there()
    {
        foreach (var trouble in new[] { new Trouble { Text = "a\0b" }, new Trouble { Labels = new() { ["k\0"] = "v" } }, new Trouble { Address = new Address { City = "\uD800" } } })
        {
            var error = await Assert.ThrowsAsync<InvalidJobException>(() => Jobs.EnqueueAsync(trouble, cancellationToken: Token));
            Assert.NotEqual("arguments", error.Member);
        }

        Assert.Empty(await Jobs.ListAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task Any_text_and_number_comes_back_as_it_was_sent()
    {
        var random = new Random(20261121);
        for (var i = 0; i < 50; i++)
        {
            var text = new StringBuilder();
            while (text.Length < 40)
            {
                var value = random.Next(8) switch { 0 => random.Next(1, 0x80), 1 => random.Next(0x10000, 0x110000), _ => random.Next(1, 0x10000) };
                if (Rune.IsValid(value))
                    text.Append(new Rune(value).ToString());
            }

            var sent = new Trouble { Text = text.ToString(), Number = BitConverter.Int64BitsToDouble(random.NextInt64() & ~(0x7FFL << 52)) + random.NextDouble(), Labels = new() { [text.ToString()] = "x" } };

            var row = (await Jobs.EnqueueAsync(sent, cancellationToken: Token)).Job;

            var read = River.Serialization.ArgsReader.Read((await Jobs.GetAsync(row.Id, Token))!, Trouble.Descriptor);
            Assert.Equal((sent.Text, sent.Number), (read.Text, read.Number));
            Assert.Equal(text.ToString(), Assert.Single(read.Labels!).Key);
        }
    }

    private protected ServiceProvider Services(Action<RiverBuilder> configure)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<IQueueNudge>(_nudges);
        services.AddRiverClient(river => configure(river.UseStore((_, _) => Database.NewStore())));
        return services.BuildServiceProvider();
    }

    private static void AssertJson(string expected, ReadOnlyMemory<byte> actual)
    {
        var text = Encoding.UTF8.GetString(actual.Span);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(text)), $"Expected {expected}, got {text}");
    }

    private sealed class Nudges : IQueueNudge
    {
        public List<string> Queues { get; } = [];

        public List<TimeSpan> Delays { get; } = [];

        public void Nudge(string queue) => Queues.Add(queue);

        public List<long> Cancels { get; } = [];

        public void NudgeDue(TimeSpan delay) => Delays.Add(delay);

        public void CancelRequested(long jobId) => Cancels.Add(jobId);
    }

    private sealed class ForeignTransaction : DbTransaction
    {
        public override System.Data.IsolationLevel IsolationLevel => System.Data.IsolationLevel.Unspecified;

        protected override DbConnection? DbConnection => null;

        public override void Commit()
        {
        }

        public override void Rollback()
        {
        }
    }
}
