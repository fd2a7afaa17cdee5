using River.Extending;
using River.Grammar;
using River.Registration;
using River.Serialization;
using River.Storage;
using River.Telemetry;
using River.Uniqueness;

namespace River.Inserting;

/// <summary>
/// Turns requests into rows that can be stored: what the call says over what the declaration says over what the client
/// says, every value checked, arguments written, the unique key made.
/// </summary>
internal sealed class Inserter(DeclaredQueues queues, Func<RiverOptions> options, TimeProvider time, InsertExtensions? extensions = null)
{
    private readonly ArgsWriter _args = new();
    private readonly UniqueKeys _uniqueKeys = new();

    /// <summary>
    /// Checks a request and makes its row. A follow-up keeps the row that was made when it was asked for.
    /// </summary>
    /// <exception cref="UnknownQueueException">The queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">An argument or option can't be stored.</exception>
    public JobInsert Prepare(JobRequest request) => request.Prepared ?? Row(request, Metadata(request), slot: null);

    /// <inheritdoc cref="Prepare(JobRequest)"/>
    public JobInsert[] Prepare(IReadOnlyList<JobRequest> requests)
    {
        var jobs = new JobInsert[requests.Count];
        for (var i = 0; i < jobs.Length; i++)
            jobs[i] = Prepare(requests[i]);
        return jobs;
    }

    /// <summary>Checks a follow-up and makes its row now, so that later changes to its arguments don't count.</summary>
    /// <exception cref="UnknownQueueException">The queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">An argument or option can't be stored.</exception>
    public void PrepareFollowUp(JobRequest request) => request.Prepared = Row(request, Metadata(request), slot: null);

    /// <summary>Makes the row for one slot of a schedule, with the metadata that River's clients write for such jobs.</summary>
    /// <exception cref="UnknownQueueException">The queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">An argument or option can't be stored.</exception>
    public JobInsert PreparePeriodic(JobRequest request, string scheduleId, DateTimeOffset slot) =>
        Row(request, MetadataWriter.Periodic(scheduleId, Metadata(request)), slot.ToUniversalTime());

    /// <summary>Checks all but the arguments of jobs that are made later.</summary>
    /// <exception cref="UnknownQueueException">The queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">An option can't be stored.</exception>
    public void Check(JobDescriptor job, EnqueueOptions? call) => Values(job, call, options());

    private static byte[]? Metadata(JobRequest request) => MetadataWriter.Write(request.Descriptor.Kind, request.Options?.Metadata);

    private static JobState StateOf(EnqueueOptions? call, TimeSpan delay) => call switch
    {
        { Pending: true } => JobState.Pending,
        { ScheduledAt: not null } => JobState.Scheduled,
        _ => delay > TimeSpan.Zero ? JobState.Scheduled : JobState.Available,
    };

    private JobInsert Row(JobRequest request, byte[]? metadata, DateTimeOffset? slot)
    {
        var job = request.Descriptor;
        var call = request.Options;
        var kind = job.Kind;
        var client = options();
        metadata = TraceContext.AddTo(metadata);

        var (queue, priority, maxAttempts, tags, unique) = Values(job, call, client);
        var delay = JobChecks.Delay(kind, call);
        var scheduledAt = slot ?? JobChecks.ScheduledAt(kind, call?.ScheduledAt);
        var args = _args.Write(request);
        // Of what was asked for, before a hook sees it: what encrypts gives equal arguments another text each time.
        var uniqueKey = unique is null ? null : _uniqueKeys.Of(job, unique, args, queue, time.GetUtcNow());
        if (extensions?.HooksOf(job) is { Length: > 0 } hooks)
        {
            var context = new InsertContext(request, args, metadata) { Queue = queue, Priority = priority, MaxAttempts = maxAttempts, Tags = tags };
            foreach (var hook in hooks)
                hook.InsertBegin(context);
            queue = Queue(kind, context.Queue, client);
            priority = JobChecks.Priority(kind, context.Priority);
            maxAttempts = JobChecks.MaxAttempts(kind, context.MaxAttempts);
            // A copy: the list is the hook's, which may use it again.
            tags = JobChecks.Tags(kind, [.. context.Tags]);
            args = ArgsWriter.Checked(kind, context.EncodedArgs, args);
            metadata = context.WriteMetadata();
        }

        return new JobInsert
        {
            Kind = kind,
            Queue = queue,
            Args = args,
            Metadata = metadata,
            MaxAttempts = maxAttempts,
            Priority = priority,
            Tags = tags,
            State = StateOf(call, delay),
            ScheduledAt = scheduledAt,
            Delay = delay,
            UniqueKey = uniqueKey,
            UniqueStates = unique?.States ?? JobStates.None,
        };
    }

    /// <summary>What the call says over what the declaration says over what the client says, checked.</summary>
    private (string Queue, int Priority, int MaxAttempts, IReadOnlyList<string> Tags, UniqueOptions? Unique) Values(JobDescriptor job, EnqueueOptions? call, RiverOptions client) => (
        Queue(job.Kind, call?.Queue ?? job.Facts.Queue, client),
        JobChecks.Priority(job.Kind, call?.Priority ?? job.Facts.Priority),
        JobChecks.MaxAttempts(job.Kind, call?.MaxAttempts ?? job.Facts.MaxAttempts ?? client.MaxAttempts),
        JobChecks.Tags(job.Kind, call?.Tags is { } given ? [.. given] : job.Facts.Tags),
        JobChecks.Unique(job.Kind, call?.Unique ?? job.Facts.Unique));

    private string Queue(string kind, string queue, RiverOptions client)
    {
        if (queues.Contains(queue))
            return queue;
        if (!QueueName.IsValid(queue, out var reason))
            throw new InvalidJobException(kind, nameof(EnqueueOptions.Queue), $"is '{queue}': {reason}.");
        return client.AllowUndeclaredQueues || queues.Includes(queue) ? queue : throw new UnknownQueueException(queue, queues.NearestTo(queue));
    }
}
