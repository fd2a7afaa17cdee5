using Npgsql;
using River.Benchmarks.Jobs;

namespace River.Benchmarks.Bare;

/// <summary>
/// A few slots and jobs that take a moment: whoever frees a slot sends the claim for all that are free, on one of the connections
/// that claim and don't wait for the disk, unless none is idle. What has ended is completed together on a connection of its own.
/// </summary>
internal sealed class BareFewWorkers : IAsyncDisposable
{
    private static readonly string[] Kinds = ["brief"];
    private static readonly string[] Queues = ["default"];

    private readonly Lock _lock = new();
    private readonly Millisecond _millisecond;
    private readonly BareCompleter _completer;
    private readonly BareClaimer[] _claimers;
    private readonly Stack<BareClaimer> _idle;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _stop;
    private BareBatch _ended = new([], [], []);
    private bool _isCompleting;
    private int _free;
    private long _left;

    private BareFewWorkers(Millisecond millisecond, BareCompleter completer, BareClaimer[] claimers, CancellationToken stop)
    {
        (_millisecond, _completer, _claimers, _stop) = (millisecond, completer, claimers, stop);
        _idle = new Stack<BareClaimer>(claimers);
    }

    /// <summary>How many claims were sent.</summary>
    public long Claims { get; private set; }

    /// <summary>How many statements completed what had ended.</summary>
    public long Completions { get; private set; }

    public static async Task<BareFewWorkers> OpenAsync(NpgsqlDataSource source, int claimers, Millisecond millisecond, CancellationToken stop)
    {
        var all = new BareClaimer[claimers];
        for (var i = 0; i < claimers; i++)
        {
            var connection = await source.OpenConnectionAsync(stop);
            await using (var set = new NpgsqlCommand("SET synchronous_commit = off", connection))
                await set.ExecuteNonQueryAsync(stop);
            all[i] = await BareClaimer.OpenAsync(source, Kinds, connection);
        }

        return new BareFewWorkers(millisecond, await BareCompleter.OpenAsync(source), all, stop);
    }

    /// <summary>Returns when so many jobs are completed.</summary>
    public async Task RunAsync(int workers, long jobs)
    {
        (_free, _left) = (workers, jobs);
        _ = ClaimAsync();
        await _done.Task.WaitAsync(_stop);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var claimer in _claimers)
            await claimer.DisposeAsync();
        await _completer.DisposeAsync();
    }

    private async Task ClaimAsync()
    {
        BareClaimer? claimer;
        lock (_lock)
        {
            if (!_idle.TryPop(out claimer))
                return;
        }

        try
        {
            while (true)
            {
                await GatherAsync(() => _free);
                int free;
                lock (_lock)
                {
                    (free, _free) = (_free, 0);
                    if (free == 0)
                    {
                        _idle.Push(claimer);
                        return;
                    }

                    Claims++;
                }

                var claimed = await claimer.ClaimAsync(Queues, [free], _stop);
                for (var i = 0; i < claimed.Ids.Count; i++)
                    _ = WorkAsync(claimed, i);

                // The table is empty: what still runs are the last.
                if (claimed.Ids.Count == 0)
                    return;
            }
        }
        catch (Exception error)
        {
            _done.TrySetException(error);
        }
    }

    private async Task WorkAsync(BareBatch claimed, int i)
    {
        await _millisecond.PassAsync();
        bool completes;
        lock (_lock)
        {
            _free++;
            _ended.Ids.Add(claimed.Ids[i]);
            _ended.Attempts.Add(claimed.Attempts[i]);
            _ended.Starts.Add(claimed.Starts[i]);
            completes = !_isCompleting;
            _isCompleting = true;
        }

        _ = ClaimAsync();
        if (completes)
            await CompleteAsync();
    }

    private async Task CompleteAsync()
    {
        try
        {
            while (true)
            {
                await GatherAsync(() => _ended.Ids.Count);
                BareBatch ended;
                lock (_lock)
                {
                    (ended, _ended) = (_ended, new([], [], []));
                    _isCompleting = ended.Ids.Count > 0;
                }

                if (ended.Ids.Count == 0)
                    return;
                await _completer.CompleteAsync(ended, _stop);
                Completions++;
                if ((_left -= ended.Ids.Count) == 0)
                    _done.TrySetResult();
            }
        }
        catch (Exception error)
        {
            _done.TrySetException(error);
        }
    }

    /// <summary>Goes behind all that waits for a thread of the pool, as long as that brings more.</summary>
    private static async Task GatherAsync(Func<int> count)
    {
        for (var before = -1; before != count(); await Task.Yield())
            before = count();
    }
}
