using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using River.Fetching;

namespace River.Benchmarks.Micro;

/// <summary>The whole engine over a store that hands out rows at once and takes every settlement: a job's own share of both.</summary>
public class DispatchBenchmarks
{
    private const int Jobs = 20_000;

    private readonly RowsFromNowhere _store = new();
    private IHost? _host;
    private IQueueNudge? _nudge;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddRiver(river => river.UseStore((_, _) => _store).AddJobs().Configure(options =>
        {
            options.PollOnly = true;
            options.Leadership = Leadership.Never;
        }));
        _host = builder.Build();
        _nudge = _host.Services.GetRequiredService<IQueueNudge>();
        await _host.StartAsync();
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Jobs)]
    public async Task NoOpJob()
    {
        var done = _store.Offer(Jobs);
        _nudge!.Nudge("default");
        await done.WaitAsync(TimeSpan.FromSeconds(60));
    }
}
