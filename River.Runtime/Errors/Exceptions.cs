namespace River;

/// <summary>The root of the errors that River itself raises.</summary>
public abstract class RiverException : Exception
{
    private protected RiverException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>A queue that no <c>[assembly: Queue]</c> declares was named at run time.</summary>
public sealed class UnknownQueueException : RiverException
{
    internal UnknownQueueException(string queue, string? nearest)
        : base($"Queue '{queue}' is not declared{(nearest is null ? "." : $"; did you mean '{nearest}'?")} Declare it with [assembly: Queue(\"{queue}\")] in an assembly whose jobs are added, or allow undeclared queues on the builder.")
    {
        Queue = queue;
        Nearest = nearest;
    }

    /// <summary>The name that isn't declared.</summary>
    public string Queue { get; }

    /// <summary>The most similar declared name; null when none is similar.</summary>
    public string? Nearest { get; }
}

/// <summary>A job was refused before it was stored, because one of its values can't be.</summary>
public sealed class InvalidJobException : RiverException
{
    internal InvalidJobException(string kind, string member, string reason, Exception? innerException = null)
        : base($"Job '{kind}' can't be enqueued: {member} {reason}", innerException)
    {
        Kind = kind;
        Member = member;
    }

    /// <summary>The job's kind.</summary>
    public string Kind { get; }

    /// <summary>The path of the argument (such as <c>address.city</c>) or the name of the option at fault.</summary>
    public string Member { get; }
}

/// <summary>A change of a job or a queue was refused before it was stored, because one of its values can't be.</summary>
public sealed class InvalidUpdateException : RiverException
{
    internal InvalidUpdateException(string member, string reason, Exception? innerException = null)
        : base($"The update can't be stored: {member} {reason}", innerException) => Member = member;

    /// <summary>The member of the update at fault, such as <c>Output</c> or <c>Metadata.customer.name</c>.</summary>
    public string Member { get; }
}

/// <summary>An attempt was to be ended that is no longer this worker's: it was rescued, or completed before.</summary>
public sealed class JobClaimLostException : RiverException
{
    internal JobClaimLostException(long jobId, JobState? state)
        : base($"Job {jobId} is no longer worked by this attempt ({(state is { } now ? $"its state is {now}, perhaps by another attempt" : "its row is gone")}), so the transaction must not be committed: roll it back.")
    {
        JobId = jobId;
        State = state;
    }

    /// <summary>The job's number.</summary>
    public long JobId { get; }

    /// <summary>The job's state as found; null when its row is gone.</summary>
    public JobState? State { get; }
}

/// <summary>A stored job's arguments can't be read as the type that its kind stands for.</summary>
public sealed class UnreadableArgsException : RiverException
{
    internal UnreadableArgsException(string kind, long jobId, string path, string reason, Exception innerException)
        : base($"The arguments of job {jobId} ('{kind}') can't be read at {path}: {reason}", innerException)
    {
        Kind = kind;
        JobId = jobId;
        Path = path;
    }

    /// <summary>The job's kind.</summary>
    public string Kind { get; }

    /// <summary>The job's number.</summary>
    public long JobId { get; }

    /// <summary>The JSON path of the member at fault.</summary>
    public string Path { get; }
}

/// <summary>
/// A claimed row holds what no client of River's writes, as only SQL written by hand can make it. It is stored among the job's
/// errors; the job is discarded and marked as quarantined, without another attempt.
/// </summary>
public sealed class UnreadableRowException : RiverException
{
    internal UnreadableRowException(IReadOnlyList<string> columns, Exception innerException)
        : base(
            $"The job's row can't be read: {(columns.Count == 1 ? $"column '{columns[0]}' holds" : $"the columns {string.Join(" and ", columns.Select(column => $"'{column}'"))} hold")} what no client of River's writes ({innerException.Message}). Mend the row by SQL and retry the job by hand.",
            innerException) => Columns = columns;

    /// <summary>The columns of <c>river_job</c> at fault.</summary>
    public IReadOnlyList<string> Columns { get; }
}

/// <summary>There is no job of that number.</summary>
public sealed class JobNotFoundException : RiverException
{
    internal JobNotFoundException(long jobId)
        : base($"There is no job {jobId}; it may have been deleted by the cleaner or by hand.") => JobId = jobId;

