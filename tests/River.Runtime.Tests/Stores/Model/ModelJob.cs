namespace River.Tests.Stores.Model;

/// <summary>What the model knows of a job: as much as the page says of a row.</summary>
internal sealed class ModelJob
{
    public required long Id { get; init; }

    public required JobState State { get; set; }

    public int Attempt { get; set; }

    public required int MaxAttempts { get; set; }

    public int Errors { get; set; }

    public bool IsFinal => State is JobState.Completed or JobState.Cancelled or JobState.Discarded;

    /// <summary>Whether a cancel was asked for since the last retry by hand.</summary>
    public bool CancelAsked { get; set; }

    public required int Priority { get; init; }

    public required DateTimeOffset ScheduledAt { get; set; }

    /// <summary>Jobs of one number are duplicates of each other; null when it isn't unique.</summary>
    public required int? Key { get; init; }

    /// <summary>Whether it blocks its duplicates.</summary>
    public bool IsInForce => Key is not null && ModelRun.KeyStates.HasFlag(FlagOf(State));

    public override string ToString() =>
        $"job {Id}: {State} attempt {Attempt}/{MaxAttempts}, {Errors} errors, scheduled {ScheduledAt:O}, {(IsFinal ? "final" : "open")}, {(CancelAsked ? "cancel asked" : "no cancel")}";

    /// <summary>The same of a row.</summary>
    public static string Describe(JobRow row) =>
        $"job {row.Id}: {row.State} attempt {row.Attempt}/{row.MaxAttempts}, {row.Errors.Count} errors, scheduled {row.ScheduledAt:O}, {(row.FinalizedAt is null ? "open" : "final")}, {(row.ReadMetadata().TryGetProperty("cancel_attempted_at", out _) ? "cancel asked" : "no cancel")}";

    private static JobStates FlagOf(JobState state) => Enum.Parse<JobStates>(state.ToString());
}
