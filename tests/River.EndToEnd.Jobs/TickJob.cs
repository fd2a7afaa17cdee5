namespace River.EndToEnd;

/// <summary>Does nothing: what counts is that there is one for each slot.</summary>
[Job(Queue = "ticks")]
public sealed partial record TickJob;

public sealed class TickWorker : IWorker<TickJob>
{
    public Task WorkAsync(Job<TickJob> job, CancellationToken cancellationToken) => Task.CompletedTask;
}
