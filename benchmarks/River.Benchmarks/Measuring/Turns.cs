namespace River.Benchmarks.Measuring;

/// <summary>
/// Contenders that take turns in short windows of one run, so that all meet the same disk and the same neighbours. The
/// first of them in a repeat runs the others along, which only hand over what was measured then.
/// </summary>
/// <param name="callers">How many call at once.</param>
/// <param name="each">How many jobs a call enqueues.</param>
/// <param name="sides">Who takes turns.</param>
internal sealed class Turns(int callers, int each, params IReadOnlyList<Turns.Side> sides)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<Side, Sample> _measured = [];

    /// <summary>What is called again and again.</summary>
    internal interface ICalls : IAsyncDisposable
    {
        /// <param name="caller">Which of the callers it is, from 0.</param>
        /// <param name="from">The number of the first job.</param>
        Task CallAsync(int caller, int from);
    }

    /// <summary>Each side as a contender.</summary>
    public IEnumerable<Contender> Contenders => sides.Select(side => new Contender(side.Name, side.Role, trial => RunAsync(trial, side)));

    private async Task<Sample> RunAsync(Trial trial, Side asked)
    {
        if (_measured.Remove(asked, out var before))
            return before;
        var limit = trial.Duration < Longest ? trial.Duration : Longest;
        var players = new List<Player>();
        try
        {
            foreach (var side in sides.Where(side => trial.Options.Measures(side.Name, side.Role)))
                players.Add(new Player(side, await side.OpenAsync(trial, callers), trial));
            while (players[^1].Elapsed < limit)
            {
                foreach (var player in players)
                    await player.PlayAsync(callers, each);
            }
        }
        finally
        {
            foreach (var player in players)
                await player.DisposeAsync();
        }

        foreach (var player in players)
            _measured[player.Side] = player.Sample();
        return _measured.Remove(asked, out var now) ? now : throw new InvalidOperationException($"'{asked.Name}' wasn't asked for.");
    }

    /// <summary>Who takes turns.</summary>
    /// <param name="Name">As a contender's.</param>
    /// <param name="Role">As a contender's.</param>
    /// <param name="OpenAsync">Makes ready what so many callers need.</param>
    internal sealed record Side(string Name, Role Role, Func<Trial, int, Task<ICalls>> OpenAsync);

    private sealed class Player(Side side, ICalls calls, Trial trial) : IAsyncDisposable
    {
        private readonly Usage _usage = Usage.Paused(trial.Server);
        private int _made;

        public Side Side => side;

        public TimeSpan Elapsed => _usage.Elapsed;

        public async Task PlayAsync(int callers, int each)
        {
            var until = _usage.Elapsed + Window;
            _usage.GoOn();
            var made = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
            {
                var own = 0;
                for (; _usage.Elapsed < until; own += each)
                    await calls.CallAsync(caller, _made + own);
                return own;
            })));
            _usage.Pause();
            _made += made.Sum();
        }

        public Sample Sample() =>
            new([new Figure("rate", _made / _usage.Elapsed.TotalSeconds, "jobs/s", Better.Higher), .. _usage.PerJob(_made, allocations: true)]);

        public ValueTask DisposeAsync() => calls.DisposeAsync();
    }
}
