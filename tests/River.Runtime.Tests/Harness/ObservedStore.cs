using System.Collections.Concurrent;
using System.Data.Common;
using River.Storage;
using Xunit;

namespace River.Tests.Harness;

/// <summary>A fault that a test puts into a statement, of the sort that passes by itself.</summary>
internal sealed class InjectedFault(string message, bool isTransient = true, bool wroteNothing = false) : Exception(message)
{
    public bool IsTransient => isTransient;

    public bool WroteNothing => wroteNothing;
}

/// <summary>A real store, whose statements a test can watch, hold up and break.</summary>
internal sealed class ObservedStore(JobStore inner) : JobStore, IClaims, IPresence
{
    private readonly ConcurrentDictionary<(long Id, JobState State), TaskCompletionSource<Settlement>> _settled = new();

    private int _looksForExpired;

    /// <summary>Called before a claim; may throw or wait.</summary>
    public Func<ClaimDemand, Task> BeforeClaim { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Called after a claim with what it took; may throw, as a lost connection would.</summary>
    public Action<IReadOnlyList<ClaimedJob>> AfterClaim { get; set; } = static _ => { };

    /// <summary>Called before settlements are written; may throw or wait.</summary>
    public Func<IReadOnlyList<Settlement>, Task> BeforeSettle { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Called after settlements were written; may throw, as a lost connection would.</summary>
    public Func<IReadOnlyList<Settlement>, Task> AfterSettle { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Changes what is told of settlements that were written.</summary>
    public Func<IReadOnlyList<SettleResult>, IReadOnlyList<SettleResult>> Told { get; set; } = static results => results;

    /// <summary>Called before something is recorded in the middle of an attempt; may throw or wait.</summary>
    public Func<ClaimToken, byte[], Task> BeforeRecord { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>Called before each statement of the presence; may throw or wait.</summary>
    public Func<Task> BeforePresence { get; set; } = static () => Task.CompletedTask;

    /// <summary>Called before orphans are looked for, with whether those of silent clients are too; may throw or wait.</summary>
    public Func<bool, Task> BeforeOrphans { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Called with what a beat found.</summary>
    public Action<BeatResult> AfterBeat { get; set; } = static _ => { };

    /// <summary>How often orphans of expired clients were looked for.</summary>
    public int LooksForExpired => Volatile.Read(ref _looksForExpired);

    public JobStore Inner => inner;

    public ConcurrentQueue<SettleResult> Results { get; } = new();

    /// <summary>What was recorded in the middle of attempts, with what became of it.</summary>
    public ConcurrentQueue<(long JobId, string Metadata, SettleResult Result)> Records { get; } = new();

    public ConcurrentQueue<int> BatchSizes { get; } = new();

    public override string Name => inner.Name;

    public override IJobs Jobs => ObservedJobs;

    public ObservedJobs ObservedJobs { get; } = new(inner.Jobs);

    public override IClaims Claims => this;

    public override IDue Due => inner.Due;

    public override ISchedules Schedules => inner.Schedules;

    public override IQueues Queues => inner.Queues;

    public override ILease Lease => inner.Lease;

    public override IUpkeep Upkeep => ObservedUpkeep;

    public ObservedUpkeep ObservedUpkeep { get; } = new(inner.Upkeep);

    public override IPresence Presence => this;

    public override IWakeups Wakeups => inner.Wakeups;

    public override ISchema Schema => inner.Schema;

    public override Task OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public override bool IsTransient(Exception error) => error is InjectedFault fault ? fault.IsTransient : inner.IsTransient(error);

    public override bool WroteNothing(Exception error) => error is InjectedFault fault ? fault.WroteNothing : inner.WroteNothing(error);

    public override void CheckTransaction(DbTransaction transaction) => inner.CheckTransaction(transaction);

    public override bool KeepsSnapshot(DbTransaction transaction) => inner.KeepsSnapshot(transaction);

    public override TimeSpan? LongestSpareWrite => inner.LongestSpareWrite;

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <summary>Completes when a settlement of that job to that state has been accepted.</summary>
    public Task<Settlement> SettledAsync(long id, JobState state) =>
        Settled(id, state).Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(ClaimDemand demand, CancellationToken cancellationToken)
    {
        await BeforeClaim(demand);
        var claimed = await inner.Claims.ClaimAsync(demand, cancellationToken);
        AfterClaim(claimed);
        return claimed;
    }

    public async Task<IReadOnlyList<SettleResult>> SettleAsync(IReadOnlyList<Settlement> settlements, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        await BeforeSettle(settlements);
        var results = await inner.Claims.SettleAsync(settlements, transaction, cancellationToken);
        BatchSizes.Enqueue(settlements.Count);
        await AfterSettle(settlements);
        results = Told(results);
        for (var i = 0; i < settlements.Count; i++)
        {
            // Comes again.
            if (results[i].IsLocked)
                continue;
            Results.Enqueue(results[i]);
            if (results[i].Accepted)
                Settled(settlements[i].Token.JobId, results[i].State!.Value).TrySetResult(settlements[i]);
        }

        return results;
    }

    public async Task<SettleResult> RecordAsync(ClaimToken token, byte[] metadata, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        await BeforeRecord(token, metadata);
        var result = await inner.Claims.RecordAsync(token, metadata, transaction, cancellationToken);
        Records.Enqueue((token.JobId, System.Text.Encoding.UTF8.GetString(metadata), result));
        return result;
    }

    public Task<IReadOnlyList<ClaimedJob>> ExpiredAsync(TimeSpan olderThan, long afterId, int limit, CancellationToken cancellationToken) =>
        inner.Claims.ExpiredAsync(olderThan, afterId, limit, cancellationToken);

    public async Task<ClientStart> EnterAsync(string clientId, TimeSpan lease, CancellationToken cancellationToken)
    {
        await BeforePresence();
        return await inner.Presence.EnterAsync(clientId, lease, cancellationToken);
    }

    public async Task<BeatResult> BeatAsync(ClientStart client, BeatTerms terms, IReadOnlyList<ClaimToken> attempts, CancellationToken cancellationToken)
    {
        await BeforePresence();
        var result = await inner.Presence.BeatAsync(client, terms, attempts, cancellationToken);
        AfterBeat(result);
        return result;
    }

    public async Task LeaveAsync(ClientStart client, CancellationToken cancellationToken)
    {
        await BeforePresence();
        await inner.Presence.LeaveAsync(client, cancellationToken);
    }

    public async Task<IReadOnlyList<ClaimedJob>> OrphansAsync(bool expired, long afterId, int limit, CancellationToken cancellationToken)
    {
        await BeforePresence();
        await BeforeOrphans(expired);
        var orphans = await inner.Presence.OrphansAsync(expired, afterId, limit, cancellationToken);
        if (expired)
            Interlocked.Increment(ref _looksForExpired);
        return orphans;
    }

    public Task<IReadOnlyList<ClaimedJob>> StraysAsync(ClientStart client, IReadOnlyList<ClaimToken> attempts, int limit, CancellationToken cancellationToken) =>
        inner.Presence.StraysAsync(client, attempts, limit, cancellationToken);

    public Task<int> ForgetAsync(TimeSpan age, CancellationToken cancellationToken) => inner.Presence.ForgetAsync(age, cancellationToken);

    private TaskCompletionSource<Settlement> Settled(long id, JobState state) =>
        _settled.GetOrAdd((id, state), static _ => new TaskCompletionSource<Settlement>(TaskCreationOptions.RunContinuationsAsynchronously));
}
