namespace River;

/// <summary>What one enqueue says differently from the job's own declaration. What is null stays as declared.</summary>
public sealed record EnqueueOptions
{
    /// <summary>How long from now, by the database's clock, the job waits: zero to 106,751 days (292 years). Not together with <see cref="ScheduledAt"/>.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>The earliest time at which the job runs, in the years 2 to 9998; one in the past is due at once. Not together with <see cref="Delay"/>.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>The queue; it must be declared.</summary>
    public string? Queue { get; init; }

    /// <summary>1 (first) to 4 (last) among the jobs of the queue.</summary>
    public int? Priority { get; init; }

    /// <summary>How many attempts the job gets: 1 to 32,767.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>
    /// Tags instead of the declared ones; an empty list clears them. Each has 3 to 255 ASCII letters, digits and <c>_</c>, with
    /// <c>-</c> between them.
    /// </summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>A JSON object stored with the job, of at most 1 MiB; keys that start with <c>river:</c> are River's own, and refused.</summary>
    public System.Text.Json.Nodes.JsonObject? Metadata { get; init; }

    /// <summary>
    /// Whether the job waits in state pending until <see cref="IJobClient.RetryAsync"/> releases it, which makes it available at
    /// once, also before its <see cref="ScheduledAt"/>. Default: false.
    /// </summary>
    public bool Pending { get; init; }

    /// <summary>Uniqueness instead of the declared one.</summary>
    public UniqueOptions? Unique { get; init; }
}

/// <summary>How duplicates of a job are found; see <see cref="UniqueAttribute"/>.</summary>
public sealed record UniqueOptions
{
    /// <summary>Whether the arguments belong to the key.</summary>
    public bool Args { get; init; }

    /// <summary>A time bucket that belongs to the key; at least one second.</summary>
    public TimeSpan? Period { get; init; }

    /// <summary>Whether the queue belongs to the key.</summary>
    public bool Queue { get; init; }

    /// <summary>The states in which a job blocks its duplicates.</summary>
    public JobStates States { get; init; } = JobStates.Default;

    /// <summary>Whether the kind is left out of the key.</summary>
    public bool ExcludeKind { get; init; }
}
