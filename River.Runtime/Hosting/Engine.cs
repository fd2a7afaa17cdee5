using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using River.Attempts;
using River.Events;
using River.Inserting;
using River.Periodic;
using River.Registration;
using River.Storage;
using River.Telemetry;

namespace River.Hosting;

/// <summary>What an engine is made of; all from the service provider.</summary>
internal sealed record EngineParts(
    JobStore Store,
    JobRegistry Registry,
    CheckedOptions Options,
    ClientIdentity Identity,
    QueueTable Queues,
    ScheduleTable Schedules,
    Inserter Inserter,
    IJobClient Client,
    LocalNudges Nudges,
    TimeProvider Time,
    Randomness Randomness,
    IServiceScopeFactory Scopes,
    Instruments Instruments,
    JobLogProvider JobLogs,
    bool JobLogsAreHeard,
    EventHub Events,
    ILoggerFactory Loggers);

/// <summary>Starts and stops what works jobs in this process; may be started again after a stop.</summary>
internal sealed class Engine(EngineParts parts) : IEngine, IDisposable, IAsyncDisposable
{
    private static readonly TimeSpan UnstoppedLimit = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile EngineRun? _run;

    public EngineRun? Run => _run;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_run is not null)
                return;
            _run = new EngineRun(parts);
            _run.Start();
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // Waits for another stop under way: that one is bounded by its own token.
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_run is not { } run)
                return;
            _run = null;
            await run.StopAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// A host whose start failed after this client's disposes it without a stop: claims that went on would fail every job
    /// for want of services.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        using (var deadline = new CancellationTokenSource(UnstoppedLimit))
            await StopAsync(deadline.Token).ConfigureAwait(false);
        _turn.Dispose();
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
