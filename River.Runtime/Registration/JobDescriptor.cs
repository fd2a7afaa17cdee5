using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace River;

/// <summary>What the generator knows of a job's type. Made by generated code only.</summary>
public abstract class JobDescriptor
{
    private protected JobDescriptor(string kind, Type argsType, JobFacts facts)
    {
        Kind = kind;
        ArgsType = argsType;
        Facts = facts;
    }

    /// <summary>The name stored with every job.</summary>
    public string Kind { get; }

    /// <summary>The type of the arguments.</summary>
    public Type ArgsType { get; }

    /// <summary>What the declaration says beside the kind.</summary>
    public JobFacts Facts { get; }

    /// <summary>
    /// The arguments' JSON Schema (draft 2020-12) as JSON text. Made by the generator; for a job with a <c>JsonContext</c> of
    /// its own from what that context says, at first use, without reflection. Null where such a context keeps references.
    /// </summary>
    /// <exception cref="InvalidOperationException">The job's own context doesn't know the job.</exception>
    public string? ArgsSchema => field ??= Facts.ArgsSchema?.Invoke() ?? ContextSchema.Of(Kind, Contract);

    /// <summary>Makes a descriptor.</summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <param name="kind">The name stored with every job.</param>
    /// <param name="typeInfo">Gives the JSON contract of the arguments; called once, at first use.</param>
    /// <param name="facts">What the declaration says beside the kind.</param>
    /// <returns>The descriptor.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static JobDescriptor<TArgs> Create<TArgs>(string kind, Func<JsonTypeInfo<TArgs>> typeInfo, JobFacts? facts = null)
        where TArgs : IJobArgs<TArgs> => new(kind, typeInfo, facts ?? new JobFacts());

    /// <summary>The JSON contract of the arguments.</summary>
    internal abstract JsonTypeInfo Contract { get; }

    /// <summary>Resolves the JSON contract, so that a fault in it shows when the host starts.</summary>
    internal abstract void ResolveTypeInfo();
}

/// <summary>What the generator knows of a job's type. Made by generated code only.</summary>
/// <typeparam name="TArgs">The job's type.</typeparam>
public sealed class JobDescriptor<TArgs> : JobDescriptor
    where TArgs : IJobArgs<TArgs>
{
    private readonly Lazy<JsonTypeInfo<TArgs>> _typeInfo;

    internal JobDescriptor(string kind, Func<JsonTypeInfo<TArgs>> typeInfo, JobFacts facts)
        : base(kind, typeof(TArgs), facts) => _typeInfo = new Lazy<JsonTypeInfo<TArgs>>(typeInfo);

    /// <summary>The JSON contract of the arguments.</summary>
    public JsonTypeInfo<TArgs> TypeInfo => _typeInfo.Value;

    internal override JsonTypeInfo Contract => TypeInfo;

    internal override void ResolveTypeInfo() => TypeInfo.MakeReadOnly();
}

/// <summary>What a job's declaration says beside its kind. New facts are added as optional ones, so that older generated code goes on working.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class JobFacts
{
    /// <summary>Earlier names whose rows this type can read.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The declared queue.</summary>
    public string Queue { get; init; } = "default";

    /// <summary>The declared number of attempts; null for the client's.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>The declared priority.</summary>
    public int Priority { get; init; } = 1;

    /// <summary>The declared tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The declared timeout, <see cref="Timeout.InfiniteTimeSpan"/> for none, null for the client's.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The declared uniqueness; null for none.</summary>
    public UniqueOptions? Unique { get; init; }

    /// <summary>The dotted JSON paths of the members marked unique; empty for all.</summary>
    public IReadOnlyList<string> UniqueMembers { get; init; } = [];

    /// <summary>Makes the declared retry policy from a scope's services; null for the client's.</summary>
    public Func<IServiceProvider, IRetryPolicy>? RetryPolicy { get; init; }

    /// <summary>Whether another service works the job.</summary>
    public bool External { get; init; }

    /// <summary>Gives the JSON Schema of the arguments; null where their contract has to say it.</summary>
    public Func<string>? ArgsSchema { get; init; }

    /// <summary>Brings stored arguments up to today's shape; null where the type doesn't.</summary>
    public Action<JsonObject, JobRow>? Upgrade { get; init; }

    /// <summary>The upgrade that a type implements, also explicitly.</summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <returns>Calls it.</returns>
    public static Action<JsonObject, JobRow> UpgradeOf<TArgs>()
        where TArgs : IArgsUpgrade => TArgs.Upgrade;
}
