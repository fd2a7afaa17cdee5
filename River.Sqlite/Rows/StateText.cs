namespace River.Sqlite.Rows;

/// <summary>River's names of the states.</summary>
internal static class StateText
{
    public static string Of(JobState state) => state switch
    {
        JobState.Available => "available",
        JobState.Cancelled => "cancelled",
        JobState.Completed => "completed",
        JobState.Discarded => "discarded",
        JobState.Pending => "pending",
        JobState.Retryable => "retryable",
        JobState.Running => "running",
        JobState.Scheduled => "scheduled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a job state."),
    };

    public static JobState Parse(string text) => text switch
    {
        "available" => JobState.Available,
        "cancelled" => JobState.Cancelled,
        "completed" => JobState.Completed,
        "discarded" => JobState.Discarded,
        "pending" => JobState.Pending,
        "retryable" => JobState.Retryable,
        "running" => JobState.Running,
        "scheduled" => JobState.Scheduled,
        _ => throw new InvalidDataException($"The file holds a job in the unknown state '{text}'."),
    };

    /// <summary>The names of the states in a set.</summary>
    public static IEnumerable<string> Of(JobStates states) =>
        Enum.GetValues<JobState>().Where(state => states.HasFlag((JobStates)(1 << (int)state))).Select(Of);
}
