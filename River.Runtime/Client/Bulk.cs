namespace River.Client;

/// <summary>Enqueues without holding more than a batch: jobs are asked for, inserted, forgotten.</summary>
internal static class Bulk
{
    private const int LargestBatch = 100_000;

    /// <typeparam name="TItem">What is kept of a job until its batch is full.</typeparam>
    /// <param name="requests">The jobs.</param>
    /// <param name="options">How.</param>
    /// <param name="prepare">Checks a job and makes its row, or leaves that to the insert.</param>
    /// <param name="insert">Inserts a batch and returns how many rows there are more, and how many were left out.</param>
    /// <param name="cancellationToken">Looked at between jobs and between batches.</param>
    public static async Task<BulkResult> RunAsync<TItem>(
        IAsyncEnumerable<JobRequest> requests,
        BulkOptions options,
        Func<JobRequest, TItem> prepare,
        Func<IReadOnlyList<TItem>, Task<BulkResult>> insert,
        CancellationToken cancellationToken)
    {
        if (options.BatchSize is < 1 or > LargestBatch)
            throw new ArgumentOutOfRangeException(nameof(options), options.BatchSize, "BatchSize must be 1 to 100,000.");
        var result = new BulkResult();
        var batch = new List<TItem>(Math.Min(options.BatchSize, 1_024));
        await foreach (var request in requests.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            // A source that isn't asynchronous doesn't look itself.
            cancellationToken.ThrowIfCancellationRequested();
            ArgumentNullException.ThrowIfNull(request, nameof(requests));
            batch.Add(prepare(request));
            if (batch.Count < options.BatchSize)
                continue;
            result = await InsertAsync(batch, result).ConfigureAwait(false);
        }

        return batch.Count == 0 ? result : await InsertAsync(batch, result).ConfigureAwait(false);

        async Task<BulkResult> InsertAsync(List<TItem> rows, BulkResult before)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var done = await insert(rows).ConfigureAwait(false);
            var after = new BulkResult(before.Inserted + done.Inserted, before.Skipped + done.Skipped);
            rows.Clear();
            options.Progress?.Report(after);
            return after;
        }
    }

    /// <summary>On the caller's thread, which bulk in a transaction may depend on.</summary>
    public static async IAsyncEnumerable<JobRequest> OverAsync(IEnumerable<JobRequest> requests)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var request in requests)
            yield return request;
    }
}
