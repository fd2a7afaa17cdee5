using Microsoft.Extensions.Logging;
using River.Fetching;
using River.Telemetry;

namespace River.Execution;

/// <summary>Gives the running jobs of queues that close back to other clients, as a stop does for all.</summary>
internal sealed class HandOver(LiveAttempts live, Executor executor, TimeProvider time, ILogger logger)
{
    /// <summary>How long a job may take to heed its cancelled token, before it is given back all the same.</summary>
    public static readonly TimeSpan HeedTime = TimeSpan.FromSeconds(3);

    /// <summary>The head start that a job which doesn't heed its token gets before another client may run it.</summary>
    public static readonly TimeSpan AbandonDelay = TimeSpan.FromSeconds(5);

    /// <summary>How many jobs a log line names.</summary>
    private const int NamedJobs = 20;

    public static string Describe(IReadOnlyCollection<JobRun> runs) =>
        string.Join(", ", runs.Take(NamedJobs).Select(run => $"{run.Job.Row.Id} ({run.Job.Row.Kind})")) + (runs.Count > NamedJobs ? ", …" : "");

    /// <summary>Returns when none of the queues has an attempt left that isn't settled.</summary>
    public async Task OfAsync(IReadOnlyList<QueueSlots> closing)
    {
        foreach (var slots in closing)
            slots.HandOver();
        foreach (var run in Unfinished(closing))
            run.Interrupt(Interruption.Stop);

        var gone = Task.WhenAll(closing.Select(slots => slots.Departure));
        await gone.WaitAsync(HeedTime, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var deaf = Unfinished(closing);
        if (deaf.Count > 0)
            logger.RemovedJobsAbandoned(deaf.Count, Describe(deaf));
        foreach (var run in deaf)
            await executor.AbandonAsync(run, AbandonDelay, CancellationToken.None).ConfigureAwait(false);
        await gone.ConfigureAwait(false);
    }

    private List<JobRun> Unfinished(IReadOnlyList<QueueSlots> closing) => [.. live.All.Where(run => !run.HasEnded && closing.Contains(run.Slots))];
}
