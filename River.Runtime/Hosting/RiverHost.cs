using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using River.Client;
using River.Registration;

namespace River.Hosting;

/// <summary>Starts and stops the client with the application's host: checks first, then the database, then the engine.</summary>
internal sealed class RiverHost(IServiceProvider services, StartChecks checks, ILogger<RiverHost> log) : IHostedService
{
    private IEngine? _engine;

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
        ReportClockChanges();
        _engine = engine;
        await engine.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _engine, null) is not { } engine)
            return;

        await engine.StopAsync(cancellationToken).ConfigureAwait(false);
        Log.Stopped(log, services.GetRequiredService<ClientIdentity>().Id);
    }

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
