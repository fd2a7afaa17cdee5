using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace River.Shapes;

/// <summary>What a referenced assembly says of itself by its <c>RiverManifestAttribute</c>.</summary>
/// <param name="Assembly">The assembly's name.</param>
/// <param name="Registration">The <c>global::</c>-qualified type whose <c>Register</c> registers the assembly; null in a program.</param>
/// <param name="Jobs">Its jobs.</param>
/// <param name="Workers">Its workers.</param>
/// <param name="Queues">Its queues.</param>
/// <param name="Schedules">Its schedules.</param>
internal sealed record ManifestModel(
    string Assembly,
    string? Registration,
    EquatableArray<JobFact> Jobs,
    EquatableArray<WorkerFact> Workers,
    EquatableArray<QueueModel> Queues,
    EquatableArray<ScheduleFact> Schedules);

/// <param name="Kind">The job's kind.</param>
/// <param name="Type">The metadata name of its type.</param>
/// <param name="Queue">Its default queue.</param>
/// <param name="Aliases">Its earlier kinds.</param>
/// <param name="External">Whether another service works it.</param>
/// <param name="SelfWorking">Whether it works itself.</param>
internal sealed record JobFact(string Kind, string Type, string Queue, EquatableArray<string> Aliases, bool External, bool SelfWorking);

/// <param name="Type">The metadata name of the worker.</param>
/// <param name="Kind">The kind of the job that it works.</param>
internal sealed record WorkerFact(string Type, string Kind);

internal sealed record ScheduleFact(string Id, string Kind, string Cron, string? TimeZone);

/// <summary>
/// One fact a line: a word for what it is, its name, then <c>key=value</c> or single words, all without spaces. Readers
/// pass over words that they don't know, so that older ones can read what newer ones write.
/// </summary>
internal static class Fact
{
    private const string JobWord = "job";
    private const string WorkerWord = "worker";
    private const string QueueWord = "queue";
    private const string ScheduleWord = "schedule";
    private const string External = "external";

    public static string Write(JobFact job) =>
        Join(JobWord, job.Kind, new[] { "type=" + job.Type, "queue=" + job.Queue }
            .Concat(job.Aliases.Select(alias => "alias=" + alias))
            .Concat(Words((External, job.External), ("self-working", job.SelfWorking))));

    public static string Write(WorkerFact worker) => Join(WorkerWord, worker.Type, new[] { "kind=" + worker.Kind });

    public static string Write(QueueModel queue) =>
        Join(QueueWord, queue.Name, new[] { "max=" + queue.MaxWorkers.ToString(CultureInfo.InvariantCulture) }
            .Concat(Words(("dynamic", queue.Dynamic), (External, queue.External))));

    public static string Write(ScheduleFact schedule) =>
        Join(ScheduleWord, schedule.Id, new[] { "kind=" + schedule.Kind, "cron=" + schedule.Cron }
            .Concat(schedule.TimeZone is null ? Enumerable.Empty<string>() : new[] { "zone=" + schedule.TimeZone }));

    public static ManifestModel Read(string assembly, string? registration, IEnumerable<string> facts)
    {
        var jobs = new List<JobFact>();
        var workers = new List<WorkerFact>();
        var queues = new List<QueueModel>();
        var schedules = new List<ScheduleFact>();
        foreach (var fact in facts)
        {
            var words = fact.Split(' ').Select(Unescape).ToArray();
            if (words.Length < 2)
                continue;
            switch (words[0])
            {
                case JobWord:
                    jobs.Add(new JobFact(
                        words[1],
                        Value(words, "type") ?? "",
                        Value(words, "queue") ?? "default",
                        Values(words, "alias").ToEquatableArray(),
                        words.Contains(External),
                        words.Contains("self-working")));
                    break;
                case WorkerWord:
                    workers.Add(new WorkerFact(words[1], Value(words, "kind") ?? ""));
                    break;
                case QueueWord:
                    var max = int.TryParse(Value(words, "max"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : QueueShape.DefaultMaxWorkers;
                    queues.Add(new QueueModel(words[1], max, words.Contains("dynamic"), words.Contains(External)));
                    break;
                case ScheduleWord:
                    schedules.Add(new ScheduleFact(words[1], Value(words, "kind") ?? "", Value(words, "cron") ?? "", Value(words, "zone")));
                    break;
            }
        }

        return new ManifestModel(assembly, registration, jobs.ToEquatableArray(), workers.ToEquatableArray(), queues.ToEquatableArray(), schedules.ToEquatableArray());
    }

    private static string Join(string word, string name, IEnumerable<string> rest) =>
        string.Join(" ", new[] { word, name }.Concat(rest).Select(Escape));

    private static IEnumerable<string> Words(params (string Word, bool Holds)[] words) =>
        words.Where(one => one.Holds).Select(one => one.Word);

    private static string? Value(string[] words, string key) => Values(words, key).FirstOrDefault();

    private static IEnumerable<string> Values(string[] words, string key) =>
        words.Where(word => word.StartsWith(key + "=", StringComparison.Ordinal)).Select(word => word.Substring(key.Length + 1));

    private static string Escape(string word) => word.Replace("%", "%25").Replace(" ", "%20");

    private static string Unescape(string word) => word.Replace("%20", " ").Replace("%25", "%");
}
