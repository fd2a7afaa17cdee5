using Microsoft.Extensions.Logging;
using River.Hosting;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Election;

/// <summary>
/// Stands for election as leader among all clients of the database, Go ones included, with River's timings. While this
/// client leads, its duties run; they end before the lease can be somebody else's.
/// </summary>
internal sealed class Elector(
    ILease lease,
    string clientId,
    Func<bool> stands,
    Func<LeaderTerm, CancellationToken, Task> duties,
    TimeProvider time,
    Randomness randomness,
    ILogger logger)
{
    /// <summary>How long a turn goes on at most without a sign of life: a term's trust, and a resignation.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    /// <summary>How long after the start of its last success a leader believes in itself: a second less than the lease lasts.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(14);

    private static readonly TimeSpan LongestFollow = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LongestDash = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ElectionLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan[] RenewalWaits = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];
    private static readonly TimeSpan[] ResignLimits = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)];

    private readonly Signal _wake = new(time);
    private volatile LeaderTerm? _term;
    private volatile bool _leaderResigned;
    private volatile bool _resignRequested;

    /// <summary>The term of this client; null while it doesn't lead.</summary>
    public LeaderTerm? Term => _term;

    /// <summary>The leader stepped down: somebody else should follow at once.</summary>
    public void LeaderResigned(string? leaderId)
    {
        if (string.Equals(leaderId, clientId, StringComparison.Ordinal))
            return;
        _leaderResigned = true;
        _wake.Set();
    }

    /// <summary>The leader, whoever it is, is asked to step down.</summary>
    public void RequestResign()
    {
        if (_term is null)
            return;
        _resignRequested = true;
        _wake.Set();
    }

    /// <summary>One election, and what follows from it.</summary>
    /// <param name="alive">Called while a term goes on.</param>
    /// <param name="stop">Ends it.</param>
    public async Task TurnAsync(Action alive, CancellationToken stop)
    {
        _leaderResigned = false;
        if (!stands())
        {
            await FollowAsync(LongestFollow, stop).ConfigureAwait(false);
            return;
        }

        var started = time.GetTimestamp();
        var term = await StatementLimit.RunAsync(token => lease.LeadAsync(clientId, Duration, token), ElectionLimit, stop).ConfigureAwait(false);
        if (term is not null)
        {
            if (await LeadAsync(term, started, alive, stop).ConfigureAwait(false))
                await FollowAsync(LongestFollow, stop).ConfigureAwait(false);
            return;
        }

        // A leader that vanished is succeeded when its lease ends, and not at the next time to look.
        var held = await StatementLimit.RunAsync(lease.HeldForAsync, ElectionLimit, stop).ConfigureAwait(false) ?? LongestFollow;
        await FollowAsync(held + (randomness.Fraction() * LongestDash), stop).ConfigureAwait(false);
    }

    private async Task FollowAsync(TimeSpan atMost, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        var wait = randomness.Fraction() * (LongestFollow - Interval) + Interval;
        wait = atMost < wait ? atMost : wait;
        while (!_leaderResigned && time.GetElapsedTime(started) is var waited && waited < wait)
            await _wake.WaitAsync(wait - waited, stop).ConfigureAwait(false);
        if (_leaderResigned)
            await Task.Delay(randomness.Fraction() * LongestDash, time, stop).ConfigureAwait(false);
    }

    /// <summary>Serves a term to its end. Returns whether others should get the next one.</summary>
    private async Task<bool> LeadAsync(LeaderTerm term, long started, Action alive, CancellationToken stop)
    {
        logger.LeadershipGained(term.ElectedAt);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _resignRequested = false;
        _term = term;
        var work = duties(term, ended.Token);
        var end = TermEnd.Stopped;
        try
        {
            end = await HoldAsync(term, started, alive, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Falls through to resigning, so that another client leads at once.
        }
        finally
        {
            _term = null;
            await ended.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            logger.LeadershipEnded(end);
            // What was heard until now was of a predecessor: the news may come later than its place was taken.
            _leaderResigned = false;
            if (end != TermEnd.Lost)
                await ResignAsync(term).ConfigureAwait(false);
        }

        // Whoever froze or was cut off for so long isn't the best one to go on.
        return end is TermEnd.Requested or TermEnd.Distrusted;
    }

    private async Task<TermEnd> HoldAsync(LeaderTerm term, long trustedSince, Action alive, CancellationToken stop)
    {
        var (lastTry, wait, failures) = (trustedSince, Interval, 0);
        while (true)
        {
            var untilTry = wait - time.GetElapsedTime(lastTry);
            var trust = Trust - time.GetElapsedTime(trustedSince);
            if (_resignRequested || !stands())
                return TermEnd.Requested;
            if (trust <= TimeSpan.Zero)
                return TermEnd.Distrusted;
            if (untilTry > TimeSpan.Zero)
            {
                await _wake.WaitAsync(untilTry < trust ? untilTry : trust, stop).ConfigureAwait(false);
                continue;
            }

            lastTry = time.GetTimestamp();
            try
            {
                if (!await StatementLimit.RunAsync(token => lease.RenewAsync(term, Duration, token), trust < ElectionLimit ? trust : ElectionLimit, stop).ConfigureAwait(false))
                    return TermEnd.Lost;
                (trustedSince, wait, failures) = (lastTry, Interval, 0);
                alive();
            }
            catch (Exception error) when (!stop.IsCancellationRequested)
            {
                logger.RenewalFailed(error, ++failures);
                lastTry = time.GetTimestamp();
                wait = RenewalWaits[Math.Min(failures, RenewalWaits.Length) - 1];
            }
        }
    }

    private async Task ResignAsync(LeaderTerm term)
    {
        foreach (var limit in ResignLimits)
        {
            try
            {
                await StatementLimit.RunAsync(
                    async token =>
                    {
                        await lease.ResignAsync(term, token).ConfigureAwait(false);
                        return true;
                    },
                    limit,
                    CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (Exception error)
            {
                logger.ResignFailed(error);
            }
        }
    }
}

/// <summary>How a term came to its end.</summary>
internal enum TermEnd
{
    /// <summary>The client stops.</summary>
    Stopped,

    /// <summary>Somebody asked for it.</summary>
    Requested,

    /// <summary>The lease ran out or is another's.</summary>
    Lost,

    /// <summary>The lease couldn't be renewed for so long that it may be another's.</summary>
    Distrusted,
}
