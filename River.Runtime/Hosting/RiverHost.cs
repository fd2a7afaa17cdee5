using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using River.Client;
using River.Registration;

namespace River.Hosting;

/// <summary>Starts and stops the client with the application's host: checks first, then the database, then the engine.</summary>
internal sealed class RiverHost(IServiceProvider services, StartChecks checks, ILogger<RiverHost> log) : IHostedLifecycleService
{
    private IEngine? _engine;

    /// <summary>The stop that was begun ahead of River's turn.</summary>
    private Task? _begun;

    /// <summary>Completes when it is River's turn to stop.</summary>
    private TaskCompletionSource _turn = new();

    private StopTerms Terms => new(services.GetRequiredService<ClientIdentity>().HostSoftStopTimeout, _turn.Task);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        checks.ThrowOnFaults();

        var identity = services.GetRequiredService<ClientIdentity>();
        var gate = services.GetRequiredService<StoreGate>();
        var store = await gate.ReadyAsync(cancellationToken).ConfigureAwait(false);
        foreach (var migration in gate.Applied)
            Log.Migrated(log, migration.Line, migration.Version, migration.Name);

        var engine = services.GetService<IEngine>();
        if (engine is null)
        {
            Log.Enqueueing(log, identity.Id, store.Name);
            return;
        }

        var table = services.GetRequiredService<QueueTable>();
        Report(table, identity.Id, store.Name);
        if (identity.SoftStopTimeout is var asked && asked != identity.HostSoftStopTimeout)
            Log.SoftStopTooLong(log, asked == Timeout.InfiniteTimeSpan ? "infinite" : $"{asked}", identity.ShutdownTimeout, identity.HostSoftStopTimeout);
        ReportClockChanges();
        _turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _engine = engine;
        await engine.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Begins the stop. All services share the host's time, and those that stop first may need most of it, as a web server with a
    /// long request does: meanwhile nothing is claimed, and the time of the running jobs counts.
    /// </summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _begun = Volatile.Read(ref _engine)?.StopAsync(Terms, cancellationToken);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _engine, null) is not { } engine)
            return;

        _turn.TrySetResult();

        // Joins the stop that was begun; hosts without a lifecycle begin it here.
        await engine.StopAsync(Terms, cancellationToken).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _begun, null) is { } begun)
            await begun.ConfigureAwait(false);
        Log.Stopped(log, services.GetRequiredService<ClientIdentity>().Id);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Report(QueueTable table, string clientId, string store)
    {
        foreach (var conflict in services.GetRequiredService<DeclaredQueues>().Conflicts)
            Log.QueueDisagreement(log, conflict.Name, string.Join(", ", conflict.Assemblies), table.SlotsOf(conflict.Name));

        var queues = table.Named.Concat(table.Families)
            .Select(queue => $"{queue.Key} ({queue.Value.MaxWorkers.ToString(CultureInfo.InvariantCulture)})");
        if (string.Join(", ", queues) is { Length: > 0 } list)
            Log.Working(log, clientId, list, store);
        else
            Log.NothingToWork(log, clientId);
    }

    private void ReportClockChanges()
    {
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        foreach (var (schedule, zone, change) in ClockChange.Of(services.GetRequiredService<JobRegistry>().Schedules, now))
        {
            var date = change.Wall.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var time = change.Wall.ToString("HH:mm", CultureInfo.InvariantCulture);
            var utc = change.RunsAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            if (change.IsGap)
                Log.SlotSkippedByClock(log, schedule, date, zone, time, utc);
            else
                Log.SlotRepeatedByClock(log, schedule, date, zone, time, utc);
        }
    }
}
