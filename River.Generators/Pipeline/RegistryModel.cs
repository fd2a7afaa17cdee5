using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using River.Shapes;

namespace River.Generators.Pipeline;

/// <summary>What the registry knows of a job: not its members, so that a change of them leaves the registry alone.</summary>
internal sealed record RegisteredJob(string FullName, JobFact Fact, SelfWorkingModel? SelfWorking, EquatableArray<ScheduleModel> Schedules)
{
    public static RegisteredJob Of(JobModel job) => new(
        job.Type.FullName,
        new JobFact(job.Kind, job.Type.MetadataName, job.Queue.Name!, job.Aliases, job.External, job.SelfWorking is not null),
        job.SelfWorking,
        job.Schedules);
}

/// <summary>Everything that the assembly registers.</summary>
internal sealed record RegistryModel(
    TargetModel Target,
    EquatableArray<RegisteredJob> Jobs,
    EquatableArray<WorkerModel> Workers,
    EquatableArray<QueueModel> Queues,
    EquatableArray<ScheduleModel> Schedules,
    EquatableArray<string> References)
{
    public bool IsEmpty => Jobs.Count == 0 && Workers.Count == 0 && Queues.Count == 0 && Schedules.Count == 0;

    public static RegistryModel Of(
        ImmutableArray<RegisteredJob> jobs,
        EquatableArray<WorkerModel> workers,
        QueueModels queues,
        EquatableArray<ManifestModel> references,
        TargetModel target)
    {
        var registered = jobs.OrderBy(job => job.FullName, StringComparer.Ordinal).ToImmutableArray();
        var kept = Register(registered, workers);
        return new RegistryModel(
            target,
            new EquatableArray<RegisteredJob>(registered),
            new EquatableArray<WorkerModel>(kept),
            queues.Own,
            registered.SelectMany(job => job.Schedules).Concat(kept.SelectMany(worker => worker.Schedules))
                .OrderBy(schedule => schedule.Id, StringComparer.Ordinal)
                .ToEquatableArray(),
            references.Select(reference => reference.Registration).OfType<string>().ToEquatableArray());
    }

    /// <summary>
    /// The workers with the jobs that are left to them: a job that is invalid, or that two workers claim, is an error of
    /// an analyzer, and registering one of them would only hide it.
    /// </summary>
    private static ImmutableArray<WorkerModel> Register(ImmutableArray<RegisteredJob> jobs, EquatableArray<WorkerModel> workers)
    {
        var own = new HashSet<string>(jobs.Select(job => job.FullName), StringComparer.Ordinal);
        var selfWorking = new HashSet<string>(jobs.Where(job => job.SelfWorking is not null).Select(job => job.FullName), StringComparer.Ordinal);

        // A worker whose parts both have base types is seen twice.
        var distinct = workers.GroupBy(worker => worker.Type.FullName, StringComparer.Ordinal).Select(parts => parts.First()).ToImmutableArray();
        var claims = distinct.SelectMany(worker => worker.Jobs).GroupBy(job => job.Type, StringComparer.Ordinal)
            .ToDictionary(claimed => claimed.Key, claimed => claimed.Count(), StringComparer.Ordinal);
        return distinct
            .Select(worker => worker with
            {
                Jobs = worker.Jobs.Where(job => (!job.IsOwn || own.Contains(job.Type)) && claims[job.Type] == 1 && !selfWorking.Contains(job.Type)).ToEquatableArray(),
            })
            .Where(worker => worker.Jobs.Count > 0)
            .OrderBy(worker => worker.Type.FullName, StringComparer.Ordinal)
            .ToImmutableArray();
    }
}
