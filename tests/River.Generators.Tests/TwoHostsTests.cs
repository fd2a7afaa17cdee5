using Microsoft.Extensions.Hosting;
using River.Generators.Tests.Projects;

namespace River.Generators.Tests;

/// <summary>One assembly of jobs in two programs' compilations, and both programs' hosts in this process.</summary>
public sealed class TwoHostsTests
{
    private const int Jobs = 20;

    private const string Contracts = """
        using System.Threading.Channels;
        [assembly: Queue("orders", MaxWorkers = 3)]
        namespace Shop;
        [Job(Queue = Queues.Orders)] public sealed partial record Order(long Id);
        public sealed class OrderWorker(Ledger ledger) : IWorker<Order>
        {
            public Task WorkAsync(Job<Order> job, CancellationToken cancellationToken)
            {
                ledger.Worked.Writer.TryWrite($"order {job.Args.Id}");
                return Task.CompletedTask;
            }
        }
        public sealed class Ledger { public Channel<string> Worked { get; } = Channel.CreateUnbounded<string>(); }
        """;

    private const string Program = """
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;
        using Shop;

        [assembly: Queue("own_NAME")]

        await Entry.Build(args[0]).RunAsync();

        namespace Shop.Host
        {
            // Named alike in both programs, and of one kind.
            [Job(Queue = "own_NAME")] public sealed partial record Own(string Text);
            public sealed class OwnWorker(Ledger ledger) : IWorker<Own>
            {
                public Task WorkAsync(Job<Own> job, CancellationToken cancellationToken) { ledger.Worked.Writer.TryWrite($"{job.Args.Text} in NAME"); return Task.CompletedTask; }
            }
        }
        public static class Entry
        {
            public static IHost Build(string file)
            {
                var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
                builder.Services.AddSingleton<Ledger>();
                builder.Services.AddRiver(river => river.UseSqlite($"Data Source={file};Pooling=False").MigrateOnStart().AddJobs());
                return builder.Build();
            }
            public static async Task EnqueueAsync(IHost host, long first, int count)
            {
                var jobs = host.Services.GetRequiredService<IJobClient>();
                for (var id = first; id < first + count; id++)
                    await jobs.EnqueueOrderAsync(id);
                await Shop.Host.OwnEnqueueExtensions.EnqueueOwnAsync(jobs, "own");
            }
            public static ValueTask<string> NextAsync(IHost host, CancellationToken token) => host.Services.GetRequiredService<Ledger>().Worked.Reader.ReadAsync(token);
        }
        """;

    [Fact]
    public async Task Each_works_the_shared_jobs_and_its_own_in_a_database_of_its_own()
    {
        using var limit = Limit();
        var (one, two) = Load();
        var folder = Directory.CreateTempSubdirectory("river-hosts-");
        try
        {
            using var first = await StartAsync(one, Path.Combine(folder.FullName, "one.db"), limit.Token);
            using var second = await StartAsync(two, Path.Combine(folder.FullName, "two.db"), limit.Token);
            await EnqueueAsync(one, first, 0);
            await EnqueueAsync(two, second, 100);

            var ofFirst = await WorkedAsync(one, first, Jobs + 1, limit.Token);
            var ofSecond = await WorkedAsync(two, second, Jobs + 1, limit.Token);

            Assert.Equal(Orders(0).Append("own in one").Order(StringComparer.Ordinal), ofFirst);
            Assert.Equal(Orders(100).Append("own in two").Order(StringComparer.Ordinal), ofSecond);
            await first.StopAsync(limit.Token);
            await second.StopAsync(limit.Token);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task In_one_database_every_job_is_worked_once_by_one_of_them()
    {
        using var limit = Limit();
        var (one, two) = Load();
        var folder = Directory.CreateTempSubdirectory("river-hosts-");
        try
        {
            var file = Path.Combine(folder.FullName, "shared.db");
            using var first = await StartAsync(one, file, limit.Token);
            using var second = await StartAsync(two, file, limit.Token);
            await EnqueueAsync(one, first, 0);
            await EnqueueAsync(two, second, 100);

            var all = new List<string>();
            var ofFirst = NextAsync(one, first, limit.Token);
            var ofSecond = NextAsync(two, second, limit.Token);
            while (all.Count < (Jobs + 1) * 2)
            {
                if (await Task.WhenAny(ofFirst, ofSecond) == ofFirst)
                {
                    all.Add(await ofFirst);
                    ofFirst = NextAsync(one, first, limit.Token);
                }
                else
                {
                    all.Add(await ofSecond);
                    ofSecond = NextAsync(two, second, limit.Token);
                }
            }

            Assert.Equal(Orders(0).Concat(Orders(100)).Append("own in one").Append("own in two").Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
            await first.StopAsync(limit.Token);
            await second.StopAsync(limit.Token);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> Orders(int first) => Enumerable.Range(first, Jobs).Select(id => $"order {id}");

    private static CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        return limit;
    }

    private static (LoadedProject One, LoadedProject Two) Load()
    {
        var contracts = TestProject.Library(Contracts).Named("Shop.Contracts").Generate();
        var one = Host("one", contracts);
        var two = Host("two", contracts);
        var loaded = LoadedProject.LoadTogether(contracts, one, two);
        return (loaded[1], loaded[2]);
    }

    private static GeneratedProject Host(string name, GeneratedProject contracts) =>
        TestProject.Program(Program.Replace("NAME", name, StringComparison.Ordinal)).Named("Shop.Host." + name).With(contracts).Generate();

    private static async Task<IHost> StartAsync(LoadedProject program, string file, CancellationToken cancellationToken)
    {
        var host = program.Call<IHost>("Entry", "Build", file);
        await host.StartAsync(cancellationToken);
        return host;
    }

    private static Task EnqueueAsync(LoadedProject program, IHost host, long first) => program.Call<Task>("Entry", "EnqueueAsync", host, first, Jobs);

    private static Task<string> NextAsync(LoadedProject program, IHost host, CancellationToken cancellationToken) =>
        program.Call<ValueTask<string>>("Entry", "NextAsync", host, cancellationToken).AsTask();

    private static async Task<IReadOnlyList<string>> WorkedAsync(LoadedProject program, IHost host, int count, CancellationToken cancellationToken)
    {
        var worked = new List<string>();
        while (worked.Count < count)
            worked.Add(await NextAsync(program, host, cancellationToken));
        return [.. worked.Order(StringComparer.Ordinal)];
    }
}
