namespace River;

/// <summary>How the span of an attempt relates to the trace in which its job was enqueued.</summary>
public enum TraceRelation
{
    /// <summary>A trace of its own, with a link: a job may wait for days, and run again and again.</summary>
    Link,

    /// <summary>A part of that trace, as its child, with what that was sampled by. All attempts of the job join it.</summary>
    Parent,
}
