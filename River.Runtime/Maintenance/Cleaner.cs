using Microsoft.Extensions.Logging;
using River.Hosting;
using River.Registration;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Maintenance;

/// <summary>
/// The leader's duty to delete finalized jobs that were kept long enough: small batches, one after another while there
/// is something to delete, each at most as long as the pause after it. One object for one term.
/// </summary>
internal sealed class Cleaner(
    JobStore store, JobRegistry registry, Func<RiverOptions> options, StatementLimit limit, TimeProvider time, Randomness randomness, ILogger logger)
{
    private const double Spread = 0.1;
    private const int FirstBatch = 1_000;
    private const int SmallestBatch = 50;
    private const int LargestBatch = 5_000;

    /// <summary>Rows to look at for each one that may be deleted; looking costs far less.</summary>
    private const int LooksPerDeletion = 4;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a statement should take. Far below the second after which it would disturb the others.</summary>
    private static readonly TimeSpan Target = TimeSpan.FromMilliseconds(250);

    /// <summary>What is committed late lies before what has been looked at already: a short way back each time, and now and then all of it.</summary>
    private static readonly TimeSpan WayBack = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AllAnew = TimeSpan.FromHours(6);

    private RiverOptions? _plannedFor;
    private IReadOnlyList<RetentionClass> _classes = [];
    private long _walkBegan;
    private int _batch = FirstBatch;
    private int _deleted;

    /// <summary>One batch of each class that has something left, and the pause before the next.</summary>
    public async Task TurnAsync(LeaderTerm term, CancellationToken stop)
    {
        Plan(options());
        var took = TimeSpan.Zero;
        foreach (var one in _classes.Where(one => !one.IsDone))
            took += await StepAsync(term, one, stop).ConfigureAwait(false);
        if (_classes.Any(one => !one.IsDone))
        {
            await Task.Delay((took > ShortestPause ? took : ShortestPause) * (1 + randomness.Fraction()), time, stop).ConfigureAwait(false);
            return;
        }

        if (_deleted > 0)
            logger.JobsPruned(_deleted);
        await Task.Delay(randomness.Spread(Interval, Spread), time, stop).ConfigureAwait(false);
        BeginRun();
    }

    private void Plan(RiverOptions current)
    {
        if (ReferenceEquals(current, _plannedFor))
            return;
        _plannedFor = current;
        _classes = RetentionPlan.Of(current.Retention, registry);
        _walkBegan = time.GetTimestamp();
    }

    private void BeginRun()
    {
        _deleted = 0;
        var anew = time.GetElapsedTime(_walkBegan) >= AllAnew;
        if (anew)
            _walkBegan = time.GetTimestamp();
        foreach (var one in _classes)
            (one.IsDone, one.From) = (false, anew ? null : one.From - WayBack);
    }

    private async Task<TimeSpan> StepAsync(LeaderTerm term, RetentionClass one, CancellationToken stop)
    {
        var demand = new PruneDemand
        {
            State = one.State,
            KeptFor = one.KeptFor,
            Scope = one.Scope,
            From = one.From,
            Looks = _batch * LooksPerDeletion,
            Limit = _batch,
        };
        var began = time.GetTimestamp();
        try
        {
            var step = await limit.RunAsync(token => store.Upkeep.PruneJobsAsync(term, demand, token), stop).ConfigureAwait(false);
            (one.From, one.IsDone) = (step.Next, step.IsDone);
            _deleted += step.Count;
            var took = time.GetElapsedTime(began);
            if (took > Target)
                Shrink();
            else if (step.Count == demand.Limit)
                _batch = Math.Min(_batch + (_batch / 2), LargestBatch);
            return took;
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            Shrink();
            throw;
        }
    }

    private void Shrink() => _batch = Math.Max(_batch / 2, SmallestBatch);
}
