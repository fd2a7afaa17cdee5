namespace River.Chaos;

public sealed class BriefWorker(Effects effects) : IWorker<BriefJob>, IRetryPolicy<BriefJob>
{
    public async Task WorkAsync(Job<BriefJob> job, CancellationToken cancellationToken)
    {
        await effects.RecordAsync(job, "started");
        await Task.Delay(job.Args.Milliseconds, cancellationToken);
        if (job.Attempt <= job.Args.Failures)
            throw new InvalidOperationException("asked to fail");
        await effects.RecordAsync(job, "worked");
        if (job.Args.FollowUp)
            job.Then(new BriefJob(job.Args.Number));
    }

    /// <summary>Long enough to wait for the leader to promote the job.</summary>
    public TimeSpan? NextRetry(Job<BriefJob> job, Exception error) => error is InvalidOperationException ? TimeSpan.FromSeconds(6) : null;
}

public sealed class LastingWorker(Effects effects) : IWorker<LastingJob>
{
    public async Task WorkAsync(Job<LastingJob> job, CancellationToken cancellationToken)
    {
        await effects.RecordAsync(job, "started");
        try
        {
            if (job.Attempt == 1 || !job.Args.FirstAttemptOnly)
                await Task.Delay(job.Args.Milliseconds, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await effects.RecordAsync(job, "token cancelled");
            throw;
        }

        await effects.RecordAsync(job, "worked");
    }
}

public sealed class StubbornWorker(Effects effects) : IWorker<StubbornJob>
{
    public async Task WorkAsync(Job<StubbornJob> job, CancellationToken cancellationToken)
    {
        await effects.RecordAsync(job, "started");
        await Task.Delay(job.Args.Milliseconds, CancellationToken.None);
        await effects.RecordAsync(job, "worked");
    }
}

public sealed class SteppedWorker(Effects effects) : IWorker<SteppedJob>
{
    public async Task WorkAsync(Job<SteppedJob> job, CancellationToken cancellationToken)
    {
        await job.StepAsync("first", _ => effects.RecordAsync(job, "first step"));
        if (job.Attempt == 1)
        {
            await effects.RecordAsync(job, "between");
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        await job.StepAsync("second", _ => effects.RecordAsync(job, "second step"));
        await effects.RecordAsync(job, "worked");
    }
}

public sealed class SingleWorker(Effects effects) : IWorker<SingleJob>
{
    public Task WorkAsync(Job<SingleJob> job, CancellationToken cancellationToken) => effects.RecordAsync(job, "worked");
}

public sealed class TickWorker : IWorker<TickJob>
{
    public Task WorkAsync(Job<TickJob> job, CancellationToken cancellationToken) => Task.CompletedTask;
}
