using System.Collections.Frozen;
using River.Registration;

namespace River.Extending;

/// <summary>Which middleware and hooks go around the attempts of each worker.</summary>
internal sealed class WorkExtensions(JobRegistry registry)
{
    private readonly FrozenDictionary<WorkerRegistration, WorkPlan> _plans = registry.Workers
        .Distinct()
        .Select(worker => KeyValuePair.Create(worker, WorkPlan.Of(registry.ExtensionsOf(worker.Job.ArgsType, worker.WorkerType))))
        .Where(plan => plan.Value is not null)
        .ToFrozenDictionary(plan => plan.Key, plan => plan.Value!);

    /// <summary>Null where there is none, so that such attempts cost nothing more.</summary>
    public WorkPlan? Of(WorkerRegistration worker) => _plans.GetValueOrDefault(worker);
}

/// <summary>What goes around the attempts of one worker, the outermost first.</summary>
internal sealed class WorkPlan
{
    private readonly ExtensionRegistration[] _all;

    private WorkPlan(ExtensionRegistration[] all) => _all = all;

    public static WorkPlan? Of(IEnumerable<ExtensionRegistration> extensions)
    {
        var work = extensions.Where(one => one.Is<IWorkMiddleware>() || one.Is<IWorkBeginHook>() || one.Is<IWorkEndHook>()).ToArray();
        return work.Length == 0 ? null : new WorkPlan(work);
    }

    /// <summary>Takes one attempt's middleware and hooks from its scope.</summary>
    public WorkChain Begin(WorkContext context) => new(context, Array.ConvertAll(_all, one => one.Resolve(context.Services)));
}
