using System.Globalization;

namespace River.Benchmarks.GeneratorCost;

/// <summary>
/// The sources of an application with a number of jobs, always the same ones. Each job has a file of its own with its
/// worker, and a file of the ordinary code that the worker calls; a namespace has fifty jobs.
/// </summary>
internal static class Shop
{
    private const int JobsPerArea = 50;

    private static readonly string[] QueueNames = ["default", "mail", "fax", "billing", "reports", "imports", "exports", "cleanup"];

    /// <summary>Text of the first job's file, and what an edit of its arguments makes of it.</summary>
    public static (string File, string Text, string Replacement) JobEdit => ("Area000/Job00000.cs", "string Reason)", "string Reason, int Count = 0)");

    /// <summary>Text of ordinary code, and what an edit of a method's body makes of it.</summary>
    public static (string File, string Text, string Replacement) UnrelatedEdit => ("Area000/Ledger00000.cs", "var total = 0m;", "var total = 0.0m;");

    /// <summary>The files by their paths, the program first.</summary>
    public static IEnumerable<(string Path, string Text)> Sources(int jobs)
    {
        yield return ("Program.cs", Program());
        for (var i = 0; i < jobs; i++)
        {
            var area = Area(i);
            yield return ($"{area}/Job{Number(i)}.cs", Job(i, jobs));
            yield return ($"{area}/Ledger{Number(i)}.cs", Ledger(i));
        }
    }

    private static string Area(int job) => "Area" + (job / JobsPerArea).ToString("000", CultureInfo.InvariantCulture);

    private static string Number(int job) => job.ToString("00000", CultureInfo.InvariantCulture);

    private static string Program() => $$"""
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;
        using River;

        {{string.Join('\n', QueueNames.Select(name => $"[assembly: Queue(\"{name}\", MaxWorkers = 50)]"))}}

        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddRiver(river => river.UsePostgres("Host=localhost").AddJobs());
        using var host = builder.Build();
        await host.RunAsync();
        """;

    private static string Job(int i, int jobs)
    {
        var n = Number(i);
        var isPeriodic = i % 10 == 9;
        var hasNested = i % 3 == 1 && !isPeriodic;
        // Chains of jobs end with their area, so that none is a cycle.
        var enqueuesNext = i % 2 == 0 && i + 1 < jobs && (i + 1) % JobsPerArea != 0;
        var queue = QueueNames[i % QueueNames.Length];
        var attributes = $"[Job(Queue = Queues.{char.ToUpperInvariant(queue[0])}{queue[1..]}, MaxAttempts = {5 + (i % 10)}, Tags = [\"shop\"])]"
            + (isPeriodic ? "\n[Periodic(\"*/15 * * * *\")]\n[Unique(States = JobStates.Incomplete)]" : i % 5 == 0 ? "\n[Unique(Period = \"1h\")]" : "");
        var parameters = Parameters(n, isPeriodic, hasNested);
        var next = Number(i + 1);
        var nextIsPeriodic = (i + 1) % 10 == 9;
        var nextHasNested = (i + 1) % 3 == 1 && !nextIsPeriodic;
        var arguments = nextIsPeriodic ? "" : nextHasNested
            ? $"job.Args.OrderId, [new Line{next}(\"x\", 1, 2.5m)], Mode{next}.Dry"
            : "job.Args.OrderId, job.Args.Reason";
        var enqueue = !enqueuesNext || isPeriodic || hasNested ? "" : (i % 12) switch
        {
            0 or 8 => $"\n            await job.Client.EnqueueAsync(new Job{next}({arguments}), new() {{ Delay = TimeSpan.FromMinutes(1) }}, cancellationToken);",
            2 => $"\n            await job.Client.EnqueueJob{next}Async({arguments}{(arguments.Length > 0 ? ", " : "")}cancellationToken: cancellationToken);",
            _ => $"\n            job.Then(new Job{next}({arguments}), new() {{ Priority = 2 }});",
        };
        var id = isPeriodic ? i.ToString(CultureInfo.InvariantCulture) : "job.Args.OrderId";
        var nested = !hasNested ? "" : $$"""

            /// <summary>One line of an order.</summary>
            public sealed record Line{{n}}(string Sku, int Count, decimal Price, string? Note = null);

            public enum Mode{{n}}
            {
                Dry,
                Force,
            }

            """;
        return $$"""
            using Microsoft.Extensions.Logging;
            using River;

            namespace Shop.{{Area(i)}};

            /// <summary>Settles what order number {{n}} stands for.</summary>
            {{attributes}}
            public sealed partial record Job{{n}}{{parameters}};
            {{nested}}
            public sealed class Job{{n}}Worker(ILedger{{n}} ledger, ILogger<Job{{n}}Worker> log) : IWorker<Job{{n}}>
            {
                private int _seen;

                public async Task WorkAsync(Job<Job{{n}}> job, CancellationToken cancellationToken)
                {
                    var entries = await ledger.FindAsync({{id}}, cancellationToken);
                    if (entries.Count == 0)
                        throw job.Cancel("no entries");
                    foreach (var entry in entries.Where(entry => entry.Amount > 0))
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        await SettleAsync(entry, cancellationToken);
                    }

                    if (entries.Sum(entry => entry.Amount) > 100m)
                    {
                        log.LogInformation("settled {Count} of {Order}", entries.Count, {{id}});{{enqueue}}
                    }
                }

                private async Task SettleAsync(Entry{{n}} entry, CancellationToken cancellationToken)
                {
                    try
                    {
                        await ledger.SettleAsync(entry with { Settled = true }, cancellationToken);
                        _seen++;
                    }
                    catch (InvalidOperationException error)
                    {
                        log.LogWarning(error, "entry {Entry} of {Seen}", entry.Id, _seen);
                        throw;
                    }
                }
            }

            """;
    }

