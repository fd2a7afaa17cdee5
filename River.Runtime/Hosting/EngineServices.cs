using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using River.Attempts;
using River.Events;
using River.Fetching;
using River.Inserting;
using River.Periodic;
using River.Registration;
using River.Storage;
using River.Telemetry;

namespace River.Hosting;

/// <summary>What <c>AddRiver</c> registers for working jobs, beyond what enqueueing needs.</summary>
internal static class EngineServices
{
    /// <summary>Registers <see cref="IEngine"/>, <see cref="IRiverHost"/> and <see cref="IQueueNudge"/> as singletons.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<LocalNudges>();
        services.AddSingleton<JobLogProvider>();
        services.AddSingleton<ILoggerProvider>(static provider => provider.GetRequiredService<JobLogProvider>());
        services.AddSingleton<IQueueNudge>(static provider => provider.GetRequiredService<LocalNudges>());
        services.AddSingleton<AddedSchedules>();
        services.AddSingleton<EventHub>();
        services.AddSingleton<IRiverHost, WorkingHost>();
        services.AddSingleton<IEngine>(static provider => new Engine(new EngineParts(
            provider.GetRequiredService<JobStore>(),
            provider.GetRequiredService<JobRegistry>(),
            provider.GetRequiredService<CheckedOptions>(),
            provider.GetRequiredService<ClientIdentity>(),
            provider.GetRequiredService<QueueTable>(),
            provider.GetRequiredService<ScheduleTable>(),
            provider.GetRequiredService<Inserter>(),
            provider.GetRequiredService<IJobClient>(),
            provider.GetRequiredService<LocalNudges>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Randomness>(),
            provider.GetRequiredService<IServiceScopeFactory>(),
            provider.GetRequiredService<Instruments>(),
            provider.GetRequiredService<JobLogProvider>(),
            provider.GetServices<ILoggerProvider>().Any(static logging => logging is JobLogProvider),
            provider.GetRequiredService<EventHub>(),
            provider.GetRequiredService<ILoggerFactory>())));
    }
}
