using System.Threading.Channels;
using Npgsql;

namespace River.Benchmarks.Bare;

/// <summary>Claims and completes until the table has nothing left: on one connection in turn, or claims on one and completions on another.</summary>
internal static class BareBurnDown
{
    private static readonly string[] Kinds = ["no_op"];
    private static readonly string[] Queues = ["default"];

    public static Task RunAsync(NpgsqlDataSource source, int connections, int batch, CancellationToken stop) =>
        RunAsync(source, connections, Queues, [batch], stop);

    /// <summary>Works several queues, as many rows of each a claim as its limit says.</summary>
    public static async Task RunAsync(NpgsqlDataSource source, int connections, string[] queues, int[] limits, CancellationToken stop)
    {
        await using var completer = await BareCompleter.OpenAsync(source);
        await using var claimer = await BareClaimer.OpenAsync(source, Kinds, connections == 1 ? completer.Connection : null);
        if (connections == 1)
        {
            while (await claimer.ClaimAsync(queues, limits, stop) is { Ids.Count: > 0 } claimed)
                await completer.CompleteAsync(claimed, stop);
            return;
        }

        var between = Channel.CreateBounded<BareBatch>(2);
        var completing = CompleteAllAsync();
        while (await claimer.ClaimAsync(queues, limits, stop) is { Ids.Count: > 0 } claimed)
            await between.Writer.WriteAsync(claimed, stop);
        between.Writer.Complete();
        await completing;

        async Task CompleteAllAsync()
        {
            await foreach (var claimed in between.Reader.ReadAllAsync(stop))
                await completer.CompleteAsync(claimed, stop);
        }
    }
}
