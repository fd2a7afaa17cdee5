namespace River;

/// <summary>
/// On a job: at most one job with the same key may be in one of <see cref="States"/>; a second enqueue is answered
/// with the first. On a member of a job: only the marked members make up the arguments' part of the key.
/// </summary>
/// <remarks>The key is River's own, so that clients in other languages see the same duplicates.</remarks>
[AttributeUsage(
    AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter,
    Inherited = false)]
public sealed class UniqueAttribute : Attribute
{
    /// <summary>Whether the arguments belong to the key. Default: false; true as soon as a member is marked.</summary>
    public bool Args { get; set; }

    /// <summary>
    /// A time bucket that belongs to the key, such as <c>"1h"</c>; at least one second. A bucket is not a mutex: at
    /// its edge a second job is let in.
    /// </summary>
    public string? Period { get; set; }

    /// <summary>Whether the queue belongs to the key. Default: false.</summary>
    public bool Queue { get; set; }

    /// <summary>The states in which a job blocks its duplicates. Default: <see cref="JobStates.Default"/>.</summary>
    public JobStates States { get; set; } = JobStates.Default;

    /// <summary>Whether the kind is left out of the key, so that jobs of different kinds block each other. Default: false.</summary>
    public bool ExcludeKind { get; set; }
}
