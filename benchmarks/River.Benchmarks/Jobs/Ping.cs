using System.Diagnostics;

namespace River.Benchmarks.Jobs;

/// <summary>Tells when its worker was entered.</summary>
[Job]
public sealed partial record Ping(int Number);

public sealed class PingWorker(Arrivals arrivals) : IWorker<Ping>
{
    public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken)
    {
        arrivals.Mark(job.Args.Number, Stopwatch.GetTimestamp());
        return Task.CompletedTask;
    }
}

/// <summary>The moments at which jobs arrived, by number.</summary>
public sealed class Arrivals(int expected)
{
    private readonly TaskCompletionSource<long>[] _arrived =
        [.. Enumerable.Range(0, expected).Select(_ => new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously))];

    public void Mark(int number, long at) => _arrived[number].TrySetResult(at);

    public Task<long> Of(int number) => _arrived[number].Task;
}
