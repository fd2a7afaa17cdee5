using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using River;
using River.Client;
using River.Extending;
using River.Fetching;
using River.Hosting;
using River.Inserting;
using River.Periodic;
using River.Registration;
using River.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds River to an application.</summary>
public static class RiverServiceCollectionExtensions
{
    /// <summary>
    /// Adds a client that enqueues and works jobs. It starts and stops with the host; a start checks everything first and
    /// reports all faults at once. Calling it again adds to the same client; a client has one database, the one chosen last,
    /// so that a test can replace it.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Chooses the store and adds the jobs: <c>river => river.UsePostgres(…).AddJobs()</c>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRiverClient</c> was called as well.</exception>
    public static IServiceCollection AddRiver(this IServiceCollection services, Action<RiverBuilder> configure) =>
        Add(services, configure, works: true);

    /// <summary>
    /// Adds a client that only enqueues: no queues are worked, no workers needed, nothing runs in the background. Its
    /// start checks the options, the jobs and the database; without a host that happens at the first use.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Chooses the store and adds the jobs: <c>river => river.UsePostgres(…).AddJobs()</c>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRiver</c> was called as well.</exception>
    public static IServiceCollection AddRiverClient(this IServiceCollection services, Action<RiverBuilder> configure) =>
        Add(services, configure, works: false);

    private static IServiceCollection Add(IServiceCollection services, Action<RiverBuilder> configure, bool works)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);

        var known = services.FirstOrDefault(service => service.ServiceType == typeof(RiverBuilder))?.ImplementationInstance as RiverBuilder;
        if (known is not null && known.Works != works)
            throw new InvalidOperationException("AddRiver and AddRiverClient were both called. AddRiver's client enqueues as well, so call AddRiver only.");

        var builder = known ?? new RiverBuilder(services, works);
        if (known is null)
            AddServices(services, builder);
        configure(builder);
        return services;
    }

    private static void AddServices(IServiceCollection services, RiverBuilder builder)
    {
        services.AddSingleton(builder);
        services.AddSingleton(builder.Registry);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => new Randomness());

        services.AddOptions<RiverOptions>();
        services.AddSingleton(provider => new RiverConfiguration(provider.GetService<IConfiguration>()));
        services.AddSingleton<IConfigureOptions<RiverOptions>>(provider => provider.GetRequiredService<RiverConfiguration>());
        services.AddSingleton<IPostConfigureOptions<RiverOptions>>(provider => provider.GetRequiredService<RiverConfiguration>());
        services.AddSingleton<IOptionsChangeTokenSource<RiverOptions>>(provider => provider.GetRequiredService<RiverConfiguration>());
        services.AddSingleton(provider => new CheckedOptions(
            provider.GetRequiredService<IOptionsMonitor<RiverOptions>>(),
            () => [.. provider.GetRequiredService<StartChecks>().Faults()],
            provider.GetService<ILogger<CheckedOptions>>() ?? NullLogger<CheckedOptions>.Instance));

        services.AddSingleton(provider => new DeclaredQueues(builder.Registry, provider.GetService<IHostEnvironment>()?.ApplicationName));
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<CheckedOptions>();
            var table = new QueueTable(provider.GetRequiredService<DeclaredQueues>(), options.Current);
            options.Follow(table.Configure);
            return table;
        });
        services.AddSingleton(static provider => new ListenerFaults(
            provider.GetRequiredService<TimeProvider>(), provider.GetService<ILoggerFactory>()?.CreateLogger("River.Engine") ?? NullLogger.Instance));
        services.AddSingleton(static provider => new Instruments(provider.GetRequiredService<ListenerFaults>(), provider.GetService<IMeterFactory>()));
        services.AddSingleton<Sending>();
        services.AddSingleton<ScheduleTable>();
        services.AddSingleton<ClientIdentity>();

        services.AddSingleton(provider => builder.Store is { } store
            ? store(provider, provider.GetRequiredService<IOptions<RiverOptions>>().Value)
            : throw new RiverConfigurationException([StartChecks.NoStore]));
        services.AddSingleton<StoreGate>();

        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<CheckedOptions>();
            return new Inserter(provider.GetRequiredService<DeclaredQueues>(), () => options.Current, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<InsertExtensions>());
        });
        services.AddSingleton(provider => new InsertExtensions(builder.Registry, provider));
        // The fetcher is looked for at first use: the engine that makes it needs the client itself.
        services.AddSingleton(provider => new Lazy<IQueueNudge?>(provider.GetService<IQueueNudge>));
        services.AddSingleton<IJobClient>(provider => new JobClient(
            provider.GetRequiredService<StoreGate>(),
            provider.GetRequiredService<River.Storage.JobStore>(),
            provider.GetRequiredService<Inserter>(),
            provider.GetRequiredService<Lazy<IQueueNudge?>>(),
            provider.GetRequiredService<ScheduleTable>(),
            provider.GetRequiredService<Randomness>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<InsertExtensions>(),
            sending: provider.GetRequiredService<Sending>()));

        if (builder.Works)
            EngineServices.Add(services);
        else
            services.AddSingleton<IRiverHost, InsertOnlyHost>();
        services.AddSingleton<StartChecks>();
        services.AddHostedService<RiverHost>();
    }
}
