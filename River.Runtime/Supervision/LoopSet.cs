using Microsoft.Extensions.Logging;
using River.Hosting;

namespace River.Supervision;

/// <summary>The loops that run now. Those of a leader come and go with its term.</summary>
internal sealed class LoopSet(TimeProvider time, Randomness randomness, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly List<SupervisedLoop> _loops = [];

    /// <summary>A snapshot.</summary>
    public IReadOnlyList<SupervisedLoop> All
    {
        get
        {
            lock (_gate)
                return [.. _loops];
        }
    }

    /// <summary>Starts a loop that stays in the set, also when it has ended.</summary>
    public SupervisedLoop Start(string name, Func<CancellationToken, Task> turn, CancellationToken stop, TimeSpan? longestWait = null, TimeSpan? quiet = null)
    {
        var loop = Add(name, _ => turn, longestWait, quiet);
        loop.Start(stop);
        return loop;
    }

    /// <summary>Runs a loop that is in the set until it ends. What makes a turn is given the means to show that a long one is alive.</summary>
    public async Task RunAsync(string name, Func<Action, Func<CancellationToken, Task>> turn, CancellationToken stop, TimeSpan? quiet = null)
    {
        var loop = Add(name, turn, longestWait: null, quiet);
        try
        {
            await loop.RunAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
                _loops.Remove(loop);
        }
    }

    private SupervisedLoop Add(string name, Func<Action, Func<CancellationToken, Task>> turn, TimeSpan? longestWait, TimeSpan? quiet)
    {
        SupervisedLoop? loop = null;
        var take = turn(() => loop?.Succeeded());
        loop = new SupervisedLoop(name, take, time, randomness, logger, longestWait, quiet);
        lock (_gate)
            _loops.Add(loop);
        return loop;
    }
}
