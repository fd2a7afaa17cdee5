using River.Grammar;

namespace River.Hosting;

/// <summary>What is wrong with the options by which queues scale.</summary>
internal static class ScalingFaults
{
    public static IEnumerable<string> Of(QueueTable table, RiverOptions options)
    {
        if (options.BacklogTarget <= TimeSpan.Zero)
            yield return $"{nameof(options.BacklogTarget)} is {options.BacklogTarget}; it must be positive.";

        foreach (var (queue, minWorkers) in options.MinWorkers)
        {
            if (table.Find(queue) is not { } plan)
                yield return $"{nameof(options.MinWorkers)} names queue '{queue}', which isn't worked here; give it MaxWorkers, or leave it out.";
            else if (minWorkers < 1 || minWorkers > plan.MaxWorkers)
                yield return $"{nameof(options.MinWorkers)} of queue '{queue}' is {Text.Of(minWorkers)}; it must be 1 to its MaxWorkers ({Text.Of(plan.MaxWorkers)}).";
        }

        foreach (var (queue, timeout) in options.JobTimeouts)
        {
            if (table.Find(queue) is null)
                yield return $"{nameof(options.JobTimeouts)} names queue '{queue}', which isn't worked here; give it MaxWorkers, or leave it out.";
            if (timeout <= TimeSpan.Zero || timeout >= options.RescueAfter)
                yield return $"the timeout of queue '{queue}' in {nameof(options.JobTimeouts)} is {timeout}; it must be positive and less than {nameof(options.RescueAfter)} ({options.RescueAfter}). For jobs that run longer, set the job's own Timeout.";
        }

        var floor = table.Named.Values.Sum(plan => (long)plan.Floor);
        if (options.WorkerBudget < floor)
        {
            yield return $"{nameof(options.WorkerBudget)} is {Text.Of(options.WorkerBudget.Value)}, and the queues begin with {floor} workers: the MaxWorkers of those that don't scale and the MinWorkers of those that do. Raise it, or give the queues fewer.";
        }
    }
}
