namespace River.EndToEnd;

/// <summary>Where workers say what they did, on a way of its own that doesn't go through River.</summary>
public interface IEffects
{
    Task RecordAsync(long jobId, int attempt, string phase, CancellationToken cancellationToken);
}

public sealed class CountWorker(IEffects effects) : IWorker<CountJob>
{
    public async Task WorkAsync(Job<CountJob> job, CancellationToken cancellationToken)
    {
        await effects.RecordAsync(job.Id, job.Attempt, "worked", cancellationToken);
        if (job.Args.FollowUp)
            job.Then(new CountJob(job.Args.Number), new() { Queue = Queues.FollowUp });
    }
}

public sealed class HoldWorker(IEffects effects) : IWorker<HoldJob>
{
    public async Task WorkAsync(Job<HoldJob> job, CancellationToken cancellationToken)
    {
        await effects.RecordAsync(job.Id, job.Attempt, "started", cancellationToken);
        if (job.Attempt == 1)
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        await effects.RecordAsync(job.Id, job.Attempt, "worked", cancellationToken);
    }
}

public sealed class StumbleWorker(IEffects effects) : IWorker<StumbleJob>, IRetryPolicy<StumbleJob>
{
    public async Task WorkAsync(Job<StumbleJob> job, CancellationToken cancellationToken)
    {
        if (job.Attempt == 1)
            throw new InvalidOperationException("stumbled");
        if (!job.Row.ReadMetadata().TryGetProperty("snoozes", out _))
            throw job.Snooze(TimeSpan.FromSeconds(1));
        await effects.RecordAsync(job.Id, job.Attempt, "worked", cancellationToken);
    }

    public TimeSpan? NextRetry(Job<StumbleJob> job, Exception error) => TimeSpan.Zero;
}
