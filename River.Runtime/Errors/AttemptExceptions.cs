namespace River;

/// <summary>What a worker wanted to record of its job can't be stored.</summary>
public sealed class InvalidJobDataException : RiverException
{
    internal InvalidJobDataException(string kind, string member, string reason, Exception? innerException = null)
        : base($"Job '{kind}' can't record its {member}: it {reason}", innerException)
    {
        Kind = kind;
        Member = member;
    }

    /// <summary>The job's kind.</summary>
    public string Kind { get; }

    /// <summary>What it is, with the path to the value at fault: <c>output.customer.name</c>.</summary>
    public string Member { get; }
}

/// <summary>A worker used one name for two steps.</summary>
public sealed class RepeatedStepException : RiverException
{
    internal RepeatedStepException(string kind, string step)
        : base($"Job '{kind}' has two steps '{step}' in one attempt. A job resumes by the names of its steps, so give each a name of its own.")
    {
        Kind = kind;
        Step = step;
    }

    /// <summary>The job's kind.</summary>
    public string Kind { get; }

    /// <summary>The name.</summary>
    public string Step { get; }
}

/// <summary>A job is to be resumed behind a step that its worker doesn't have.</summary>
public sealed class StepNotFoundException : RiverException
{
    internal StepNotFoundException(string kind, string step)
        : base($"Job '{kind}' was interrupted behind its step '{step}', which the worker doesn't have (any more), so nothing was run. Bring the step back under that name, or cancel the job.")
    {
        Kind = kind;
        Step = step;
    }

    /// <summary>The job's kind.</summary>
    public string Kind { get; }

    /// <summary>The name that is stored.</summary>
    public string Step { get; }
}
