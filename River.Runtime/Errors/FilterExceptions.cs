namespace River;

/// <summary>A filter of jobs contradicts itself, or would hold for all jobs where that must be asked for.</summary>
public sealed class InvalidFilterException : RiverException
{
    internal InvalidFilterException(string member, string reason, Exception? innerException = null)
        : base($"The filter can't be used: {member} {reason}", innerException) => Member = member;

    /// <summary>The member of the filter at fault.</summary>
    public string Member { get; }
}

/// <summary>A text is no cursor, or the cursor belongs to a list of another order.</summary>
public sealed class InvalidCursorException : RiverException
{
    internal InvalidCursorException(string message)
        : base(message)
    {
    }
}
