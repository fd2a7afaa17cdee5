using Microsoft.Extensions.Logging;
using River.Completion;
using River.Execution;
using River.Hosting;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Fetching;

/// <summary>
/// Gives back what a claim took whose answer never came. Used by the fetcher between its claims only: then every job
/// that runs under this client's name, and isn't known to it, is such a one.
/// </summary>
internal sealed class LostClaims(
    JobStore store,
    LiveAttempts live,
    Completer completer,
    ClientIdentity identity,
    StatementLimit limit,
    TimeProvider time,
    ILogger logger)
{
    private const int PageSize = 1_000;

    private bool _isInDoubt;
    private bool _mayStillRun;
    private long _since;

    /// <summary>A claim failed; it may have been carried out all the same, now or within the statement timeout.</summary>
    public void Doubt()
    {
        // A name that was configured may be another process's too.
        if (!identity.IsUnique)
            return;
        _isInDoubt = _mayStillRun = true;
        _since = time.GetTimestamp();
    }

    /// <summary>Looks for such jobs if there is reason to: at once, and again when the failed statement must be over.</summary>
    public async Task ReturnAsync(CancellationToken stop)
    {
        var isOver = _mayStillRun && time.GetElapsedTime(_since) > limit.Limit;
        if (!_isInDoubt && !isOver)
            return;

        var afterId = 0L;
        IReadOnlyList<ClaimedJob> page;
        do
        {
            var after = afterId;
            page = await limit.RunAsync(token => store.Claims.ExpiredAsync(TimeSpan.Zero, after, PageSize, token), stop).ConfigureAwait(false);
            foreach (var job in page)
            {
                afterId = job.Row.Id;
                if (live.Contains(job.Token) || !string.Equals(job.Row.AttemptedBy.LastOrDefault(), identity.Id, StringComparison.Ordinal))
                    continue;
                logger.LostClaimReturned(job.Row.Kind, job.Row.Id);
                await completer.SubmitAsync(new Outcome(job, OutcomeRule.HandBack(job.Token, TimeSpan.Zero), IsRescue: true)).ConfigureAwait(false);
            }
        }
        while (page.Count == PageSize);

        _isInDoubt = false;
        _mayStillRun &= !isOver;
    }
}
