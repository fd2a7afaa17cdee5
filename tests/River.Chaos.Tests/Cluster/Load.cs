namespace River.Chaos.Cluster;

/// <summary>Enqueues brief jobs at a steady rate until it is ended, through all faults.</summary>
internal sealed class Load : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    private Load(TestCluster cluster, Random chance, int perSecond) => _running = RunAsync(cluster, chance, perSecond);

    /// <param name="cluster">Where to.</param>
    /// <param name="chance">Decides what jobs do.</param>
    /// <param name="perSecond">How many jobs; a tenth of them fails once first, another one is due only later.</param>
    public static Load Start(TestCluster cluster, Random chance, int perSecond) => new(cluster, chance, perSecond);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _end.Dispose();
    }

    private async Task RunAsync(TestCluster cluster, Random chance, int perSecond)
    {
        using var timer = new PeriodicTimer(Interval);
        var number = 0;
        while (!_end.IsCancellationRequested)
        {
            var jobs = Enumerable.Range(0, perSecond / 10).Select(_ => Job(chance, number++)).ToList();
            try
            {
                await cluster.EnqueueAsync(jobs, CancellationToken.None);
            }
            catch (Exception error) when (error is StoreException or Npgsql.NpgsqlException or TimeoutException)
            {
                // Not confirmed; the application would try again. Whether they are there is not known, and all that are must be worked.
            }

            await timer.WaitForNextTickAsync(_end.Token).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private static JobRequest Job(Random chance, int number)
    {
        var fails = chance.Next(10) == 0;
        var later = chance.Next(10) == 0;
        return JobRequest.For(
            new BriefJob(number, Milliseconds: chance.Next(100), Failures: fails ? 1 : 0),
            new() { Delay = later ? TimeSpan.FromMilliseconds(chance.Next(3_000)) : null });
    }
}
