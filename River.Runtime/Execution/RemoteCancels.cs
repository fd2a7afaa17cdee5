using System.Threading.Channels;
using River.Storage;
using River.Supervision;

namespace River.Execution;

/// <summary>
/// Interrupts running jobs that somebody asked to be cancelled. A request is only a hint: the row is looked at before
/// anything is done.
/// </summary>
internal sealed class RemoteCancels(JobStore store, LiveAttempts live, StatementLimit limit)
{
    /// <summary>More than this are dropped: such a job ends as cancelled all the same, if only when it fails or ends.</summary>
    private const int Capacity = 1_000;

    private readonly Channel<long> _requests = Channel.CreateBounded<long>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    public void Request(long jobId)
    {
        if (live.All.Any(run => run.Job.Row.Id == jobId))
            _requests.Writer.TryWrite(jobId);
    }

    public async Task TurnAsync(CancellationToken stop)
    {
        var jobId = await _requests.Reader.ReadAsync(stop).ConfigureAwait(false);
        var row = await limit.RunAsync(token => store.Jobs.GetAsync(jobId, transaction: null, token), stop).ConfigureAwait(false);
        if (row is not { State: JobState.Running } || !RowMetadata.AsksForCancel(row))
            return;
        foreach (var run in live.All.Where(run => run.Job.Row.Id == jobId && run.Job.Row.Attempt == row.Attempt))
            run.Interrupt(Interruption.RemoteCancel);
    }
}
