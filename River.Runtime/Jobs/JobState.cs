namespace River;

/// <summary>Where a job is in its life; see <c>docs/state-machine.md</c>.</summary>
public enum JobState
{
    /// <summary>Ready to be worked once its time has come.</summary>
    Available,

    /// <summary>Given up on purpose, by its worker or from outside.</summary>
    Cancelled,

    /// <summary>Done.</summary>
    Completed,

    /// <summary>Given up because its attempts are used up.</summary>
    Discarded,

    /// <summary>Waiting until something outside releases it; never worked by itself.</summary>
    Pending,

    /// <summary>Failed and waiting for its next attempt.</summary>
    Retryable,

    /// <summary>Being worked.</summary>
    Running,

    /// <summary>Waiting for its time.</summary>
    Scheduled,
}

/// <summary>A set of job states, in the bits that River stores in <c>unique_states</c>.</summary>
[Flags]
public enum JobStates
{
    /// <summary>No state.</summary>
    None = 0,

    /// <summary><see cref="JobState.Available"/>.</summary>
    Available = 1,

    /// <summary><see cref="JobState.Cancelled"/>.</summary>
    Cancelled = 2,

    /// <summary><see cref="JobState.Completed"/>.</summary>
    Completed = 4,

    /// <summary><see cref="JobState.Discarded"/>.</summary>
    Discarded = 8,

    /// <summary><see cref="JobState.Pending"/>.</summary>
    Pending = 16,

    /// <summary><see cref="JobState.Retryable"/>.</summary>
    Retryable = 32,

    /// <summary><see cref="JobState.Running"/>.</summary>
    Running = 64,

    /// <summary><see cref="JobState.Scheduled"/>.</summary>
    Scheduled = 128,

    /// <summary>Every state of a job that isn't finished: what a single-instance job is unique over.</summary>
    Incomplete = Available | Pending | Retryable | Running | Scheduled,

    /// <summary>River's default for unique jobs: incomplete or completed.</summary>
    Default = Incomplete | Completed,
}
