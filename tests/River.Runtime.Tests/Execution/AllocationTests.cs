using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using River.Execution;
using River.Extending;
using River.Fetching;
using River.Hosting;
using River.Storage;
using River.Supervision;
using River.Tests.Extending;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Execution;

/// <summary>What an attempt allocates on its thread, from its start to the completer's door.</summary>
public sealed class AllocationTests(PostgresFixture postgres)
{
    private const int Attempts = 100;

    private long _number;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Extensions_and_logs_cost_no_memory_where_a_job_has_none()
    {
        var plain = await MeasureAsync(static _ => { });
        var ofOthers = await MeasureAsync(static setup =>
        {
            setup.OwnedExtensions.Add((typeof(Other), ExtensionRegistration.For(_ => new Scripted())));
            setup.Work<Other>((_, _) => Task.CompletedTask);
        });
        var extended = await MeasureAsync(static setup => setup.Extensions.Add(ExtensionRegistration.For(_ => new Scripted())));
        var logged = await MeasureAsync(static setup => setup.Options = options => options.JobLogs.Level = LogLevel.Information);
        TestContext.Current.TestOutputHelper?.WriteLine($"{plain} bytes an attempt, {ofOthers} with extensions of other jobs, {extended} with one of its own, {logged} with logs");

        // The least object takes 24 bytes, so less than that apart is no object.
        Assert.InRange(ofOthers, 0, plain + 23);
        // As a check of what is measured: either of them shows.
        Assert.InRange(extended, plain + 24, long.MaxValue);
        Assert.InRange(logged, plain + 24, long.MaxValue);
    }

    /// <summary>The fewest bytes an attempt of several rounds; in some the runtime compiles or the completer makes its callers wait.</summary>
    private async Task<long> MeasureAsync(Action<ClientSetup> configure)
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((_, _) => Task.CompletedTask);
            configure(setup);
        });
        await client.StartAsync();
        var executor = ExecutorOf(client.Engine.Run!);
        var slots = new QueueSlots("default", client.Engine.Run!.Queues.Find("default")!.Plan, new(), new Signal(TimeProvider.System), new TakenSlots(), TimeProvider.System);
        var least = long.MaxValue;
        for (var round = 0; round < 40; round++)
        {
            var runs = Enumerable.Range(0, Attempts).Select(_ => new JobRun(executor, Claimed(), slots)).ToArray();
            if (Allocated(executor, runs) is { } bytes)
                least = Math.Min(least, bytes / Attempts);
            // Their outcomes are refused, as there are no such rows.
            var settled = (round + 1) * Attempts;
            await Eventually.Async(() => client.Store.Results.Count >= settled, TimeSpan.FromSeconds(60), Token);
        }

        Assert.NotEqual(long.MaxValue, least);
        return least;
    }

    /// <summary>What one thread allocates for all of them; null if they didn't all end on it.</summary>
    private static long? Allocated(Executor executor, JobRun[] runs)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isAlone = true;
        foreach (var run in runs)
            isAlone &= executor.RunAsync(run).IsCompletedSuccessfully;
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        return isAlone ? bytes : null;
    }

    private ClaimedJob Claimed()
    {
        var now = DateTimeOffset.UnixEpoch;
        var row = new JobRow { Id = ++_number, State = JobState.Running, Kind = "probe", Queue = "default", Attempt = 1, MaxAttempts = 25, Priority = 1, EncodedArgs = """{"number":1}"""u8.ToArray(), CreatedAt = now, ScheduledAt = now, AttemptedAt = now };
        return new ClaimedJob(row);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_executor")]
    private static extern ref Executor ExecutorOf(EngineRun run);
}
