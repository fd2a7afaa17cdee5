using River.Hosting;
using River.Storage;
using River.Supervision;

namespace River.Maintenance;

/// <summary>A duty of the leader that deletes at intervals what has grown old, a batch at a time.</summary>
internal sealed class Sweeper(
    Func<LeaderTerm, int, CancellationToken, Task<int>> sweep, TimeSpan interval, StatementLimit limit, TimeProvider time, Randomness randomness)
{
    private const int Batch = 1_000;
    private const double Spread = 0.1;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>One batch, and the wait for the next, which is short while batches are full.</summary>
    public async Task TurnAsync(LeaderTerm term, CancellationToken stop)
    {
        var count = await limit.RunAsync(token => sweep(term, Batch, token), stop).ConfigureAwait(false);
        var wait = count < Batch ? randomness.Spread(interval, Spread) : Pause * (1 + randomness.Fraction());
        await Task.Delay(wait, time, stop).ConfigureAwait(false);
    }
}
