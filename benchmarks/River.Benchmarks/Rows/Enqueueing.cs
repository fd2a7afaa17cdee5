using River.Benchmarks.Bare;
using River.Benchmarks.Jobs;
using River.Benchmarks.Measuring;

namespace River.Benchmarks.Rows;

/// <summary>Jobs written by a client that only enqueues.</summary>
internal static class Enqueueing
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<Row> Rows { get; } =
    [
        new("enqueue-1", "enqueue one at a time, 1 caller", "≥ 85 % of bare INSERT + notify (River Go 1,605/s)",
            River(callers: 1), Bare("bare INSERT + notify, 1 connection", callers: 1)),
        new("enqueue-16", "enqueue one at a time, 16 callers", "≥ 3 × River Go (4,994/s)",
            River(callers: 16), Bare("bare INSERT + notify, 16 connections", callers: 16)),
    ];

    private static Contender River(int callers) => new("River .NET", Role.River, async trial =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        using var host = await Clients.StartInsertingAsync(database);
        var client = host.JobClient();
        await client.EnqueueAsync(new NoOp(0));
        await database.SettleAsync(analyze: false);
        var sample = await CallAsync(trial, callers, async (caller, until) =>
        {
            var calls = 0;
            for (; !until(); calls++)
                await client.EnqueueAsync(new NoOp(calls), cancellationToken: trial.Stop);
            return calls;
        });
        await host.StopAsync();
        return sample;
    });

    private static Contender Bare(string name, int callers) => new(name, Role.Ceiling, async trial =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        await using var source = database.CreateBareSource();
        await database.SettleAsync(analyze: false);
        return await CallAsync(trial, callers, async (caller, until) =>
        {
            await using var insert = await BareInserter.OpenAsync(source);
            var calls = 0;
            for (; !until(); calls++)
                await insert.InsertAsync(calls, trial.Stop);
            return calls;
        });
    });

    /// <summary>Several callers at once, each until the time is up.</summary>
    private static async Task<Sample> CallAsync(Trial trial, int callers, Func<int, Func<bool>, Task<int>> call)
    {
        var limit = trial.Duration < Longest ? trial.Duration : Longest;
        var usage = Usage.Begin(trial.Server);
        var running = Enumerable.Range(0, callers).Select(caller => Task.Run(() => call(caller, () => usage.Elapsed >= limit))).ToArray();
        var inserted = (await Task.WhenAll(running)).Sum();
        var figures = new List<Figure> { new("rate", inserted / usage.Elapsed.TotalSeconds, "jobs/s", Better.Higher) };
        figures.AddRange(usage.PerJob(inserted, allocations: true));
        return new Sample(figures);
    }
}
