using Backfill.Contracts;
using Microsoft.Extensions.Logging;
using River;

namespace Backfill.Worker;

public sealed class StartBackfillWorker(Backfills backfills) : IWorker<StartBackfill>
{
    private const int ChunkSize = 100;
    private static readonly TimeSpan CleanUpDelay = TimeSpan.FromSeconds(10);

    public async Task WorkAsync(Job<StartBackfill> job, CancellationToken cancellationToken)
    {
        var id = job.Args.BackfillId;
        if (await backfills.RowsAsync(id, cancellationToken) is not { } rows)
            throw job.Cancel("the backfill was removed");

        // At once, so that the chunks run while this goes on; they are unique, so a second attempt enqueues none twice.
        var chunks = Enumerable.Range(0, (rows + ChunkSize - 1) / ChunkSize)
            .Select(chunk => new CopyChunk(id, chunk * ChunkSize, Math.Min(ChunkSize, rows - (chunk * ChunkSize))));
        await job.Client.EnqueueManyAsync(chunks, cancellationToken: cancellationToken);

        // Together with this job's completion, or not at all.
        job.Then(new CleanUp(id), new() { Delay = CleanUpDelay });
    }
}

public sealed class CopyChunkWorker(Backfills backfills) : IWorker<CopyChunk>
{
    public Task WorkAsync(Job<CopyChunk> job, CancellationToken cancellationToken) =>
        backfills.CopyAsync(job.Args.BackfillId, job.Args.FirstRow, job.Args.Count, cancellationToken);
}

public sealed partial class CleanUpWorker(Backfills backfills, ILogger<CleanUpWorker> logger) : IWorker<CleanUp>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task WorkAsync(Job<CleanUp> job, CancellationToken cancellationToken)
    {
        if (!await backfills.CloseAsync(job.Args.BackfillId, cancellationToken))
            throw job.Snooze(Patience);
        LogClosed(job.Args.BackfillId);
    }

    [LoggerMessage(LogLevel.Information, "backfill {BackfillId} is closed")]
    private partial void LogClosed(long backfillId);
}
