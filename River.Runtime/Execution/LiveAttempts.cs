using System.Collections.Concurrent;
using River.Storage;

namespace River.Execution;

/// <summary>The attempts that this client has claimed and whose outcome isn't written yet.</summary>
internal sealed class LiveAttempts
{
    private readonly ConcurrentDictionary<ClaimToken, JobRun> _runs = new(ByNumber.Instance);
    private TaskCompletionSource? _empty;

    public int Count => _runs.Count;

    public IEnumerable<JobRun> All => _runs.Values;

    public void Add(JobRun run)
    {
        run.Slots.Began();
        _runs[run.Job.Token] = run;
    }

    public bool Contains(ClaimToken token) => _runs.ContainsKey(token);

    public JobRun? Find(ClaimToken token) => _runs.GetValueOrDefault(token);

    public void Remove(ClaimToken token)
    {
        if (_runs.TryRemove(token, out var run))
            run.Slots.Settled();
        if (Volatile.Read(ref _empty) is { } empty && _runs.IsEmpty)
            empty.TrySetResult();
    }

    /// <summary>Completes when no attempt is left. For the stop: nothing may be added any more.</summary>
    public Task WhenEmptyAsync()
    {
        var empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        empty = Interlocked.CompareExchange(ref _empty, empty, null) ?? empty;
        if (_runs.IsEmpty)
            empty.TrySetResult();
        return empty.Task;
    }

    /// <summary>Nearly always there is one attempt of a job, so its number tells attempts apart well enough to look further.</summary>
    private sealed class ByNumber : IEqualityComparer<ClaimToken>
    {
        public static readonly ByNumber Instance = new();

        public bool Equals(ClaimToken x, ClaimToken y) => x == y;

        public int GetHashCode(ClaimToken token) => token.JobId.GetHashCode();
    }
}
