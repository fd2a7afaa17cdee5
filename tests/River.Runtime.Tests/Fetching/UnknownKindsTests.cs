using System.Collections.Concurrent;
using River.Storage;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Fetching;

public sealed class UnknownKindsTests(PostgresFixture postgres)
{
    /// <summary>Several times what one statement counts. A look takes at most a twentieth of the time, so more would take a busy machine minutes.</summary>
    private const int Many = 30_000;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task Claims_start_behind_a_head_of_unknown_jobs_and_a_job_before_it_is_found_all_the_same(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        var cursors = new ConcurrentQueue<QueueCursor?>();
        client.Store.BeforeClaim = demand =>
        {
            foreach (var queue in demand.Queues.Where(queue => queue.Queue == "default"))
                cursors.Enqueue(queue.After);
            return Task.CompletedTask;
        };
        await client.Store.Jobs.CopyAsync(
            [.. Enumerable.Range(0, Many).Select(_ => new JobInsert { Kind = "unknown", Queue = "default", Args = "{}"u8.ToArray(), MaxAttempts = 5, Priority = 2, State = JobState.Available })],
            transaction: null,
            Token);
        await client.StartAsync();

        await Eventually.Async(() => client.Host.Queues.Single(queue => queue.Name == "default").UnknownJobs == Many, Long, Token);
        await Eventually.Async(() => client.Logs.All.Any(record => record.Id == 2012 && record.Message.StartsWith($"{Many} ", StringComparison.Ordinal)), Long, Token);

        cursors.Clear();
        await client.SettledAsync(await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Priority = 2 }), JobState.Completed);
        Assert.Contains(cursors, cursor => cursor is { Priority: 2 });
        await client.SettledAsync(await client.EnqueueAsync(new Probe(2), new EnqueueOptions { Priority = 1 }), JobState.Completed);
    }
}
