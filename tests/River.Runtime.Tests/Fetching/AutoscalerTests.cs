using Microsoft.Extensions.Logging.Abstractions;
using River.Events;
using River.Fetching;
using River.Hosting;
using River.Registration;
using River.Storage;
using River.Supervision;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Fetching;

/// <summary>Scaling by a fake clock, which the store shares, on real rows.</summary>
public sealed class AutoscalerTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task A_queue_grows_by_half_while_its_jobs_wait_too_long_and_shrinks_by_a_quarter_after_each_calm_time(Database kind)
    {
        await using var scene = await Scene.CreateAsync(kind, postgres, options => options.MinWorkers["default"] = 2);
        Assert.Equal(2, scene.Workers("default"));
        var job = await scene.InsertAsync("default");
        scene.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal([3, 4, 6, 9, 10, 10], await scene.StepsAsync("default", 6));

        await scene.DeleteAsync(job);
        Assert.Equal([10], await scene.StepsAsync("default", 1));
        scene.Time.Advance(Autoscaler.Calm - TimeSpan.FromSeconds(1));
        Assert.Equal([10], await scene.StepsAsync("default", 1));
        scene.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([8, 8], await scene.StepsAsync("default", 2));
        scene.Time.Advance(Autoscaler.Calm);
        Assert.Equal([6, 6], await scene.StepsAsync("default", 2));
        for (var i = 0; i < 5; i++)
        {
            scene.Time.Advance(Autoscaler.Calm);
            await scene.StepsAsync("default", 1);
        }

        Assert.Equal(2, scene.Workers("default"));
    }

    [Theory, EachStore]
    public async Task Between_half_the_target_and_the_target_nothing_changes_and_the_calm_time_starts_anew(Database kind)
    {
        await using var scene = await Scene.CreateAsync(kind, postgres, options => options.MinWorkers["default"] = 2);
        var old = await scene.InsertAsync("default");
        scene.Time.Advance(TimeSpan.FromSeconds(2));
        await scene.StepsAsync("default", 5);
        await scene.DeleteAsync(old);
        await scene.StepsAsync("default", 1);
        scene.Time.Advance(Autoscaler.Calm - TimeSpan.FromMilliseconds(700));
        var young = await scene.InsertAsync("default");
        scene.Time.Advance(TimeSpan.FromMilliseconds(700));

        Assert.Equal([10], await scene.StepsAsync("default", 1));
        await scene.DeleteAsync(young);
        await scene.StepsAsync("default", 1);
        scene.Time.Advance(Autoscaler.Calm - TimeSpan.FromSeconds(1));
        Assert.Equal([10], await scene.StepsAsync("default", 1));
    }

    [Theory, EachStore]
    public async Task The_budget_is_never_passed_and_goes_to_whoever_has_waited_longest(Database kind)
    {
        await using var scene = await Scene.CreateAsync(kind, postgres, options =>
        {
            options.MinWorkers["default"] = 1;
            options.MinWorkers["other"] = 1;
            options.WorkerBudget = 12;
        });
        var ofDefault = await scene.InsertAsync("default");
        scene.Time.Advance(TimeSpan.FromSeconds(2));
        await scene.InsertAsync("other");
        scene.Time.Advance(TimeSpan.FromSeconds(2));

        for (var i = 0; i < 10; i++)
        {
            await scene.StepsAsync("default", 1);
            Assert.InRange(scene.Total, 3, 12);
        }

        Assert.Equal(12, scene.Total);
        await scene.DeleteAsync(ofDefault);
        await scene.InsertAsync("default");
        scene.Time.Advance(TimeSpan.FromSeconds(1.5));
        for (var i = 0; i < 20; i++)
        {
            await scene.StepsAsync("default", 1);
            Assert.InRange(scene.Total, 3, 12);
        }

        Assert.Equal((1, 10), (scene.Workers("default"), scene.Workers("other")));
    }

    [Theory, EachStore]
    public async Task A_paused_queue_and_jobs_of_unknown_kinds_are_no_reason_to_grow(Database kind)
    {
        await using var scene = await Scene.CreateAsync(kind, postgres, options => (options.MinWorkers["default"], options.MinWorkers["other"]) = (2, 2));
        await scene.Store.Queues.UpsertAsync(["default"], Token);
        await scene.Store.Queues.PauseAsync("default", transaction: null, Token);
        await scene.InsertAsync("default");
        await scene.InsertAsync("other", "unknown");
        scene.Time.Advance(TimeSpan.FromHours(1));

        await scene.StepsAsync("default", 3);

        Assert.Equal((2, 2), (scene.Workers("default"), scene.Workers("other")));
    }

    private sealed class Scene : IAsyncDisposable
    {
        private readonly TestDatabase _database;
        private readonly Autoscaler _autoscaler;
        private readonly WorkedQueues _queues;

        private Scene(TestDatabase database, RiverOptions options)
        {
            _database = database;
            Store = database.Open(options);
            Store.Clock = Time.GetUtcNow;
            var registry = new JobRegistry();
            registry.Add(new JobManifest("scaling") { Queues = [new("default", 10), new("other", 10), new("fixed", 1)] });
            _queues = new WorkedQueues(new QueueTable(new DeclaredQueues(registry), options), new TakenSlots(), new Signal(Time), new EventHub(Time, NullLogger<EventHub>.Instance), Time, NullLogger.Instance);
            _autoscaler = new Autoscaler(Store, _queues, ["work"], () => options, new StatementLimit(TimeSpan.FromSeconds(30)), Time, NullLogger.Instance);
            foreach (var slots in _queues.All)
                slots.Ask(slots.Free);
        }

        public FakeTimeProvider Time { get; } = new();

        public JobStore Store { get; }

        public int Total => _queues.All.Sum(slots => slots.Workers);

        public static async Task<Scene> CreateAsync(Database kind, PostgresFixture postgres, Action<RiverOptions> configure)
        {
            var options = new RiverOptions();
            configure(options);
            return new Scene(await TestDatabase.CreateAsync(kind, postgres), options);
        }

        public int Workers(string queue) => _queues.Find(queue)!.Workers;

        public async Task<long> InsertAsync(string queue, string kind = "work") =>
            (await Store.Jobs.InsertAsync([new JobInsert { Kind = kind, Queue = queue, Args = "{}"u8.ToArray(), MaxAttempts = 1, Priority = 1, State = JobState.Available }], transaction: null, Token))[0].Job.Id;

        public Task DeleteAsync(long id) => Store.Jobs.DeleteAsync(id, transaction: null, Token);

        public async Task<List<int>> StepsAsync(string queue, int steps)
        {
            var workers = new List<int>();
            for (var i = 0; i < steps; i++)
            {
                await _autoscaler.StepAsync(Token);
                workers.Add(Workers(queue));
            }

            return workers;
        }

        public async ValueTask DisposeAsync()
        {
            await Store.DisposeAsync();
            await _database.DisposeAsync();
        }
    }
}
