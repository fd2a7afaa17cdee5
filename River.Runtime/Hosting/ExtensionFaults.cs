using Microsoft.Extensions.DependencyInjection;
using River.Grammar;
using River.Registration;

namespace River.Hosting;

/// <summary>Middleware and hooks that would never run, or that an insert couldn't get.</summary>
internal static class ExtensionFaults
{
    /// <param name="registry">What is registered.</param>
    /// <param name="services">The application's services.</param>
    /// <param name="works">Whether the client works jobs.</param>
    public static IEnumerable<string> Of(JobRegistry registry, IServiceCollection services, bool works)
    {
        foreach (var extension in registry.Extensions.Where(one => one.Is<IInsertMiddleware>() || one.Is<IInsertBeginHook>()).DistinctBy(one => one.Type))
        {
            if (services.LastOrDefault(service => !service.IsKeyedService && service.ServiceType == extension.Type) is { Lifetime: ServiceLifetime.Scoped })
                yield return $"{extension.Type.Name} takes part in inserts, which have no scope, and is registered as a scoped service. Register it as a singleton, or take the registration away and River does; what it needs of a scope it can ask an IServiceScopeFactory for.";
        }

        if (!works)
            yield break;
        var workers = registry.Workers.Select(worker => worker.WorkerType).ToHashSet();
        foreach (var (worker, extension) in registry.ExtendedWorkers.Distinct().Where(one => !workers.Contains(one.Worker)))
        {
            var nearest = Nearest.Of(worker.Name, workers.Select(known => known.Name));
            yield return $"UseForWorker<{worker.Name}, {extension.Name}>() names no worker of this client{OptionFaults.DidYouMean(nearest)} Name the class that implements IWorker<…>, or the job itself where it has a WorkAsync method; for a job's type, call UseForJob.";
        }
    }
}
