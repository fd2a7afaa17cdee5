namespace River.Storage;

/// <summary>
/// How a client tells the leader that it inserted a job which is due before the leader looks again: on River's control
/// channel, by an action that River's own clients pass over as unknown.
/// </summary>
internal static class DueSoon
{
    public const string Action = "job_due";

    /// <summary>How long from now it is due, in milliseconds.</summary>
    public const string InMilliseconds = "in_ms";

    /// <summary>
    /// How often a leader that listens looks for due jobs that nobody told it of. River's own looks as often; and a job that
    /// waits for less after an error is available at once.
    /// </summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);
}
