namespace River.Storage;

/// <summary>Whom rows that are inserted concern.</summary>
/// <param name="Queues">The queues of those that can be worked at once, each once.</param>
/// <param name="ShortestDelay">Of those that are to be worked some time from now; null when there is none.</param>
/// <param name="EarliestTime">Of those that are to be worked at a given time, in UTC; null when there is none.</param>
internal readonly record struct Announcement(IReadOnlyList<string> Queues, TimeSpan? ShortestDelay, DateTimeOffset? EarliestTime)
{
    public static Announcement Of(IReadOnlyList<JobInsert> jobs)
    {
        var queues = new List<string>(1);
        HashSet<string>? known = null;
        string? last = null;
        TimeSpan? shortest = null;
        DateTimeOffset? earliest = null;
        for (var i = 0; i < jobs.Count; i++)
        {
            var job = jobs[i];
            if (job.State == JobState.Available)
            {
                // Nearly always it is the queue of the row before.
                if (string.Equals(job.Queue, last, StringComparison.Ordinal))
                    continue;
                last = job.Queue;
                if (queues.Count > 0 && !(known ??= new HashSet<string>(queues, StringComparer.Ordinal)).Add(last))
                    continue;
                queues.Add(last);
            }
            else if (job.State == JobState.Scheduled)
            {
                if (job.ScheduledAt is not { } at)
                    shortest = job.Delay < shortest ? job.Delay : shortest ?? job.Delay;
                else if (earliest is not { } before || at < before)
                    earliest = at.ToUniversalTime();
            }
        }

        return new Announcement(queues, shortest, earliest);
    }
}
