using Microsoft.Extensions.DependencyInjection;
using River.Registration;

namespace River.Hosting;

/// <summary>What working would fall over: services that aren't there, jobs that nobody works.</summary>
internal static class WorkerFaults
{
    public static IEnumerable<string> Of(JobRegistry registry, QueueTable table, IServiceProvider services)
    {
        var workers = registry.Workers.ToArray();
        foreach (var rivals in workers.GroupBy(worker => worker.Job.ArgsType).Where(group => group.DistinctBy(worker => worker.WorkerType).Skip(1).Any()))
        {
            yield return $"{JobFaults.Named(rivals.First().Job)} has several workers: {string.Join(" and ", rivals.Select(worker => worker.WorkerType.Name))}; keep one, and mark the others [NotRegistered].";
        }

        foreach (var fault in workers.SelectMany(worker => MissingServices(worker, services)))
            yield return fault;

        var worked = workers.Select(worker => worker.Job.ArgsType).ToHashSet();
        foreach (var job in registry.Jobs.DistinctBy(job => job.ArgsType))
        {
            if (!job.Facts.External && table.SlotsOf(job.Facts.Queue) > 0 && !worked.Contains(job.ArgsType))
            {
                yield return $"{JobFaults.Named(job)} has no worker, and its queue '{job.Facts.Queue}' is worked here. Write a class that implements IWorker<{job.ArgsType.Name}>, "
                    + $"mark the job External, or leave the queue to another process with river.Work(\"{job.Facts.Queue}\", maxWorkers: 0).";
            }
        }
    }

    private static IEnumerable<string> MissingServices(WorkerRegistration worker, IServiceProvider services)
    {
        // A container of another maker may not tell what it has; then the first attempt shows it.
        if (services.GetService<IServiceProviderIsService>() is not { } known)
            yield break;

        foreach (var dependency in worker.Dependencies)
        {
            if (dependency.IsOptional || IsThere(known, dependency))
                continue;
            var key = dependency.Key is null ? "" : $" with key '{dependency.Key}'";
            yield return $"worker {worker.WorkerType.Name} of {JobFaults.Named(worker.Job)} needs {dependency.Type}{key} (parameter '{dependency.Name}'), which isn't registered; add it to the host's services.";
        }
    }

    private static bool IsThere(IServiceProviderIsService known, ServiceDependency dependency) =>
        dependency.Key is null
            ? known.IsService(dependency.Type)
            : known is not IServiceProviderIsKeyedService keyed || keyed.IsKeyedService(dependency.Type, dependency.Key);
}
