using River;

[assembly: Queue("persistent", MaxWorkers = 10)]

namespace PersistentWorker;

/// <summary>
/// Runs for ever, once in the whole cluster. The schedule starts it and starts it anew should it ever end; that it is
/// unique over all states of unfinished jobs turns every other slot into nothing; it has no timeout.
/// </summary>
[Job(Queue = "persistent", Timeout = "infinite"), Periodic("@every 10s", RunOnStart = true, Misfire = Misfire.Skip)]
[Unique(States = JobStates.Incomplete)]
public sealed partial record WatchMarket;

/// <summary>The loop. Its token is cancelled when the process stops, the job is cancelled, or another process has taken over.</summary>
public sealed class WatchMarketWorker : IWorker<WatchMarket>, IRetryPolicy<WatchMarket>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task WorkAsync(Job<WatchMarket> job, CancellationToken cancellationToken)
    {
        Console.WriteLine($"leading as {Environment.ProcessId} job {job.Id} attempt {job.Attempt}");
        try
        {
            for (var round = 1; ; round++)
            {
                // What is to be done goes here, and is handed the token as well.
                Console.WriteLine($"round {round} of {Environment.ProcessId}");
                await Task.Delay(Pause, cancellationToken);
            }
        }
        finally
        {
            Console.WriteLine($"no longer leading as {Environment.ProcessId}");
        }
    }

    // The default waits longer with each failure, up to weeks: not what a persistent worker is for.
    public TimeSpan? NextRetry(Job<WatchMarket> job, Exception error) => TimeSpan.FromSeconds(5);
}
