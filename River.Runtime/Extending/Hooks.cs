namespace River;

/// <summary>Sees each job before it is inserted, whoever inserts it: a call, a follow-up, a schedule.</summary>
/// <remarks>Taken from the root container, so it must be a singleton or transient. Synchronous, as a follow-up is made inside <c>job.Then</c>.</remarks>
public interface IInsertBeginHook : IRiverExtension
{
    /// <summary>
    /// May change what is stored. The unique key is made of what was asked for, so that a hook that encrypts finds
    /// duplicates all the same. What it throws aborts the whole call.
    /// </summary>
    /// <param name="context">The job.</param>
    void InsertBegin(InsertContext context);
}

/// <summary>Sees each attempt before the job's arguments are read. Taken from the attempt's scope.</summary>
public interface IWorkBeginHook : IRiverExtension
{
    /// <summary>
    /// May change <see cref="WorkContext.EncodedArgs"/>, as one does that decrypts. What it throws ends the attempt as an error
    /// of the worker would; the worker isn't made, and hooks at the end don't run.
    /// </summary>
    /// <param name="context">The attempt.</param>
    /// <param name="cancellationToken">Cancelled at the timeout, when the job is cancelled, and when the process stops.</param>
    /// <returns>A task that ends when the arguments can be read.</returns>
    ValueTask WorkBeginAsync(WorkContext context, CancellationToken cancellationToken);
}

/// <summary>Sees how the worker ended. Taken from the attempt's scope.</summary>
public interface IWorkEndHook : IRiverExtension
{
    /// <summary>Runs after the worker, and when it couldn't be made; not when the arguments couldn't be read. The timeout still runs.</summary>
    /// <param name="context">The attempt.</param>
    /// <param name="error">What the worker threw, or what the hook before made of it; <see cref="JobControlException"/> for a cancel or snooze; null for success.</param>
    /// <param name="cancellationToken">Cancelled at the timeout, when the job is cancelled, and when the process stops.</param>
    /// <returns>What counts: the same error, another one, or null for success. Throwing is the same as returning what is thrown.</returns>
    ValueTask<Exception?> WorkEndAsync(WorkContext context, Exception? error, CancellationToken cancellationToken);
}
