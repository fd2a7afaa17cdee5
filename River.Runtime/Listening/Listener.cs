using Microsoft.Extensions.Logging;
using River.Election;
using River.Execution;
using River.Fetching;
using River.Maintenance;
using River.Periodic;
using River.Storage;
using River.Telemetry;

namespace River.Listening;

/// <summary>Hears what other clients tell and passes it on. While it doesn't hear, the fetcher looks for itself.</summary>
internal sealed class Listener(JobStore store, Fetcher fetcher, ClusterSettings settings, Scheduler scheduler, RemoteCancels cancels, PeriodicEnqueuer periodic, Elector? elector, ILogger logger)
{
    private const string AllQueues = "*";

    /// <summary>One connection's life.</summary>
    public async Task TurnAsync(Action alive, CancellationToken stop)
    {
        try
        {
            await foreach (var wakeup in store.Wakeups.ListenAsync(stop).ConfigureAwait(false))
            {
                alive();
                Dispatch(wakeup);
            }
        }
        finally
        {
            fetcher.Listening(arrives: false);
            scheduler.Listening(arrives: false);
            settings.Changed();
            periodic.Listening(arrives: false);
        }

        if (!stop.IsCancellationRequested)
            throw new StoreUnavailableException("The connection that listens for notifications ended.");
    }

    private void Dispatch(Wakeup wakeup)
    {
        switch (wakeup.Kind)
        {
            case WakeupKind.Listening:
                logger.ListeningStarted();
                fetcher.Listening(arrives: true);
                scheduler.Listening(arrives: true);
                settings.Changed();
                periodic.Listening(arrives: true);
                break;
            case WakeupKind.JobsAvailable when wakeup is { IsOwn: true, Queue: { } queue }:
                fetcher.Told(queue);
                break;
            case WakeupKind.JobsAvailable when wakeup.Queue is { } queue:
                fetcher.Nudge(queue);
                break;
            case WakeupKind.JobDue:
                scheduler.NudgeDue(wakeup.DueIn);
                break;
            case WakeupKind.QueueResumed when wakeup.Queue is not (null or AllQueues):
                settings.Changed();
                fetcher.Nudge(wakeup.Queue);
                break;
            case WakeupKind.QueueResumed:
                settings.Changed();
                fetcher.NudgeAll();
                break;
            case WakeupKind.QueuePaused:
                // The claim itself leaves paused queues alone.
                settings.Changed();
                logger.QueuePaused(wakeup.Queue ?? AllQueues);
                break;
            case WakeupKind.QueueChanged:
                settings.Changed();
                break;
            case WakeupKind.CancelRequested:
                cancels.Request(wakeup.JobId);
                break;
            case WakeupKind.PeriodicChanged:
                periodic.Look();
                break;
            case WakeupKind.LeaderResigned:
                elector?.LeaderResigned(wakeup.LeaderId);
                break;
            case WakeupKind.ResignRequested:
                elector?.RequestResign();
                break;
            default:
                // A newer client may tell what this one doesn't know.
                break;
        }
    }
}
