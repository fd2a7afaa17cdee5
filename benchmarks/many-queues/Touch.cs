using River;

namespace ManyQueues;

[Job(Queue = "q_0")]
public sealed partial record Touch(int Number);

/// <summary>Counts each job's runs.</summary>
public sealed class TouchWorker : IWorker<Touch>
{
    public Task WorkAsync(Job<Touch> job, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref Tally.Runs[job.Args.Number]);
        Interlocked.Increment(ref Tally.Done);
        return Task.CompletedTask;
    }
}

internal static class Tally
{
    public static int[] Runs = [];

    public static int Done;
}
