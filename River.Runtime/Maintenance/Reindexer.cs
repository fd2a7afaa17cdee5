using Microsoft.Extensions.Logging;
using River.Grammar.Cron;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Maintenance;

/// <summary>
/// The leader's duty to build River's indexes anew by their schedule, and to drop what interrupted builds left behind,
/// River's own clients' included. One object for one term.
/// </summary>
internal sealed class Reindexer(JobStore store, Func<RiverOptions> options, TimeProvider time, Action alive, ILogger logger)
{
    /// <summary>How often the schedule and the clock are looked at.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    /// <summary>For the statements around a build.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private bool _tidied;
    private DateTimeOffset? _since;

    /// <summary>One look at the schedule, what is due by it, and the wait for the next look.</summary>
    public async Task TurnAsync(LeaderTerm term, CancellationToken stop)
    {
        var current = options().Reindex;
        var now = time.GetUtcNow();
        if (!current.Enabled || Next(current, _since ??= now) is not { } next)
        {
            _since = null;
            await Task.Delay(Look, time, stop).ConfigureAwait(false);
            return;
        }

        if (!_tidied)
        {
            _tidied = true;
            await TidyAsync(term, current.Timeout, stop).ConfigureAwait(false);
        }

        if (next > now)
        {
            await Task.Delay(next - now < Look ? next - now : Look, time, stop).ConfigureAwait(false);
            return;
        }

        _since = now;
        await RebuildAsync(term, current, stop).ConfigureAwait(false);
    }

    private static DateTimeOffset? Next(ReindexOptions options, DateTimeOffset since)
    {
        if (!CronExpression.TryParse(options.Schedule, out var cron, out _))
            return null;
        var zone = cron!.TimeZoneId is { } id && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var named) ? named : TimeZoneInfo.Utc;
        return cron.NextAfter(since, zone);
    }

    private async Task RebuildAsync(LeaderTerm term, ReindexOptions current, CancellationToken stop)
    {
        foreach (var index in current.Indexes?.AsEnumerable() ?? store.Upkeep.Indexes)
        {
            try
            {
                var result = await StatementLimit.RunAsync(token => store.Upkeep.ReindexAsync(term, index, current.Timeout, token), current.Timeout + Grace, stop).ConfigureAwait(false);
                if (result == Reindexed.NotLeading)
                    return;
                if (result == Reindexed.Missing)
                    logger.IndexMissing(index);
                else
                    logger.IndexHandled(index, result);
            }
            catch (Exception error) when (!stop.IsCancellationRequested)
            {
                // One index that can't be built doesn't keep the others from it.
                logger.ReindexFailed(error, index);
                await TidyAsync(term, current.Timeout, stop).ConfigureAwait(false);
            }

            alive();
        }
    }

    private async Task TidyAsync(LeaderTerm term, TimeSpan timeout, CancellationToken stop)
    {
        try
        {
            var dropped = await StatementLimit.RunAsync(token => store.Upkeep.DropLeftoversAsync(term, timeout, token), timeout + Grace, stop).ConfigureAwait(false);
            if (dropped.Count > 0)
                logger.LeftoversDropped(string.Join(", ", dropped));
        }
        catch (Exception error) when (!stop.IsCancellationRequested)
        {
            logger.LeftoversKept(error);
        }
    }
}