    private static string Parameters(string n, bool isPeriodic, bool hasNested) =>
        isPeriodic ? "" : hasNested ? $"(long OrderId, List<Line{n}> Lines, Mode{n} Mode)" : "(long OrderId, string Reason)";

    private static string Ledger(int i)
    {
        var n = Number(i);
        return $$"""
            namespace Shop.{{Area(i)}};

            public sealed record Entry{{n}}(long Id, string Account, decimal Amount, bool Settled);

            public interface ILedger{{n}}
            {
                Task<IReadOnlyList<Entry{{n}}>> FindAsync(long order, CancellationToken cancellationToken);

                Task SettleAsync(Entry{{n}} entry, CancellationToken cancellationToken);
            }

            public sealed class Ledger{{n}} : ILedger{{n}}
            {
                private readonly Dictionary<long, List<Entry{{n}}>> _entries = new();
                private readonly SemaphoreSlim _gate = new(1, 1);

                public async Task<IReadOnlyList<Entry{{n}}>> FindAsync(long order, CancellationToken cancellationToken)
                {
                    await _gate.WaitAsync(cancellationToken);
                    try
                    {
                        return _entries.TryGetValue(order, out var found)
                            ? found.OrderBy(entry => entry.Account, StringComparer.Ordinal).ThenByDescending(entry => entry.Amount).ToList()
                            : [];
                    }
                    finally
                    {
                        _gate.Release();
                    }
                }

                public async Task SettleAsync(Entry{{n}} entry, CancellationToken cancellationToken)
                {
                    await _gate.WaitAsync(cancellationToken);
                    try
                    {
                        foreach (var (order, entries) in _entries)
                        {
                            var at = entries.FindIndex(one => one.Id == entry.Id);
                            if (at < 0)
                                continue;
                            if (entries[at].Settled)
                                throw new InvalidOperationException($"Entry {entry.Id} of order {order} is settled.");
                            entries[at] = entry;
                        }
                    }
                    finally
                    {
                        _gate.Release();
                    }
                }

                public decimal Balance(string account)
                {
                    var total = 0m;
                    foreach (var entry in _entries.Values.SelectMany(entries => entries))
                    {
                        if (string.Equals(entry.Account, account, StringComparison.OrdinalIgnoreCase))
                            total += entry.Settled ? entry.Amount : -entry.Amount;
                    }

                    return Math.Round(total, 2, MidpointRounding.ToEven);
                }

                public IEnumerable<(string Account, int Count)> Accounts() => _entries.Values
                    .SelectMany(entries => entries)
                    .GroupBy(entry => entry.Account)
                    .Select(account => (account.Key, account.Count()))
                    .Where(account => account.Item2 > 1)
                    .OrderBy(account => account.Key);
            }

            """;
    }
}
