using System.Globalization;
using River.Chaos.Cluster;
using River.TestSupport.Postgres;
using River.TestSupport.Time;

namespace River.Chaos;

/// <summary>samples/PersistentWorker, as its readers start it.</summary>
public sealed class PersistentWorkerTests(PostgresFixture postgres)
{
    private static readonly int Kills = Chance.Setting("RIVER_CHAOS_LEADS", 1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_persistent_worker_runs_once_in_three_processes_and_is_back_within_thirty_seconds_when_killed()
    {
        var server = await postgres.ServerAsync();
        var database = await server.CreateDatabaseAsync(cancellationToken: Token);
        var processes = Enumerable.Range(0, 3 + Kills).Select(i => new Lazy<WorkerProcess>(
            () => WorkerProcess.Start($"process-{i}", "PersistentWorker.dll", ["--postgres", database], "waiting as "))).ToArray();
        try
        {
            foreach (var process in processes.Take(3))
                await process.Value.ReadyAsync(Token);
            var running = processes.Take(3).Select(process => process.Value).ToList();
            await LeadingAsync(running, []);
            for (var kill = 0; kill < Kills; kill++)
            {
                await Task.Delay(TimeSpan.FromSeconds(5), Token);
                var spans = Spans(running);
                var leader = running.Single(process => spans.Any(span => span.Process == process && span.End is null));
                await leader.KillAsync(Token);
                var killed = DateTime.UtcNow;
                running.Add(processes[3 + kill].Value);
                await LeadingAsync(running, spans);
                var began = Spans(running).Where(span => !spans.Any(known => known.Began == span.Began)).Min(span => span.Began);
                Assert.True(began - killed < TimeSpan.FromSeconds(30), $"Nobody led for {began - killed}.\n{Logs(running)}");
            }

            var ordered = Spans(running).OrderBy(span => span.Began).ToArray();
            for (var i = 1; i < ordered.Length; i++)
                Assert.True(ordered[i - 1].End is { } end && end <= ordered[i].Began, $"{ordered[i - 1]} and {ordered[i]} overlap.\n{Logs(running)}");
        }
        finally
        {
            foreach (var process in processes.Where(process => process.IsValueCreated))
                await process.Value.DisposeAsync();
        }
    }

    /// <summary>Waits for one that leads after those that are known.</summary>
    private static Task LeadingAsync(List<WorkerProcess> processes, List<Span> known) =>
        Eventually.Async(() => Spans(processes).Count > known.Count, TimeSpan.FromMinutes(3), Token);

    /// <summary>From when to when each process said that it leads; a killed one leads until it was killed.</summary>
    private static List<Span> Spans(List<WorkerProcess> processes)
    {
        var spans = new List<Span>();
        foreach (var process in processes)
        {
            DateTime? began = null;
            foreach (var (at, line) in process.Lines)
            {
                if (line.StartsWith("leading as", StringComparison.Ordinal))
                    began = at;
                else if (line.StartsWith("no longer leading", StringComparison.Ordinal) && began is { } start)
                    (spans, began) = ([.. spans, new Span(process, start, at)], null);
            }

            if (began is { } last)
                spans.Add(new Span(process, last, process.ExitedAt));
        }

        return spans;
    }

    private static string Logs(IEnumerable<WorkerProcess> processes) =>
        string.Join(Environment.NewLine, processes.Select(process => $"--- {process.Name}{Environment.NewLine}{process.Log}"));

    private sealed record Span(WorkerProcess Process, DateTime Began, DateTime? End)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Process.Name} from {Began:O} to {End:O}");
    }
}
