using River.Shapes.Contracts;

namespace River.Shapes;

/// <summary>A valid job, as the generator needs it. Holds texts and numbers only, so that equal code gives equal models.</summary>
internal sealed record JobModel(
    TypeModel Type,
    string Kind,
    EquatableArray<string> Aliases,
    QueueReference Queue,
    int? MaxAttempts,
    int? Priority,
    EquatableArray<string> Tags,
    long? TimeoutTicks,
    bool External,
    UniqueModel? Unique,
    FactoryModel? RetryPolicy,
    UpgradeModel? Upgrade,
    string? JsonContext,
    EquatableArray<ContractFact> ContextArgs,
    EnqueueModel? Enqueue,
    EquatableArray<JsonTypeModel> JsonTypes,
    SelfWorkingModel? SelfWorking,
    EquatableArray<ScheduleModel> Schedules);

/// <summary>A declared type: how code names it, and how its other part is declared.</summary>
/// <param name="FullName">The <c>global::</c>-qualified name.</param>
/// <param name="MetadataName">The name that hints and facts use: dots between namespaces, <c>+</c> before nested types.</param>
/// <param name="Namespace">The namespace, escaped; empty for the global one.</param>
/// <param name="Name">The simple name, not escaped.</param>
/// <param name="Parts">The declarations to repeat, the outermost first, such as <c>record struct Line</c>.</param>
/// <param name="IsPublic">Whether it can be seen from other assemblies.</param>
internal sealed record TypeModel(
    string FullName,
    string MetadataName,
    string Namespace,
    string Name,
    EquatableArray<string> Parts,
    bool IsPublic);

/// <summary>
/// A queue as the attribute names it: by its name, or by a constant of the generated class <c>Queues</c>, which has no
/// value yet while the generator runs.
/// </summary>
internal sealed record QueueReference(string? Name, string? Constant)
{
    public static readonly QueueReference Default = new("default", null);
}

internal sealed record UniqueModel(bool Args, long? PeriodTicks, bool Queue, int? States, bool ExcludeKind, EquatableArray<string> Members);

/// <summary>That a job brings up stored arguments of an earlier shape.</summary>
/// <param name="Paths">Those that it names; empty where it says nothing of that.</param>
internal sealed record UpgradeModel(EquatableArray<string> Paths);

/// <summary>The typed enqueue method: which parameters it has and how it makes the arguments from them.</summary>
/// <param name="Parameters">What it takes.</param>
/// <param name="IsPublic">Whether the constructor is public.</param>
/// <param name="Summary">What the declaration says of the job, as text for a documentation comment.</param>
/// <param name="ClassName">The class of the method.</param>
/// <param name="Obsolete">The attribute that the job or its constructor has, as code: calling the method is using them.</param>
internal sealed record EnqueueModel(EquatableArray<EnqueueParameter> Parameters, bool IsPublic, string? Summary, string ClassName, string? Obsolete);

/// <param name="Name">The constructor parameter's or member's own name, not escaped.</param>
/// <param name="Type">The type with its annotations.</param>
/// <param name="Default">The default as an expression; null where there is none.</param>
/// <param name="IsConstructors">Whether the constructor takes it.</param>
/// <param name="Member">The required member that it sets, by itself or beside the constructor; null for none.</param>
/// <param name="IsParams">Whether the constructor takes it as <c>params</c>.</param>
/// <param name="Documentation">What the declaration says of it, as text for a documentation comment.</param>
internal sealed record EnqueueParameter(string Name, string Type, string? Default, bool IsConstructors, string? Member, bool IsParams, string? Documentation);

/// <summary>An object made from a scope's services.</summary>
internal sealed record FactoryModel(string Type, EquatableArray<ServiceModel> Services);

/// <param name="Name">The parameter's name.</param>
/// <param name="Type">The type as a type argument takes it.</param>
/// <param name="Key">The service's key as an expression; null where it has none.</param>
/// <param name="Default">What is passed when the service isn't there, as an expression; null where it must be.</param>
/// <param name="IsValueType">Whether it is a value, which no container has unless told so.</param>
internal sealed record ServiceModel(string Name, string Type, string? Key, string? Default, bool IsValueType);

internal sealed record SelfWorkingModel(EquatableArray<WorkParameter> Parameters, bool ReturnsValueTask);

/// <param name="Kind">What is passed.</param>
/// <param name="Service">The service; null for the job and the token.</param>
internal sealed record WorkParameter(WorkParameterKind Kind, ServiceModel? Service);

internal enum WorkParameterKind
{
    Service,
    Job,
    CancellationToken,
}

/// <param name="JobType">The <c>global::</c>-qualified name of the job.</param>
/// <param name="IsOwnJob">Whether the job is declared in the same assembly.</param>
/// <param name="Kind">The job's kind.</param>
/// <param name="Id">The schedule's name in the database.</param>
/// <param name="Cron">The expression as written.</param>
/// <param name="TimeZone">The zone's id; null for UTC.</param>
/// <param name="RunOnStart">Whether it runs when it is first seen.</param>
/// <param name="UsesCreate">Whether the job's <c>Create</c> method makes the arguments.</param>
internal sealed record ScheduleModel(
    string JobType,
    bool IsOwnJob,
    string Kind,
    string Id,
    string Cron,
    string? TimeZone,
    bool RunOnStart,
    int Misfire,
    int? MisfireLimit,
    bool UsesCreate);

/// <summary>A worker class and the jobs that it works.</summary>
internal sealed record WorkerModel(
    TypeModel Type,
    EquatableArray<ServiceModel> Services,
    EquatableArray<WorkedJob> Jobs,
    EquatableArray<ScheduleModel> Schedules);

/// <param name="Type">The <c>global::</c>-qualified name of the job.</param>
/// <param name="IsOwn">Whether the job is declared in the same assembly, where it may turn out to be invalid.</param>
/// <param name="Kind">The job's kind.</param>
internal sealed record WorkedJob(string Type, bool IsOwn, string Kind);

internal sealed record QueueModel(string Name, int MaxWorkers, bool Dynamic, bool External);
