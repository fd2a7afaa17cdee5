namespace River;

/// <summary>One attempt of a job, for code that serves jobs of all types.</summary>
public sealed class WorkContext
{
    internal WorkContext(JobRow row, IServiceProvider services, IJobClient client)
    {
        Row = row;
        Services = services;
        Client = client;
        EncodedArgs = row.EncodedArgs;
    }

    /// <summary>The row as it was when this attempt started.</summary>
    public JobRow Row { get; }

    /// <summary>The attempt's scope, from which the worker is taken.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Enqueues at once, also when this attempt then fails.</summary>
    public IJobClient Client { get; }

    /// <summary>
    /// The arguments as UTF-8 JSON, from which the worker's are read: as stored, until a hook changes them. The row keeps what
    /// it has.
    /// </summary>
    public ReadOnlyMemory<byte> EncodedArgs { get; set; }

    /// <summary>The job's number.</summary>
    public long Id => Row.Id;

    /// <summary>The kind under which the job is stored; an alias for rows from before a rename.</summary>
    public string Kind => Row.Kind;

    /// <summary>The number of this attempt, from 1.</summary>
    public int Attempt => Row.Attempt;

    /// <summary>Ends the job as cancelled when thrown.</summary>
    /// <param name="reason">Stored among the job's errors.</param>
    /// <returns>An exception to throw.</returns>
    public JobCancelException Cancel(string reason) => new(reason);

    /// <summary>Puts the job off when thrown, without using up an attempt.</summary>
    /// <param name="duration">How long from now; zero or more.</param>
    /// <returns>An exception to throw.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="duration"/> is negative.</exception>
    public JobSnoozeException Snooze(TimeSpan duration) => new(duration);
}
