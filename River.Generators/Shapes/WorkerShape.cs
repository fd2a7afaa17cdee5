using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace River.Shapes;

/// <summary>The one reading of a class that implements <c>IWorker&lt;TArgs&gt;</c>.</summary>
internal static class WorkerShape
{
    /// <summary>
    /// Whether a class is meant to be registered as it is: abstract and generic classes are there to be derived from, and
    /// <c>[NotRegistered]</c> says so itself. A job's own type is a job that works itself.
    /// </summary>
    public static bool IsWorker(INamedTypeSymbol type, KnownTypes known)
    {
        if (type.TypeKind != TypeKind.Class || type.IsAbstract || type.IsStatic || type.IsGenericType)
            return false;
        foreach (var one in type.AllInterfaces)
        {
            if (KnownTypes.Same(one.OriginalDefinition, known.Worker))
                return type.Find(known.NotRegisteredAttribute) is null && type.Find(known.JobAttribute) is null;
        }

        return false;
    }

    /// <summary>Whether another worker of the same job is declared is not asked here: that takes the whole compilation.</summary>
    public static Reading<WorkerModel> Read(INamedTypeSymbol type, KnownTypes known, CancellationToken cancellationToken)
    {
        if (!IsWorker(type, known))
            return Reading<WorkerModel>.Broken;

        var problems = new ProblemList();
        var where = JobShape.Where(type);
        if (JobTypeShape.Unnameable(type) is { } unnameable)
        {
            problems.Add(ShapeRules.Unregistrable, where, type.Name, unnameable + "; a worker that isn't to be registered says so by [NotRegistered]");
            return new Reading<WorkerModel>(null, problems.ToImmutable());
        }

        var jobs = ImmutableArray.CreateBuilder<WorkedJob>();
        INamedTypeSymbol? job = null;
        foreach (var one in type.AllInterfaces.Where(one => KnownTypes.Same(one.OriginalDefinition, known.Worker)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (WorkedJob(one.TypeArguments[0], type, where, known, problems) is { } worked)
            {
                jobs.Add(worked);
                job = (INamedTypeSymbol)one.TypeArguments[0];
            }
        }

        if (type.Find(known.UniqueAttribute) is { } unique)
            problems.Add(ShapeRules.Unregistrable, unique.GetLocation(cancellationToken), type.Name, UniqueShape.MisplacedReason);
        var factory = FactoryShape.Read(type, known, where, type.Name, "worker", ShapeRules.InvalidWorker, problems, cancellationToken);
        var schedules = EquatableArray<ScheduleModel>.Empty;
        if (jobs.Count == 1)
            schedules = ScheduleShape.Read(type, job!, jobs[0].Kind, known, problems, cancellationToken);
        else if (jobs.Count > 1 && type.Find(known.PeriodicAttribute) is { } periodic)
            problems.Add(ShapeRules.NoPeriodicArgs, periodic.GetLocation(cancellationToken), type.Name, "it works several jobs, so [Periodic] on it doesn't say which one to enqueue; put it on the job");

        return factory is null
            ? new Reading<WorkerModel>(null, problems.ToImmutable())
            : Reading<WorkerModel>.Of(new WorkerModel(JobTypeShape.Read(type), factory.Services, new EquatableArray<WorkedJob>(jobs.ToImmutable()), schedules), problems);
    }

    private static WorkedJob? WorkedJob(ITypeSymbol args, INamedTypeSymbol worker, Location where, KnownTypes known, ProblemList problems)
    {
        if (args.TypeKind == TypeKind.Error)
        {
            problems.IsBroken = true;
            return null;
        }

        var isOwn = SymbolEqualityComparer.Default.Equals(args.ContainingAssembly, known.Compilation.Assembly);
        if (args is not INamedTypeSymbol job || job.Find(known.JobAttribute) is null)
        {
            problems.Add(ShapeRules.InvalidWorker, where, worker.Name, $"it works '{CSharpText.Readable(args)}', which isn't a job, so nothing would ever reach it; put [Job] on '{CSharpText.Readable(args)}'");
            return null;
        }

        // A job of another assembly that lacks its generated part was built without the generator, or refused by it.
        if (!isOwn && !job.AllInterfaces.Any(one => KnownTypes.Same(one.OriginalDefinition, known.JobArgs)))
        {
            problems.Add(ShapeRules.InvalidWorker, where, worker.Name, $"it works '{job.Name}', whose assembly '{job.ContainingAssembly.Name}' was built without River's generator; reference River.Runtime there");
            return null;
        }

        return new WorkedJob(CSharpText.Key(job), isOwn, JobShape.KindOf(job, known));
    }
}
