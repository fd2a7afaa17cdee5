namespace River;

/// <summary>How a client behaves. Bound from the configuration section <c>River</c> where the host has one.</summary>
/// <remarks>
/// The section is read first, and code (<see cref="RiverBuilder.Configure"/> and the builder's other calls) changes what it
/// says. Only <see cref="MaxWorkers"/>, <see cref="MinWorkers"/> and <see cref="JobTimeouts"/> are the other way round: for the
/// queues that the section names, it goes before code. A reload of the configuration makes all options anew in this order. What it
/// changes counts from then on, except <see cref="ClientId"/>, <see cref="Schema"/>, <see cref="PollOnly"/>,
/// <see cref="HeartbeatInterval"/>, <see cref="HeartbeatLease"/>, <see cref="SoftStopTimeout"/>, <see cref="StatementTimeout"/>,
/// <see cref="Leadership"/> and <see cref="MigrateOnStart"/>, which stay as at the start. A reload with a fault in it is logged
/// with all its faults, and changes nothing. <c>docs/options.md</c> lists all options.
/// </remarks>
public sealed class RiverOptions
{
    /// <summary>
    /// The client's name in <c>attempted_by</c> and in leader elections: at most 100 characters, and another one in each
    /// process that runs at the same time: of two with one name only the later works jobs. Default: host name, start time
    /// and a random part.
    /// </summary>
    public string? ClientId { get; set; }

    /// <summary>The PostgreSQL schema of River's tables: letters, digits and <c>_</c>, at most 46. Default: the connection's own (<c>current_schema()</c>).</summary>
    public string? Schema { get; set; }

    /// <summary>How long one attempt may run unless the job or its queue says otherwise; positive or infinite. One of 49 days or more is never enforced. Default: 1 minute.</summary>
    public TimeSpan JobTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many attempts a job gets unless it says otherwise: 1 to 32,767. Default: 25.</summary>
    public int MaxAttempts { get; set; } = 25;

    /// <summary>How often the queues are looked at when no notification comes; 1 ms to 1 day. Default: 1 second; five times that while notifications are known to arrive.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether LISTEN is left out, as a connection pooler in transaction mode demands. Default: false.</summary>
    public bool PollOnly { get; set; }

    /// <summary>
    /// How often this client says that it is alive; at least 100 ms. Default: 5 seconds, which brings the jobs of a process
    /// that died back within 30.
    /// </summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// After how long without a heartbeat this client's jobs are others' to work, and it cancels those that it runs; at least
    /// three times <see cref="HeartbeatInterval"/>, and at most 1 day. Default: 15 seconds.
    /// </summary>
    public TimeSpan HeartbeatLease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// After how long a running job is worked again whose client has no heartbeat, as River's Go clients have none; greater
    /// than every finite timeout, and at most 3,650 days. A job of a .NET client may run for as long as that client lives. Default: 1 hour.
    /// </summary>
    public TimeSpan RescueAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often jobs older than <see cref="RescueAfter"/> are looked for; positive, and at most 1 day. Default: 30 seconds.</summary>
    public TimeSpan RescueInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long running jobs may go on after a stop was asked for, before their tokens are cancelled; zero to 49 days, or
    /// infinite. Counts from the moment at which the host begins to stop its services, whatever else it has to stop first. Default,
    /// and for a stop of the host's also in place of one that isn't less than its <c>ShutdownTimeout</c>: what that leaves after
    /// 5 seconds for handing the rest back.
    /// </summary>
    public TimeSpan? SoftStopTimeout { get; set; }

    /// <summary>
    /// How long an attempt may go on after its token was cancelled, before it is reported as stuck and its queue gets another
    /// slot in its place; positive, or infinite for never, as is anything beyond 49 days. See <see cref="IStuckJobHandler"/>. Default: 10 seconds.
    /// </summary>
    public TimeSpan StuckThreshold { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one statement may take before it is given up and tried again; positive, and at most 1 day. Default: 10 seconds.</summary>
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether this client may become the leader that does River's shared maintenance. Default: <see cref="Leadership.Participate"/>.</summary>
    public Leadership Leadership { get; set; } = Leadership.Participate;

    /// <summary>How long finalized jobs are kept.</summary>
    public RetentionOptions Retention { get; } = new();

    /// <summary>When River's indexes are built anew.</summary>
    public ReindexOptions Reindex { get; } = new();

    /// <summary>Whether what jobs log is stored with them.</summary>
    public JobLogOptions JobLogs { get; } = new();

    /// <summary>How the span of an attempt relates to the trace in which its job was enqueued. Default: <see cref="TraceRelation.Link"/>.</summary>
    public TraceRelation TraceRelation { get; set; } = TraceRelation.Link;

    /// <summary>Whether jobs may be enqueued to queues that nothing declares. Default: false.</summary>
    public bool AllowUndeclaredQueues { get; set; }

    /// <summary>Whether missing migrations are applied before the client starts. Default: false.</summary>
    public bool MigrateOnStart { get; set; }

    /// <summary>
    /// How many jobs of a queue this process runs at once, by the queue's name or a family's pattern: 1 to 10,000, or 0 for
    /// not here. Overrides the declarations; configuration overrides code, and a change of it takes effect at once.
    /// </summary>
    public IDictionary<string, int> MaxWorkers { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>
    /// The queues that scale by themselves, by name or pattern: between so many workers (1 or more) and their
    /// <see cref="MaxWorkers"/>, by how long their jobs wait. Default: none; every queue has a fixed number.
    /// </summary>
    public IDictionary<string, int> MinWorkers { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Instead of <see cref="JobTimeout"/>, by the queue's name or a family's pattern: positive, and less than <see cref="RescueAfter"/>. A job's own timeout goes before. Default: none.</summary>
    public IDictionary<string, TimeSpan> JobTimeouts { get; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);

    /// <summary>How long the oldest due job of a queue that scales may wait before the queue gets more workers; positive. Default: 1 second.</summary>
    public TimeSpan BacklogTarget { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How many workers all queues of this client may have together before no queue scales up any more. At least what they
    /// begin with: the <see cref="MaxWorkers"/> of those that don't scale and the <see cref="MinWorkers"/> of those that
    /// do. Default: no limit.
    /// </summary>
    public int? WorkerBudget { get; set; }
}

/// <summary>Whether a client stands for election as leader.</summary>
public enum Leadership
{
    /// <summary>It does; one of all participating clients leads.</summary>
    Participate,

    /// <summary>It never leads.</summary>
    Never,
}
