using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Fetching;

public sealed class FullCompleterTests(PostgresFixture postgres)
{
    private const int Workers = 900;

    /// <summary>As many outcomes as the completer takes before it lets others wait.</summary>
    private const int Capacity = 10_000;

    /// <summary>So many outcomes that wait keep more jobs from being claimed.</summary>
    private const int Enough = 4_000;

    private const int MoreThanFit = Capacity + 2_000 + Workers;

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_begin_though_those_of_a_closing_queue_in_the_same_claim_cannot_be_given_back_yet()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        var (began, done, entered, firstBatch, wants) = (new TaskCompletionSource(), 0, 0, 0, true);
        var (gate, ends) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (removal, isFull) = (Task.CompletedTask, new TaskCompletionSource());
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues[0] = new QueueDeclaration("default", MoreThanFit);
            setup.Queues.Add(new QueueDeclaration("closing", 10));
            setup.Work<Probe>(async (_, _) =>
            {
                Interlocked.Increment(ref entered);
                await ends.Task;
                Interlocked.Increment(ref done);
            });
            setup.Work<Other>((job, _) =>
            {
                if (job.Row.Queue == "other")
                    began.TrySetResult();
                return Task.CompletedTask;
            });
        });
        client.Store.BeforeSettle = settlements =>
        {
            Interlocked.CompareExchange(ref firstBatch, settlements.Count, 0);
            return gate.Task;
        };
        client.Store.BeforeClaim = async demand =>
        {
            if (!Volatile.Read(ref wants) || Volatile.Read(ref entered) < MoreThanFit || demand.Queues.Count(queue => queue.Queue is "other" or "closing") < 2)
                return;

            // In one claim come a job for a queue that closes meanwhile, and one for a queue that goes on.
            Volatile.Write(ref wants, false);
            await client.Jobs.EnqueueManyAsync([JobRequest.For(new Other(1), new EnqueueOptions { Queue = "closing" }), JobRequest.For(new Other(2), new EnqueueOptions { Queue = "other" })], Token);
            removal = client.Host.RemoveQueueAsync("closing", QueueRemoval.Drain, Token);
            await Eventually.Async(() => client.Host.Queues.Any(queue => queue is { Name: "closing", IsDraining: true }), Long, Token);

            // Meanwhile all the others end: one batch waits at the gate, the buffer is full, and outcomes wait for room in it.
            ends.TrySetResult();
            await Eventually.Async(() => Volatile.Read(ref firstBatch) is > 0 && Volatile.Read(ref done) == MoreThanFit, Long, Token);
            isFull.TrySetResult();
        };
        try
        {
            await client.Jobs.EnqueueBulkAsync(Enumerable.Range(0, MoreThanFit).Select(number => JobRequest.For(new Probe(number))), cancellationToken: Token);
            await client.StartAsync();
            await isFull.Task.WaitAsync(Long, Token);

            await began.Task.SoonAsync(Token);
            Assert.False(gate.Task.IsCompleted);
        }
        finally
        {
            gate.TrySetResult();
            ends.TrySetResult();
        }

        await removal.WaitAsync(Long, Token);
    }

    [Fact]
    public async Task No_more_jobs_are_claimed_while_many_outcomes_wait_to_be_written()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        var (done, firstBatch, most) = (0, 0, 0);
        var gate = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues[0] = new QueueDeclaration("default", Workers);
            setup.Options = options => options.PollInterval = TimeSpan.FromMilliseconds(20);
            setup.Work<Probe>((_, _) =>
            {
                Interlocked.Increment(ref done);
                return Task.CompletedTask;
            });
        });
        client.Store.BeforeSettle = settlements =>
        {
            Interlocked.CompareExchange(ref firstBatch, settlements.Count, 0);
            return gate.Task;
        };
        try
        {
            await client.Jobs.EnqueueBulkAsync(Enumerable.Range(0, Capacity + 2_000 + Workers).Select(number => JobRequest.For(new Probe(number))), cancellationToken: Token);
            await client.StartAsync();
            await Eventually.Async(() => Volatile.Read(ref firstBatch) is > 0 and var batch && Volatile.Read(ref done) >= batch + Enough, Long, Token);

            // It takes nothing.
            await LooksAsync(client, 3);
            most = Volatile.Read(ref done) - Volatile.Read(ref firstBatch);
        }
        finally
        {
            gate.TrySetResult();
        }

        // What was claimed before they were enough.
        Assert.InRange(most, Enough, Enough + Workers);
        await Eventually.Async(() => client.Store.Results.Count == Capacity + 2_000 + Workers, Long, Token);
    }

    [Fact]
    public async Task No_more_jobs_are_claimed_while_large_outputs_wait_to_be_written()
    {
        const int Slots = 2;
        const int Jobs = 30;
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        var output = new string('a', 9_000_000);
        var (done, most) = (0, 0);
        var gate = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues[0] = new QueueDeclaration("default", Slots);
            setup.Options = options => options.PollInterval = TimeSpan.FromMilliseconds(20);
            setup.Work<Probe>((job, _) =>
            {
                job.SetOutput(output);
                Interlocked.Increment(ref done);
                return Task.CompletedTask;
            });
        });
        client.Store.BeforeSettle = _ => gate.Task;
        try
        {
            await client.Jobs.EnqueueBulkAsync(Enumerable.Range(0, Jobs).Select(number => JobRequest.For(new Probe(number))), cancellationToken: Token);
            await client.StartAsync();
            // One is being written, and four that wait are more than 32 MiB.
            await Eventually.Async(() => Volatile.Read(ref done) >= 5, Long, Token);
            await LooksAsync(client, 3);
            most = Volatile.Read(ref done);
        }
        finally
        {
            gate.TrySetResult();
        }

        Assert.InRange(most, 5, 5 + (2 * Slots));
        await Eventually.Async(() => client.Store.Results.Count == Jobs, Long, Token);
    }

    /// <summary>The fetcher goes on looking meanwhile.</summary>
    private static async Task LooksAsync(TestClient client, int times)
    {
        var fetcher = client.Engine.Run!.Loops.Single(loop => loop.Name == "fetcher");
        for (var look = 0; look < times; look++)
        {
            var since = TimeProvider.System.GetTimestamp();
            await Eventually.Async(() => TimeProvider.System.GetElapsedTime(since) is var passed && fetcher.SinceLastSuccess < passed, Long, Token);
        }
    }
}
