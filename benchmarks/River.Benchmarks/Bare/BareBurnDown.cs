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
    /// <param name="source">Where to connect.</param>
    /// <param name="connections">1 or 2.</param>
    /// <param name="queues">The queues.</param>
    /// <param name="limits">The limit of each.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="expected">How many jobs there will be; null: what is there is all.</param>
    /// <param name="completed">Told of each batch that was committed.</param>
    /// <param name="told">Released once for each claim worth making; null: claims follow each other.</param>
    public static async Task RunAsync(NpgsqlDataSource source, int connections, string[] queues, int[] limits, CancellationToken stop, long? expected = null, Action<int>? completed = null, SemaphoreSlim? told = null)
    {
        await using var completer = await BareCompleter.OpenAsync(source);
        await using var claimer = await BareClaimer.OpenAsync(source, Kinds, connections == 1 ? completer.Connection : null);
        if (connections == 1)
        {
            await foreach (var claimed in ClaimAllAsync())
                await CompleteAsync(claimed);
            return;
        }

        var between = Channel.CreateBounded<BareBatch>(2);
        var completing = CompleteAllAsync();
        await foreach (var claimed in ClaimAllAsync())
            await between.Writer.WriteAsync(claimed, stop);
        between.Writer.Complete();
        await completing;

        async IAsyncEnumerable<BareBatch> ClaimAllAsync()
        {
            for (var sum = 0L; expected is null || sum < expected;)
            {
                if (told is not null)
                    await told.WaitAsync(stop);
                var claimed = await claimer.ClaimAsync(queues, limits, stop);
                if (claimed.Ids.Count > 0)
                    yield return claimed;
                else if (expected is null)
                    yield break;
                else
                    await Task.Delay(1, stop);
                sum += claimed.Ids.Count;
            }
        }

        async Task CompleteAllAsync()
        {
            await foreach (var claimed in between.Reader.ReadAllAsync(stop))
                await CompleteAsync(claimed);
        }

        async Task CompleteAsync(BareBatch claimed)
        {
            await completer.CompleteAsync(claimed, stop);
            completed?.Invoke(claimed.Ids.Count);
        }
    }
}
