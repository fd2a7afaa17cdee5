using Microsoft.Extensions.Diagnostics.HealthChecks;
using River.Health;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds River to an application's health checks.</summary>
public static class RiverHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check of the client that <c>AddRiver</c> or <c>AddRiverClient</c> registered. Unhealthy: the database can't be
    /// worked with, or no jobs are claimed. Degraded: another loop makes no progress, notifications don't arrive, jobs are stuck,
    /// jobs of unknown kinds wait, nobody leads, or a client of another library does. The description says which and what follows. It asks the database once.
    /// </summary>
    /// <param name="builder">The application's health checks.</param>
    /// <param name="name">The check's name. Default: <c>river</c>.</param>
    /// <param name="failureStatus">What counts for unhealthy. Default: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to choose checks by. Default: none.</param>
    /// <returns>The builder.</returns>
    public static IHealthChecksBuilder AddRiver(this IHealthChecksBuilder builder, string name = "river", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // One object, since it remembers for how long nobody has led.
        builder.Services.AddKeyedSingleton(name, static (provider, _) => new RiverHealthCheck(provider, provider.GetService<TimeProvider>() ?? TimeProvider.System));
        return builder.Add(new HealthCheckRegistration(name, provider => provider.GetRequiredKeyedService<RiverHealthCheck>(name), failureStatus, tags));
    }
}
