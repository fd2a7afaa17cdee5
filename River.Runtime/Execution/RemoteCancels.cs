using System.Threading.Channels;
using River.Storage;
using River.Supervision;

namespace River.Execution;

/// <summary>
/// Interrupts running jobs that somebody asked to be cancelled. A request is only a hint: the row is looked at before
/// anything is done. One for a job that doesn't run here is kept for a moment, as its claim may be committed and not known
/// here yet. What is missed all the same is told by the next heartbeat.
/// </summary>
internal sealed class RemoteCancels(JobStore store, LiveAttempts live, StatementLimit limit, TimeProvider time)
{
    /// <summary>More than this are dropped.</summary>
    private const int Capacity = 1_000;

    /// <summary>How long a request waits for its job to run here. The answer to a claim rarely takes longer.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly Channel<long> _requests = Channel.CreateBounded<long>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Signal _wake = new(time);
    private readonly Lock _gate = new();

    /// <summary>Jobs that don't run here yet, with the time stamps of the requests.</summary>
    private readonly Dictionary<long, long> _early = [];

    public void Request(long jobId)
    {
        if (live.All.Any(run => run.Job.Row.Id == jobId))
            _requests.Writer.TryWrite(jobId);
        else if (!TryKeep(jobId))
            return;
        _wake.Set();
    }

    /// <summary>Looks into what was asked for, and waits for more.</summary>
    public async Task TurnAsync(CancellationToken stop)
    {
        while (_requests.Reader.TryRead(out var jobId))
            await ConfirmAsync(jobId, stop).ConfigureAwait(false);
        foreach (var jobId in TakeArrived())
            await ConfirmAsync(jobId, stop).ConfigureAwait(false);
        bool hasEarly;
        lock (_gate)
            hasEarly = _early.Count > 0;
        await _wake.WaitAsync(hasEarly ? LookInterval : Signal.LongestWait, stop).ConfigureAwait(false);
    }

    /// <summary>Keeps a request for a job that doesn't run here, as most jobs of the cluster.</summary>
    /// <returns>Whether the loop is to be told.</returns>
    private bool TryKeep(long jobId)
    {
        lock (_gate)
        {
            if (_early.Count >= Capacity)
                return false;
            _early[jobId] = time.GetTimestamp();
            return _early.Count == 1;
        }
    }

    /// <summary>Takes those whose jobs run here by now, and forgets those that waited long enough.</summary>
    private List<long> TakeArrived()
    {
        lock (_gate)
        {
            if (_early.Count == 0)
                return [];
            var arrived = live.All.Select(run => run.Job.Row.Id).Where(_early.Remove).ToList();
            foreach (var (jobId, _) in _early.Where(early => time.GetElapsedTime(early.Value) > LongestWait))
                _early.Remove(jobId);
            return arrived;
        }
    }

    private async Task ConfirmAsync(long jobId, CancellationToken stop)
    {
        var row = await limit.RunAsync(token => store.Jobs.GetAsync(jobId, transaction: null, token), stop).ConfigureAwait(false);
        if (row is not { State: JobState.Running } || !RowMetadata.AsksForCancel(row))
            return;
        foreach (var run in live.All.Where(run => run.Job.Row.Id == jobId && run.Job.Row.Attempt == row.Attempt))
            run.Interrupt(Interruption.RemoteCancel);
    }
}
