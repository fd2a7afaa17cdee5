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

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_begin_though_those_of_a_closing_queue_in_the_same_claim_cannot_be_given_back_yet()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        var (began, done, firstBatch, wants) = (new TaskCompletionSource(), 0, 0, false);
        var gate = new TaskCompletionSource();
        var removal = Task.CompletedTask;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues[0] = new QueueDeclaration("default", Workers);
            setup.Queues.Add(new QueueDeclaration("closing", 10));
            setup.Work<Probe>((_, _) =>
            {
                Interlocked.Increment(ref done);
                return Task.CompletedTask;
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
            if (!Volatile.Read(ref wants) || demand.Queues.Count(queue => queue.Queue is "other" or "closing") < 2)
                return;

            // In one claim come a job for a queue that closes meanwhile, and one for a queue that goes on.
            Volatile.Write(ref wants, false);
            await client.Jobs.EnqueueManyAsync([JobRequest.For(new Other(1), new EnqueueOptions { Queue = "closing" }), JobRequest.For(new Other(2), new EnqueueOptions { Queue = "other" })], Token);
            removal = client.Host.RemoveQueueAsync("closing", QueueRemoval.Drain, Token);
            await Eventually.Async(() => client.Host.Queues.Any(queue => queue is { Name: "closing", IsDraining: true }), Long, Token);
        };
        try
        {
            await client.Jobs.EnqueueBulkAsync(Enumerable.Range(0, Capacity + 2_000 + Workers).Select(number => JobRequest.For(new Probe(number))), cancellationToken: Token);
            await client.StartAsync();

            // One batch waits at the gate, the buffer is full, and each worker's outcome waits for room in it.
            await Eventually.Async(() => Volatile.Read(ref firstBatch) is > 0 and var batch && Volatile.Read(ref done) == batch + Capacity + Workers, Long, Token);
            Volatile.Write(ref wants, true);

            await began.Task.SoonAsync(Token);
            Assert.False(gate.Task.IsCompleted);
        }
        finally
        {
            gate.TrySetResult();
        }

        await removal.WaitAsync(Long, Token);
    }
}
