using System.Data.Common;

namespace River.EndToEnd;

/// <summary>Ten thousand jobs, enqueued in every way there is.</summary>
internal static class MixedJobs
{
    /// <summary>How many jobs there are in the end, follow-ups included.</summary>
    public const int Total = 10_000;

    public static async Task EnqueueAsync(IJobClient jobs, Func<Task<DbConnection>> open, CancellationToken cancellationToken)
    {
        // 1,000 one by one, by the generated method and by the plain one, and 500 follow-ups of theirs.
        for (var number = 0; number < 500; number++)
        {
            await jobs.EnqueueCountJobAsync(number, followUp: true, cancellationToken: cancellationToken);
            await jobs.EnqueueAsync(new CountJob(number), cancellationToken: cancellationToken);
        }

        // 1,000 that fail and snooze first, with delays, priorities and tags among them.
        for (var page = 0; page < 10; page++)
        {
            await jobs.EnqueueManyAsync(
                Enumerable.Range(0, 100).Select(number => JobRequest.For(new StumbleJob(number), new()
                {
                    Priority = number % 4 + 1,
                    Delay = number % 5 == 0 ? TimeSpan.FromMilliseconds(number * 10) : null,
                    Tags = ["page", $"page-{page:000}"],
                })),
                cancellationToken);
        }

        // 500 in a transaction that commits; as many in one that doesn't.
        foreach (var commit in (bool[])[true, false])
            await EnqueueInTransactionAsync(jobs, open, commit, cancellationToken);

        // 2,000 in batches of one type, 5,000 by the bulk path.
        for (var page = 0; page < 4; page++)
            await jobs.EnqueueManyAsync(Enumerable.Range(0, 500).Select(number => new CountJob(number)), cancellationToken: cancellationToken);
        var copied = await jobs.EnqueueBulkAsync(Enumerable.Range(0, 5_000).Select(number => JobRequest.For(new CountJob(number))), cancellationToken: cancellationToken);
        Assert.Equal(new BulkResult(5_000, 0), copied);
    }

    private static async Task EnqueueInTransactionAsync(IJobClient jobs, Func<Task<DbConnection>> open, bool commit, CancellationToken cancellationToken)
    {
        await using var connection = await open();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await jobs.In(transaction).EnqueueManyAsync(Enumerable.Range(0, 499).Select(number => new CountJob(number)), cancellationToken: cancellationToken);
        await jobs.EnqueueCountJobAsync(499, transaction: transaction, cancellationToken: cancellationToken);
        if (commit)
            await transaction.CommitAsync(cancellationToken);
        else
            await transaction.RollbackAsync(cancellationToken);
    }
}
