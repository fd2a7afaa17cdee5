using River.Grammar;
using River.Inserting;
using River.Registration;

namespace River.Hosting;

/// <summary>What is wrong with the declarations of jobs, alone and together.</summary>
internal static class JobFaults
{
    public static IEnumerable<string> Of(JobRegistry registry, DeclaredQueues queues, RiverOptions options)
    {
        var jobs = registry.Jobs.DistinctBy(job => job.ArgsType).ToArray();
        foreach (var fault in Duplicates(jobs))
            yield return fault;

        foreach (var job in jobs)
        {
            foreach (var name in Names(job))
            {
                if (!KindName.IsValid(name, out var reason))
                    yield return $"{Named(job)}: '{name}' is no valid kind: {reason}.";
            }

            if (Invalid(job, options) is { } invalid)
                yield return invalid;
            if (!options.AllowUndeclaredQueues && !queues.Includes(job.Facts.Queue))
                yield return $"{Named(job)} goes to queue '{job.Facts.Queue}', which is not declared{OptionFaults.DidYouMean(queues.NearestTo(job.Facts.Queue))} Correct the name, or declare it with [assembly: Queue(\"{job.Facts.Queue}\")].";

            // The client's own timeout is compared with the threshold once, among the options.
            if (job.Facts.Timeout is { } timeout && timeout != Timeout.InfiniteTimeSpan)
            {
                if (timeout <= TimeSpan.Zero)
                    yield return $"{Named(job)} has the timeout {timeout}; it must be positive or infinite.";
                else if (timeout >= options.RescueAfter)
                    yield return $"{Named(job)} has the timeout {timeout}, which isn't below {nameof(options.RescueAfter)} ({options.RescueAfter}): it would be worked again while it still runs. Raise {nameof(options.RescueAfter)} or shorten the timeout.";
            }

            if (Contract(job) is { } contract)
                yield return contract;
        }
    }

    internal static string Named(JobDescriptor job) => $"job '{job.Kind}' ({job.ArgsType.Name})";

    private static IEnumerable<string> Names(JobDescriptor job) => job.Facts.Aliases.Prepend(job.Kind);

    private static IEnumerable<string> Duplicates(IEnumerable<JobDescriptor> jobs) =>
        jobs.SelectMany(job => Names(job).Select(name => (Name: name, Job: job)))
            .GroupBy(named => named.Name, named => named.Job, StringComparer.Ordinal)
            .Where(group => group.Skip(1).Any())
            .Select(group => $"the kind '{group.Key}' stands for {string.Join(" and ", group.Select(job => $"{job.ArgsType} (in {job.ArgsType.Assembly.GetName().Name})"))}; give one of them another Kind, or take the alias away.");

    private static string? Invalid(JobDescriptor job, RiverOptions options)
    {
        try
        {
            JobChecks.Priority(job.Kind, job.Facts.Priority);
            JobChecks.MaxAttempts(job.Kind, job.Facts.MaxAttempts ?? Math.Clamp(options.MaxAttempts, 1, short.MaxValue));
            JobChecks.Tags(job.Kind, job.Facts.Tags);
            JobChecks.Unique(job.Kind, job.Facts.Unique);
            return null;
        }
        catch (InvalidJobException error)
        {
            return $"{Named(job)} is declared wrongly. {error.Message}";
        }
    }

    private static string? Contract(JobDescriptor job)
    {
        try
        {
            job.ResolveTypeInfo();
            return null;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return $"{Named(job)} has arguments whose JSON contract can't be resolved: {error.Message}";
        }
    }
}
