namespace River;

/// <summary>
/// Marks a type as the arguments of a job. The type must be <c>partial</c>; the source generator adds its
/// descriptor, its JSON reading and writing and a typed <c>Enqueue…Async</c> method.
/// </summary>
/// <remarks>
/// The attribute goes on the arguments and not on the worker, so that a service that only enqueues references the
/// arguments' assembly without the workers.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class JobAttribute : Attribute
{
    /// <summary>
    /// The name that is stored with every job and by which a worker is found: 2 to 127 characters. Default: the
    /// type's name in snake_case without a <c>Job</c> or <c>Args</c> suffix.
    /// </summary>
    public string? Kind { get; set; }

    /// <summary>
    /// The queue that jobs go to unless the call says otherwise. It must be declared by an
    /// <c>[assembly: Queue]</c>. Default: <c>default</c>.
    /// </summary>
    public string? Queue { get; set; }

    /// <summary>How many times the job is tried before it is discarded: 1 to 32,767. Default: the client's <see cref="RiverOptions.MaxAttempts"/>.</summary>
    public int MaxAttempts { get; set; }

    /// <summary>1 (first) to 4 (last) among the jobs of one queue. Default: 1.</summary>
    public int Priority { get; set; }

    /// <summary>
    /// Words stored with every job, for finding it again: 3 to 255 ASCII letters, digits and <c>_</c> each, with <c>-</c> between
    /// them. Default: none.
    /// </summary>
    public string[]? Tags { get; set; }

    /// <summary>
    /// How long one attempt may run before its token is cancelled: a duration such as <c>"90s"</c>, <c>"15m"</c>,
    /// <c>"1d"</c>, or <c>"infinite"</c>. One of 49 days or more is never enforced. Default: the client's <see cref="RiverOptions.JobTimeout"/>.
    /// </summary>
    public string? Timeout { get; set; }

    /// <summary>Earlier names of this job, whose stored rows this type can still read.</summary>
    public string[]? KindAliases { get; set; }

    /// <summary>
    /// A <see cref="System.Text.Json.Serialization.JsonSerializerContext"/> of your own that reads and writes the
    /// arguments instead of the generated one.
    /// </summary>
    public Type? JsonContext { get; set; }

    /// <summary>A type that implements <see cref="IRetryPolicy"/>, used for this job instead of the client's.</summary>
    public Type? RetryPolicy { get; set; }

    /// <summary>Whether the job is worked by another service, so that no worker is looked for here. Default: false.</summary>
    public bool External { get; set; }
}
