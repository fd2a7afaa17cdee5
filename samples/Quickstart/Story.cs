using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using River;

namespace Quickstart;

/// <summary>Tells what happens, and remembers it so that nothing can be lost unnoticed.</summary>
public sealed class Story
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly ConcurrentDictionary<long, bool> _enqueued = [];
    private readonly ConcurrentDictionary<long, bool> _worked = [];

    public void Opens(string store)
    {
        Console.WriteLine("River for .NET: three jobs, two queues, one schedule.");
        Console.WriteLine($"Jobs live in {store}.");
        Console.WriteLine();
    }

    public void Enqueued(EnqueueResult result)
    {
        var job = result.Job;
        _enqueued[job.Id] = true;
        var delay = job.ScheduledAt - job.CreatedAt;
        Tell("enqueued", job, delay > LookAgain ? string.Create(CultureInfo.InvariantCulture, $"to run in {delay.TotalSeconds:0} s") : "to run at once");
    }

    public void Worked(JobRow job, string outcome)
    {
        _worked[job.Id] = true;
        var waited = job.AttemptedAt!.Value - job.CreatedAt;
        Tell("worked", job, string.Create(CultureInfo.InvariantCulture, $"{outcome} (started {waited.TotalSeconds:0.00} s after it was enqueued)"));
    }

    /// <summary>Waits until the store holds no unfinished job of this story, then counts what the store and the workers agree on.</summary>
    public async Task<Ending> EndsAsync(IJobClient jobs, CancellationToken cancellationToken)
    {
        while (true)
        {
            var reported = _worked.Keys.ToArray();
            var rows = await ReadAsync(jobs, reported);
            if (rows.Values.All(IsOver) || cancellationToken.IsCancellationRequested)
            {
                var known = _enqueued.Keys.Union(reported).Union(rows.Keys).ToArray();
                var worked = known.Count(id => _worked.ContainsKey(id) && rows.TryGetValue(id, out var row) && row.State == JobState.Completed);
                return new Ending(worked, known.Length - worked);
            }
            await Task.Delay(LookAgain, CancellationToken.None);
        }
    }

    public static void Closes(Ending ending)
    {
        Console.WriteLine();
        Console.WriteLine($"story complete: {ending.Worked} jobs worked, {ending.Lost} lost");
    }

    // Our jobs and what followed from them: a follow-up is there as soon as its parent is over.
    private async Task<Dictionary<long, JobRow>> ReadAsync(IJobClient jobs, IEnumerable<long> reported)
    {
        var ours = new JobFilter { Kinds = ["allocate_flux", "cleanup", "reconcile"], AfterId = _enqueued.Keys.Min() - 1, Limit = 1_000 };
        var rows = (await jobs.ListAsync(ours)).ToDictionary(row => row.Id);
        foreach (var id in reported.Where(id => !rows.ContainsKey(id)))
        {
            if (await jobs.GetAsync(id) is { } row)
                rows[id] = row;
        }
        return rows;
    }

    private static bool IsOver(JobRow row) => row.State is JobState.Completed or JobState.Cancelled or JobState.Discarded;

    private void Tell(string verb, JobRow job, string what) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{Stopwatch.GetElapsedTime(_start).TotalSeconds,5:0.00} s  {verb,-8}  {job.Kind,-13}  #{job.Id} on {job.Queue}: {what}"));
}

/// <summary>How the story ended.</summary>
/// <param name="Worked">Jobs that a worker reported and the store holds as completed.</param>
/// <param name="Lost">All others that anybody knew of.</param>
public readonly record struct Ending(int Worked, int Lost);
