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

    /// <summary>Ends the time of the stop under way.</summary>
    private volatile CancellationTokenSource? _hurry;
    private int _impatient;

    public EngineRun? Run => _run;

    public bool IsStopping => _hurry is not null;

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

    public Task StopAsync(CancellationToken cancellationToken) =>
        StopAsync(new StopTerms(parts.Identity.SoftStopTimeout, Task.CompletedTask), cancellationToken);

    public async Task StopAsync(StopTerms terms, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(0, CancellationToken.None).ConfigureAwait(false))
            await JoinAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_run is not { } run)
                return;
            _run = null;
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var hurry = _hurry = new CancellationTokenSource();
            using var registration = hurry.Token.UnsafeRegister(static it => ((CancellationTokenSource)it!).Cancel(), deadline);
            if (Volatile.Read(ref _impatient) > 0)
                await hurry.CancelAsync().ConfigureAwait(false);
            await run.StopAsync(terms, deadline.Token).ConfigureAwait(false);
        }
        finally
        {
            _hurry = null;
            _turn.Release();
        }
    }

    /// <summary>Waits for the stop under way, which is over when the time of any of its callers is.</summary>
    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Counted first: a stop that is just beginning looks at the count when it can be hurried.
            Interlocked.Increment(ref _impatient);
            _hurry?.Cancel();
            await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            Interlocked.Decrement(ref _impatient);
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
