using System.Diagnostics;
using River.Storage;
using River.Telemetry;

namespace River.Client;

/// <summary>Reports the inserts of one client's calls. Whoever listens may fail; that is logged, and no more.</summary>
internal sealed class Sending(Instruments instruments, ListenerFaults faults)
{
    /// <summary>Whether anybody wants to know of inserts.</summary>
    public bool IsObserved => instruments.ObservesSending;

    /// <summary>Runs an insert inside its span and counts what it inserted.</summary>
    public Task<IReadOnlyList<EnqueueResult>> RunAsync(IReadOnlyList<JobRequest> requests, Func<Task<IReadOnlyList<EnqueueResult>>> insert)
    {
        var queue = Common(requests, static request => request.Options?.Queue ?? request.Descriptor.Facts.Queue);
        return RunAsync(queue, Common(requests, static request => request.Descriptor.Kind), requests.Count, insert, (span, results) =>
        {
            if (results is [{ IsPending: false } only])
                span?.SetTag("messaging.message.id", only.Job.Id);
            foreach (var group in results.Where(result => !result.IsPending && !result.IsDuplicate).GroupBy(result => (result.Job.Queue, result.Job.Kind)))
                instruments.Sent(group.Key.Queue, group.Key.Kind, group.Count());
        });
    }

    /// <summary>Runs the insert of one batch of many inside its span and counts what it inserted.</summary>
    public Task<BulkResult> RunAsync(IReadOnlyList<JobInsert> jobs, Func<Task<BulkResult>> copy) =>
        RunAsync(Common(jobs, static job => job.Queue), Common(jobs, static job => job.Kind), jobs.Count, copy, (_, result) =>
        {
            var groups = jobs.GroupBy(job => (job.Queue, job.Kind)).ToList();

            // Which ones were skipped isn't known.
            if (result.Skipped == 0 || groups.Count == 1)
                groups.ForEach(group => instruments.Sent(group.Key.Queue, group.Key.Kind, groups.Count == 1 ? result.Inserted : group.Count()));
            else
                instruments.Sent(queue: null, kind: null, result.Inserted);
        });

    private async Task<T> RunAsync<T>(string? queue, string? kind, int count, Func<Task<T>> insert, Action<Activity?, T> inserted)
    {
        Activity? span = null;
        Tell(() => span = instruments.CreateSending(queue, kind, count));
        // On its own: where a listener to the start fails, the span has been started all the same, and must end.
        Tell(() => span?.Start());
        var started = Stopwatch.GetTimestamp();
        try
        {
            var result = await insert().ConfigureAwait(false);
            Tell(() => instruments.SendingEnded(queue, error: null, Stopwatch.GetElapsedTime(started)));
            Tell(() => inserted(span, result));
            return result;
        }
        catch (Exception error)
        {
            Tell(() => instruments.SendingEnded(queue, error, Stopwatch.GetElapsedTime(started)));
            Tell(() => span?.SetTag("error.type", error.GetType().FullName).SetStatus(ActivityStatusCode.Error));
            throw;
        }
        finally
        {
            Tell(() => span?.Dispose());
        }
    }

    /// <summary>Whoever listens may fail, and what was inserted stays inserted: a caller that saw an error would enqueue it again.</summary>
    private void Tell(Action listener) => faults.Tell(listener, static listener => listener());

    private static string? Common<T>(IReadOnlyList<T> all, Func<T, string> text)
    {
        var first = text(all[0]);
        for (var i = 1; i < all.Count; i++)
        {
            if (!string.Equals(first, text(all[i]), StringComparison.Ordinal))
                return null;
        }

        return first;
    }
}
