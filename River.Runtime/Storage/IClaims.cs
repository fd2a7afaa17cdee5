using System.Data.Common;

namespace River.Storage;

/// <summary>Taking jobs to work, and saying what became of them.</summary>
internal interface IClaims
{
    /// <summary>
    /// Takes due available jobs, at most as many as each queue has free slots, by priority, time and number. Rows of
    /// kinds not named are passed over. Paused queues are left alone.
    /// </summary>
    Task<IReadOnlyList<ClaimedJob>> ClaimAsync(ClaimDemand demand, CancellationToken cancellationToken);

    /// <summary>
    /// The only write that ends an attempt, and the only fenced one: each settlement applies if its token's attempt is
    /// still the running one, and its follow-ups are inserted with it or not at all.
    /// </summary>
    /// <returns>One result for each settlement, in the order given. Rows that another transaction holds are passed over, if need be after a short wait in which nothing is written.</returns>
    Task<IReadOnlyList<SettleResult>> SettleAsync(IReadOnlyList<Settlement> settlements, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces keys of the metadata while the attempt is still the running one, and changes nothing else. A row that
    /// another transaction holds isn't waited for.
    /// </summary>
    /// <param name="token">Names the attempt.</param>
    /// <param name="metadata">A UTF-8 JSON object whose keys replace those of the metadata.</param>
    /// <param name="transaction">The caller's, with which the change is committed or undone; null for one of its own.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<SettleResult> RecordAsync(ClaimToken token, byte[] metadata, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>
    /// Running jobs whose attempt started longer ago than <paramref name="olderThan"/>, by number, after
    /// <paramref name="afterId"/>. Those of clients that are present (<see cref="IPresence"/>) are left out.
    /// </summary>
    Task<IReadOnlyList<ClaimedJob>> ExpiredAsync(TimeSpan olderThan, long afterId, int limit, CancellationToken cancellationToken);
}

/// <summary>What a client can take on.</summary>
/// <param name="ClientId">Who takes.</param>
/// <param name="Queues">Free slots, in the order in which queues are served.</param>
/// <param name="Kinds">Kinds and aliases that the client knows.</param>
/// <param name="StartedAt">The start of the client; when another one has replaced it, nothing is claimed. Null where there is no presence.</param>
internal sealed record ClaimDemand(string ClientId, IReadOnlyList<QueueDemand> Queues, string[] Kinds, DateTimeOffset? StartedAt = null);

/// <param name="Queue">The queue.</param>
/// <param name="FreeSlots">How many of its jobs are wanted at most.</param>
/// <param name="After">Jobs up to here are passed over: they are known to be of kinds that the client doesn't know.</param>
internal readonly record struct QueueDemand(string Queue, int FreeSlots, QueueCursor? After = null);

/// <summary>Names one attempt of one job. Opaque above the store: only compared, never taken apart.</summary>
internal readonly record struct ClaimToken(long JobId, int Attempt, DateTimeOffset AttemptedAt)
{
    /// <summary>Whether the row's latest attempt is this one.</summary>
    public bool Names(JobRow row) => row.Id == JobId && row.Attempt == Attempt && row.AttemptedAt == AttemptedAt;
}

/// <param name="Row">The job.</param>
/// <param name="Fault">Why the row couldn't be read as a whole, as only one that was made by hand can't; what can't be read of it is left empty.</param>
internal readonly record struct ClaimedJob(JobRow Row, UnreadableRowException? Fault = null)
{
    /// <summary>Names the attempt. Made anew from the row, since each job would hold it several times over.</summary>
    public ClaimToken Token => new(Row.Id, Row.Attempt, Row.AttemptedAt ?? DateTimeOffset.MinValue);
}

/// <summary>What became of an attempt.</summary>
internal sealed record Settlement
{
    public required ClaimToken Token { get; init; }

    /// <summary>
    /// The state that the job goes to. A cancel asked for meanwhile turns available, retryable and scheduled into cancelled.
    /// </summary>
    public required JobState State { get; init; }

    /// <summary>For available, retryable and scheduled: the wait before the next attempt, added to the database's clock.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Whether the attempt doesn't count, as after a snooze or a stop.</summary>
    public bool RestoreAttempt { get; init; }

    /// <summary>Appended to the errors.</summary>
    public AttemptError? Error { get; init; }

    /// <summary>A UTF-8 JSON object whose keys replace those of the metadata; null for no change.</summary>
    public byte[]? Metadata { get; init; }

    /// <summary>Jobs inserted together with the change; a duplicate of a unique one is passed over.</summary>
    public IReadOnlyList<JobInsert> FollowUps { get; init; } = [];

    /// <summary>Whether the job is given back as if the attempt had never been, and not because its worker asked for it.</summary>
    public bool IsHandBack { get; init; }

    /// <summary>Whether the job is completed and nothing else of it changes.</summary>
    public bool IsPlain => State == JobState.Completed && Metadata is null && Error is null && !RestoreAttempt && !WantsRow && !WasLocked && FollowUps.Count == 0;

    /// <summary>Whether the row as it is afterwards is to be told; set when it is known whether anybody wants it.</summary>
    public bool WantsRow { get; set; }

    /// <summary>Whether another transaction held the row at an earlier try, and may hold it still.</summary>
    public bool WasLocked { get; set; }
}

/// <summary>Whether a settlement was accepted.</summary>
/// <param name="Accepted">False when the attempt was no longer the running one: nothing was written.</param>
/// <param name="State">The state afterwards; null when the row is gone.</param>
/// <param name="IsLocked">Whether it wasn't decided, because another transaction holds the row: to be tried again.</param>
/// <param name="Row">The row afterwards, where a settlement of the call wants it.</param>
/// <param name="Fault">Why it isn't known whether it was decided, while others of the call were: to be tried again, as if locked.</param>
internal readonly record struct SettleResult(bool Accepted, JobState? State, bool IsLocked = false, JobRow? Row = null, Exception? Fault = null);
