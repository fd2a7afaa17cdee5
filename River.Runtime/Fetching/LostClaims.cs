using Microsoft.Extensions.Logging;
using River.Completion;
using River.Execution;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Fetching;

/// <summary>
/// Gives back what runs in this client's name and isn't known to it: what a claim took whose answer never came. Used by the
/// fetcher between its claims only, when nothing can be on its way.
/// </summary>
internal sealed class LostClaims(
    JobStore store,
    LiveAttempts live,
    Completer completer,
    StatementLimit limit,
    TimeProvider time,
    ILogger logger)
{
    private const int PageSize = 1_000;

    /// <summary>How often there is a look without a doubt: such a job is nobody else's to rescue while this client lives.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private bool _isInDoubt;
    private bool _mayStillRun;
    private long _since;
    private long _lastLook = time.GetTimestamp();

    /// <summary>A claim failed; it may have been carried out all the same, now or within the statement timeout.</summary>
    public void Doubt()
    {
        _isInDoubt = _mayStillRun = true;
        _since = time.GetTimestamp();
    }

    /// <summary>Looks for such jobs if there is reason to: at once, and again when the failed statement must be over.</summary>
    public async Task ReturnAsync(ClientStart client, CancellationToken stop)
    {
        var isOver = _mayStillRun && time.GetElapsedTime(_since) > limit.Limit;
        if (!_isInDoubt && !isOver && time.GetElapsedTime(_lastLook) < Interval)
            return;

        var known = live.All.Select(run => run.Job.Token).ToList();
        IReadOnlyList<ClaimedJob> page;
        do
        {
            page = await limit.RunAsync(token => store.Presence.StraysAsync(client, known, PageSize, token), stop).ConfigureAwait(false);
            foreach (var job in page)
            {
                known.Add(job.Token);
                logger.LostClaimReturned(job.Row.Kind, job.Row.Id);
                await completer.SubmitAsync(new Outcome(job, OutcomeRule.HandBack(job.Token, TimeSpan.Zero), IsRescue: true), stop).ConfigureAwait(false);
            }
        }
        while (page.Count == PageSize);

        _lastLook = time.GetTimestamp();
        _isInDoubt = false;
        _mayStillRun &= !isOver;
    }
}
