using System.Diagnostics;
using Npgsql;

namespace River.Benchmarks.Bare;

/// <summary>One connection inserts and notifies, one listens, one claims when told. What was claimed is completed on a fourth.</summary>
internal sealed class BareLatency : IAsyncDisposable
{
    private static readonly string[] Queues = ["default"];
    private static readonly int[] Limits = [100];

    private readonly NpgsqlConnection _listener;
    private readonly BareInserter _inserter;
    private readonly BareClaimer _claimer;
    private readonly BareCompleter _completer;
    private readonly bool _completesBeside;
    private Task _completing = Task.CompletedTask;

    private BareLatency(NpgsqlConnection listener, BareInserter inserter, BareClaimer claimer, BareCompleter completer, bool completesBeside) =>
        (_listener, _inserter, _claimer, _completer, _completesBeside) = (listener, inserter, claimer, completer, completesBeside);

    /// <param name="source">Connections.</param>
    /// <param name="connectionString">The same database, for the one that listens.</param>
    /// <param name="completesBeside">Whether the next job may be inserted before the last one is completed, as by a client that enqueues while it works.</param>
    public static async Task<BareLatency> StartAsync(NpgsqlDataSource source, string connectionString, bool completesBeside)
    {
        var listener = new NpgsqlConnection(connectionString);
        await listener.OpenAsync();
        await using (var listen = new NpgsqlCommand("LISTEN \"public.river_insert\"", listener))
            await listen.ExecuteNonQueryAsync();
        return new BareLatency(listener, await BareInserter.OpenAsync(source, "ping"), await BareClaimer.OpenAsync(source, ["ping"]), await BareCompleter.OpenAsync(source), completesBeside);
    }

    /// <summary>When the job was in the hands of the one that claims.</summary>
    public async Task<long> PingAsync(int number, CancellationToken stop)
    {
        var told = _listener.WaitAsync(stop);
        var inserting = _inserter.InsertAsync(number, stop);
        await told;
        var claimed = await _claimer.ClaimAsync(Queues, Limits, stop);
        var at = Stopwatch.GetTimestamp();
        if (claimed.Ids.Count != 1)
            throw new InvalidOperationException($"{claimed.Ids.Count} jobs were claimed where one was told.");
        await inserting;
        await _completing;
        _completing = _completer.CompleteAsync(claimed, stop);
        if (!_completesBeside)
            await _completing;
        return at;
    }

    public async ValueTask DisposeAsync()
    {
        await _completing;
        await _completer.DisposeAsync();
        await _claimer.DisposeAsync();
        await _inserter.DisposeAsync();
        await _listener.DisposeAsync();
    }
}
