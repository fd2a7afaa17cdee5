using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using River.Benchmarks.Server;

namespace River.Benchmarks.Jobs;

/// <summary>This library as an application hosts it.</summary>
internal static class Clients
{
    /// <summary>A client that works; services are what the workers ask for.</summary>
    public static async Task<IHost> StartWorkingAsync(string connectionString, Action<RiverBuilder> configure, params object[] services)
    {
        var builder = Builder();
        foreach (var service in services)
            builder.Services.AddSingleton(service.GetType(), service);

        // The workers of other rows ask for these; they never run.
        foreach (var needed in new object[] { new Tally(0), new Arrivals(0) }.Where(needed => services.All(service => service.GetType() != needed.GetType())))
            builder.Services.AddSingleton(needed.GetType(), needed);
        if (!services.Any(service => service is Millisecond))
            builder.Services.AddSingleton<Millisecond>();
        builder.Services.AddRiver(river => configure(river.UsePostgres(connectionString).AddJobs()));
        return await StartAsync(builder);
    }

    /// <summary>A client that only enqueues.</summary>
    public static async Task<IHost> StartInsertingAsync(BenchDatabase database)
    {
        var builder = Builder();
        builder.Services.AddRiverClient(river => river.UsePostgres(database.ConnectionString).AddJobs());
        return await StartAsync(builder);
    }

    /// <summary>The host by itself.</summary>
    public static Task<IHost> StartEmptyAsync() => StartAsync(Builder());

    public static IJobClient JobClient(this IHost host) => host.Services.GetRequiredService<IJobClient>();

    private static HostApplicationBuilder Builder()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        // Not among the figures that a client in a process of its own answers.
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        return builder;
    }

    private static async Task<IHost> StartAsync(HostApplicationBuilder builder)
    {
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
