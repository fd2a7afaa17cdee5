using System.Data.Common;
using River.Extending;
using River.Fetching;
using River.Hosting;
using River.Inserting;
using River.Periodic;
using River.Storage;

namespace River.Client;

/// <summary>The application's client: requests become rows in <see cref="Inserter"/>, rows become facts in the store.</summary>
internal sealed class JobClient(StoreGate gate, JobStore store, Inserter inserter, Lazy<IQueueNudge?> nudge, ScheduleTable schedules, Randomness randomness, TimeProvider time, InsertExtensions? extensions = null, DbTransaction? transaction = null, Sending? sending = null)
    : IJobClient, IFollowUpCheck
{
    private const int MaxTries = 5;
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    public async Task<EnqueueResult> EnqueueAsync<TArgs>(TArgs args, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArgs : IJobArgs<TArgs>
    {
        var request = JobRequest.For(args, options);
        return (await InsertAsync([request], cancellationToken).ConfigureAwait(false))[0];
    }

    public Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync<TArgs>(IEnumerable<TArgs> args, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArgs : IJobArgs<TArgs>
    {
        ArgumentNullException.ThrowIfNull(args);
        return EnqueueManyAsync(args.Select(item => JobRequest.For(item, options)), cancellationToken);
    }

    public async Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync(IEnumerable<JobRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var jobs = requests.ToArray();
        return jobs.Length == 0 ? [] : await InsertAsync(jobs, cancellationToken).ConfigureAwait(false);
    }

    public Task<BulkResult> EnqueueBulkAsync(IEnumerable<JobRequest> requests, BulkOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return EnqueueBulkAsync(Bulk.OverAsync(requests), options, cancellationToken);
    }

    public Task<BulkResult> EnqueueBulkAsync(IAsyncEnumerable<JobRequest> requests, BulkOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        options ??= new BulkOptions();
        if (extensions is { HasMiddleware: true })
        {
            return Bulk.RunAsync(requests, options, static request => request, async batch =>
            {
                // What a middleware leaves out isn't a duplicate.
                var done = new BulkResult();
                await extensions.RunAsync(batch, CopyAsync, countsOnly: true, cancellationToken).ConfigureAwait(false);
                return done;

                async Task<IReadOnlyList<EnqueueResult>> CopyAsync(IReadOnlyList<JobRequest> jobs, CancellationToken token)
                {
                    var more = await this.CopyAsync(inserter.Prepare(jobs), options, token).ConfigureAwait(false);
                    done = new BulkResult(done.Inserted + more.Inserted, done.Skipped + more.Skipped);
                    return [];
                }
            }, cancellationToken);
        }

        return Bulk.RunAsync(requests, options, inserter.Prepare, jobs => CopyAsync(jobs, options, cancellationToken), cancellationToken);
    }

    private Task<BulkResult> CopyAsync(IReadOnlyList<JobInsert> jobs, BulkOptions options, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0)
            return Task.FromResult(new BulkResult());
        return sending is { IsObserved: true }
            ? sending.RunAsync(jobs, () => CopyUnobservedAsync(jobs, options, cancellationToken))
            : CopyUnobservedAsync(jobs, options, cancellationToken);
    }

    private async Task<BulkResult> CopyUnobservedAsync(IReadOnlyList<JobInsert> jobs, BulkOptions options, CancellationToken cancellationToken)
    {
        var ready = await ReadyAsync(cancellationToken).ConfigureAwait(false);
        var inserted = options.Duplicates == BulkDuplicates.Skip
            ? await ready.Jobs.CopyNewAsync(jobs, transaction, cancellationToken).ConfigureAwait(false)
            : await ready.Jobs.CopyAsync(jobs, transaction, cancellationToken).ConfigureAwait(false);
        Wake(jobs);
        return new BulkResult(inserted, jobs.Count - inserted);
    }

    public Task<JobRow?> GetAsync(long id, CancellationToken cancellationToken = default) =>
        RepeatableAsync(ready => ready.Jobs.GetAsync(id, transaction, cancellationToken), cancellationToken);

    public async Task<JobPage> ListAsync(JobFilter? filter = null, CancellationToken cancellationToken = default)
    {
        filter ??= new JobFilter();
        Check(filter);
        var ordering = JobOrdering.Of(filter);

        // One more than asked for shows whether there is a next page.
        var more = filter with { Limit = filter.Limit + 1 };
        var rows = await RepeatableAsync(ready => ready.Jobs.ListAsync(more, transaction, cancellationToken), cancellationToken).ConfigureAwait(false);
        return rows.Count > filter.Limit
            ? new JobPage([.. rows.Take(filter.Limit)], ordering.CursorOf(rows[filter.Limit - 1]))
            : new JobPage(rows);
    }

    // Asking twice to cancel changes nothing more, so it is repeated; a second retry or delete would not be the same.
    public async Task<JobRow> CancelAsync(long id, CancellationToken cancellationToken = default)
    {
        var row = await RepeatableAsync(ready => ready.Jobs.CancelAsync(id, transaction, cancellationToken), cancellationToken).ConfigureAwait(false)
            ?? throw new JobNotFoundException(id);
        if (transaction is null && row.State == JobState.Running)
            nudge.Value?.CancelRequested(id);
        return row;
    }

    public async Task<JobRow> RetryAsync(long id, CancellationToken cancellationToken = default)
    {
        var ready = await ReadyAsync(cancellationToken).ConfigureAwait(false);
        var row = await ready.Jobs.RetryAsync(id, transaction, cancellationToken).ConfigureAwait(false)
            ?? throw new JobNotFoundException(id);
        if (transaction is null && row.State == JobState.Available)
            nudge.Value?.Nudge(row.Queue);
        return row;
    }

    public async Task<JobRow> DeleteAsync(long id, CancellationToken cancellationToken = default)
    {
        var ready = await ReadyAsync(cancellationToken).ConfigureAwait(false);
        var row = await ready.Jobs.DeleteAsync(id, transaction, cancellationToken).ConfigureAwait(false)
            ?? throw new JobNotFoundException(id);
        return row.State == JobState.Running ? throw new JobRunningException(id) : row;
    }

    public async Task<IReadOnlyList<JobRow>> DeleteManyAsync(JobFilter filter, bool unsafeAll = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        Check(filter);
        if (filter.OrderBy != JobOrder.Id || filter.Descending || filter.After is not null)
            throw new InvalidFilterException(nameof(JobFilter.OrderBy), "is set, or Descending or After are, and jobs are deleted in the order of their numbers; leave them out.");
        if (unsafeAll && filter.Restricts)
            throw new InvalidFilterException(nameof(unsafeAll), "is set together with conditions; leave it out to delete the jobs that they hold for.");
        if (!unsafeAll && !filter.Restricts)
            throw new InvalidFilterException("(all)", "restricts nothing, so that jobs of every sort would be deleted; give a condition, or pass unsafeAll: true.");

        // Not repeated: after a lost connection a second try would delete more than was asked for.
        var ready = await ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await ready.Jobs.DeleteManyAsync(filter, transaction, cancellationToken).ConfigureAwait(false);
    }

    public async Task<JobRow> UpdateAsync(long id, JobUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        var metadata = update.ToMetadata();
        return await RepeatableAsync(
            ready => metadata is null
                ? ready.Jobs.GetAsync(id, transaction, cancellationToken)
                : ready.Jobs.UpdateAsync(id, metadata, transaction, cancellationToken),
            cancellationToken).ConfigureAwait(false) ?? throw new JobNotFoundException(id);
    }

    public Task<QueueInfo?> GetQueueAsync(string queue, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        return RepeatableAsync(ready => ready.Queues.GetAsync(queue, transaction, cancellationToken), cancellationToken);
    }

    public Task<IReadOnlyList<QueueInfo>> ListQueuesAsync(string? after = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, JobFilter.MaxLimit);
        return RepeatableAsync(ready => ready.Queues.ListAsync(after, limit, transaction, cancellationToken), cancellationToken);
    }

    public async Task PauseQueueAsync(string queue, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        if (!await RepeatableAsync(ready => ready.Queues.PauseAsync(queue, transaction, cancellationToken), cancellationToken).ConfigureAwait(false))
            throw new QueueNotFoundException(queue);
    }

    public async Task ResumeQueueAsync(string queue, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        if (!await RepeatableAsync(ready => ready.Queues.ResumeAsync(queue, transaction, cancellationToken), cancellationToken).ConfigureAwait(false))
            throw new QueueNotFoundException(queue);
        if (transaction is null && !string.Equals(queue, "*", StringComparison.Ordinal))
            nudge.Value?.Nudge(queue);
    }

    public async Task PausePeriodicAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        if (!await RepeatableAsync(ready => ready.Schedules.PauseAsync(id, transaction, cancellationToken), cancellationToken).ConfigureAwait(false))
            throw new PeriodicNotFoundException(id);
    }

    public async Task ResumePeriodicAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        if (!await RepeatableAsync(ready => ready.Schedules.ResumeAsync(id, transaction, cancellationToken), cancellationToken).ConfigureAwait(false))
            throw new PeriodicNotFoundException(id);
        if (transaction is null)
            schedules.Look();
    }

    public async Task TriggerPeriodicAsync(string id, CancellationToken cancellationToken = default)
    {
        // Not repeated: the first trigger may have been answered already, and a second one would double the job.
        ArgumentException.ThrowIfNullOrEmpty(id);
        var ready = await ReadyAsync(cancellationToken).ConfigureAwait(false);
        if (!await ready.Schedules.TriggerAsync(id, transaction, cancellationToken).ConfigureAwait(false))
            throw new PeriodicNotFoundException(id);
        if (transaction is null)
            schedules.Look();
    }

    public async Task<IReadOnlyList<PeriodicRow>> ListPeriodicAsync(CancellationToken cancellationToken = default)
    {
        var rows = await RepeatableAsync(ready => ready.Schedules.ListAsync(transaction, cancellationToken), cancellationToken).ConfigureAwait(false);
        var known = schedules.All.ToDictionary(schedule => schedule.Id, StringComparer.Ordinal);
        var list = new List<PeriodicRow>(rows.Count);
        foreach (var row in rows)
        {
            var runsHere = row.PausedAt is null ? known.GetValueOrDefault(row.Id) : null;
            list.Add(new PeriodicRow
            {
                Id = row.Id,
                DeclaredAt = row.DeclaredAt,
                LastSlot = row.LastSlot,
                NextSlot = runsHere is null ? null : await runsHere.NextOfAsync(row, cancellationToken).ConfigureAwait(false),
                PausedAt = row.PausedAt,
                TriggeredAt = row.TriggeredAt,
            });
        }

        return list;
    }

    public Task<LeaderInfo?> GetLeaderAsync(CancellationToken cancellationToken = default) =>
        RepeatableAsync(ready => ready.Lease.GetAsync(cancellationToken), cancellationToken);

    public Task RequestResignAsync(CancellationToken cancellationToken = default) =>
        RepeatableAsync(
            async ready =>
            {
                await ready.Lease.RequestResignAsync(transaction, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    public async Task UpdateQueueAsync(string queue, QueueUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        ArgumentNullException.ThrowIfNull(update);
        var changes = update.ToMetadata();
        if (!await RepeatableAsync(ready => ready.Queues.UpdateAsync(queue, changes, transaction, cancellationToken), cancellationToken).ConfigureAwait(false))
            throw new QueueNotFoundException(queue);
    }

    public IJobClient In(DbTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        store.CheckTransaction(transaction);
        if (IsOver(transaction))
            throw new ArgumentException("The transaction is over: it was committed, rolled back or disposed. Enqueue before that.", nameof(transaction));
        return new JobClient(gate, store, inserter, nudge, schedules, randomness, time, extensions, transaction, sending);
    }

    void IFollowUpCheck.Check(JobRequest request) => inserter.PrepareFollowUp(request);

    private Task<IReadOnlyList<EnqueueResult>> InsertAsync(JobRequest[] requests, CancellationToken cancellationToken) =>
        sending is { IsObserved: true }
            ? sending.RunAsync(requests, () => InsertUnobservedAsync(requests, cancellationToken))
            : InsertUnobservedAsync(requests, cancellationToken);

    private Task<IReadOnlyList<EnqueueResult>> InsertUnobservedAsync(JobRequest[] requests, CancellationToken cancellationToken) =>
        extensions is { HasMiddleware: true }
            ? extensions.RunAsync(requests, (jobs, token) => InsertAsync(inserter.Prepare(jobs), token), countsOnly: false, cancellationToken)
            : InsertAsync(inserter.Prepare(requests), cancellationToken);

    private async Task<IReadOnlyList<EnqueueResult>> InsertAsync(JobInsert[] jobs, CancellationToken cancellationToken)
    {
        // A middleware may leave none.
        if (jobs.Length == 0)
            return [];
        // Never repeated: after a lost connection nobody knows whether the insert was committed, and a second one would double the job.
        var ready = await ReadyAsync(cancellationToken).ConfigureAwait(false);
        var results = await ready.Jobs.InsertAsync(jobs, transaction, cancellationToken).ConfigureAwait(false);
        Wake(jobs);
        return results;
    }

    private static void Check(JobFilter filter)
    {
        if (filter.Limit is < 1 or > JobFilter.MaxLimit)
            throw new ArgumentOutOfRangeException(nameof(filter), filter.Limit, "Limit must be 1 to 10,000.");
        filter.CheckTexts();
    }

    private ValueTask<JobStore> ReadyAsync(CancellationToken cancellationToken)
    {
        if (transaction is null)
        {
            AmbientTransaction.Refuse();
            return gate.ReadyAsync(cancellationToken);
        }

        // Opening the store here could wait for the very locks that the caller's transaction holds.
        return IsOver(transaction)
            ? throw new InvalidOperationException("The transaction that this client is bound to is over; use the unbound client, or bind it to an open one.")
            : ValueTask.FromResult(store);
    }

    private static bool IsOver(DbTransaction transaction)
    {
        try
        {
            // Npgsql keeps the connection of a committed transaction, but answers nothing about it any more.
            _ = transaction.IsolationLevel;
            return transaction.Connection is null;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    /// <summary>Tries again what may be done twice. A caller's transaction is dead after a fault, so there is no second try in one.</summary>
    private async Task<T> RepeatableAsync<T>(Func<JobStore, Task<T>> operation, CancellationToken cancellationToken)
    {
        var ready = await ReadyAsync(cancellationToken).ConfigureAwait(false);
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await operation(ready).ConfigureAwait(false);
            }
            catch (Exception error) when (transaction is null && tries < MaxTries && !cancellationToken.IsCancellationRequested && ready.IsTransient(error))
            {
                await Task.Delay(randomness.BackOff(tries, ShortestWait, LongestWait), time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Tells this process's own fetcher; what is in an open transaction isn't there yet.</summary>
    private void Wake(IReadOnlyList<JobInsert> jobs)
    {
        if (transaction is not null || nudge.Value is not { } fetcher)
            return;

        if (jobs is [var only])
        {
            Wake(fetcher, only);
            return;
        }

        var told = Announcement.Of(jobs);
        foreach (var queue in told.Queues)
            fetcher.Nudge(queue);
        if (Soonest(told) is { } wait)
            fetcher.NudgeDue(wait);
    }

    private TimeSpan? Soonest(Announcement told)
    {
        var untilEarliest = told.EarliestTime is { } at ? NotNegative(at - time.GetUtcNow()) : (TimeSpan?)null;
        return told.ShortestDelay is { } delay && !(untilEarliest < delay) ? delay : untilEarliest;
    }

    private void Wake(IQueueNudge fetcher, JobInsert job)
    {
        if (job.State == JobState.Available)
            fetcher.Nudge(job.Queue);
        else if (job.State == JobState.Scheduled)
            fetcher.NudgeDue(DueIn(job));
    }

    private TimeSpan DueIn(JobInsert job) => NotNegative(job.ScheduledAt is { } at ? at - time.GetUtcNow() : job.Delay);

    private static TimeSpan NotNegative(TimeSpan wait) => wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
}