    /// <summary>The number asked for.</summary>
    public long JobId { get; }
}

/// <summary>A running job was asked to be deleted.</summary>
public sealed class JobRunningException : RiverException
{
    internal JobRunningException(long jobId)
        : base($"Job {jobId} is running and can't be deleted; cancel it and delete it when it has ended.") => JobId = jobId;

    /// <summary>The job's number.</summary>
    public long JobId { get; }
}

/// <summary>No client has ever worked a queue of that name.</summary>
public sealed class QueueNotFoundException : RiverException
{
    internal QueueNotFoundException(string queue)
        : base($"There is no queue '{queue}' in the database; a queue is there once a client works it.") => Queue = queue;

    /// <summary>The name asked for.</summary>
    public string Queue { get; }
}

/// <summary>A queue was to be added that this process works already.</summary>
public sealed class QueueWorkedException : RiverException
{
    internal QueueWorkedException(string queue, bool isDraining)
        : base(isDraining
            ? $"Queue '{queue}' is being removed, and its last jobs still run here. Add it again when RemoveQueueAsync has returned."
            : $"Queue '{queue}' is worked by this process already. Call ResizeQueueAsync to change its workers, or RemoveQueueAsync first to change its other settings.") => Queue = queue;

    /// <summary>The queue.</summary>
    public string Queue { get; }
}

/// <summary>A queue was to be changed that this process doesn't work.</summary>
public sealed class QueueNotWorkedException : RiverException
{
    internal QueueNotWorkedException(string queue, bool isDraining)
        : base(isDraining
            ? $"Queue '{queue}' is being removed, and only its last jobs still run here. Add it with AddQueueAsync when RemoveQueueAsync has returned."
            : $"Queue '{queue}' isn't worked by this process. Add it with AddQueueAsync, or make the call in the process that works it.") => Queue = queue;

    /// <summary>The queue.</summary>
    public string Queue { get; }
}

/// <summary>The change would put two jobs with one unique key in force.</summary>
public sealed class UniqueConflictException : RiverException
{
    internal UniqueConflictException(string message, Exception? innerException = null, long? conflictingJobId = null)
        : base(message, innerException) => ConflictingJobId = conflictingJobId;

    internal static UniqueConflictException OfRetry(long jobId, long holder, Exception? innerException = null) => new(
        $"Job {jobId} can't be retried: job {holder} holds its unique key. Cancel or delete that one first.", innerException, holder);

    internal static UniqueConflictException OfBulk(string job, string detail, Exception innerException) => new(
        $"{job} of this call has a unique key that another job holds, or an earlier one of the call, so nothing of its batch was inserted; pass BulkOptions.Duplicates = Skip to leave such jobs out.{detail}", innerException);

    /// <summary>The job that holds the key; null when it isn't known, as after a race and in bulk.</summary>
    public long? ConflictingJobId { get; }
}

/// <summary>The client can't start as configured; <see cref="Faults"/> lists everything that is wrong.</summary>
public sealed class RiverConfigurationException : RiverException
{
    internal RiverConfigurationException(IReadOnlyList<string> faults)
        : base(faults.Count == 1
            ? $"River can't start: {faults[0]}"
            : $"River can't start, for {faults.Count} reasons:{string.Concat(faults.Select(fault => $"{Environment.NewLine}- {fault}"))}") => Faults = faults;

    /// <summary>Everything that is wrong, each with what to do.</summary>
    public IReadOnlyList<string> Faults { get; }
}

/// <summary>An assembly's jobs were built with a newer package than the River.Runtime that the process has loaded.</summary>
public sealed class RuntimeTooOldException : RiverException
{
    internal RuntimeTooOldException(string assembly, int abi)
        : base($"The jobs of '{assembly}' were built with a newer River.Runtime than this process has loaded ({typeof(RuntimeTooOldException).Assembly.GetName().Version}): "
            + $"their generated code keeps version {abi} of the agreement with the runtime, and this one knows {RiverManifestAttribute.CurrentAbi}. "
            + $"Reference in the host the River.Runtime package that '{assembly}' was built with, or a later one.")
    {
        Assembly = assembly;
        Abi = abi;
    }

    /// <summary>The assembly's name.</summary>
    public string Assembly { get; }

    /// <summary>The version of the agreement that the assembly needs.</summary>
    public int Abi { get; }
}
