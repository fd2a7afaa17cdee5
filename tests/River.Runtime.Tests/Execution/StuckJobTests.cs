using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using River.Extending;
using River.Tests.Extending;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Execution;

/// <summary>Jobs that ignore their cancelled tokens.</summary>
public sealed class StuckJobTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Threshold = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Odd = TimeSpan.FromSeconds(12.345);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _started = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _releases = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // river-facts 11.3 topic 24
    [Theory, EachStore]
    public async Task A_job_that_goes_on_after_its_timeout_is_told_and_its_queue_works_another_in_its_place(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var handler = new Handler();
        await using var client = Create(database, workers: 1, setup => setup.Services = services => services.AddSingleton<IStuckJobHandler>(handler));
        await client.StartAsync();
        using var events = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.JobStuck | RiverEventKinds.JobUnstuck });
        await using var reader = events.GetAsyncEnumerator(Token);
        var stuck = await client.EnqueueAsync(new Probe(1));
        await Started(1).WaitAsync(Long, Token);
        var next = await client.EnqueueAsync(new Probe(2));

        _time.Advance(Timeout + Threshold - TimeSpan.FromTicks(1));
        Assert.DoesNotContain(client.Logs.All, record => record.Id == 3101);
        _time.Advance(TimeSpan.FromTicks(1));

        var told = await NextAsync<JobStuckEvent>(reader);
        Assert.Equal((stuck, Timeout + Threshold, true, 1), (told.Job.Id, told.Ran, told.GivesSlot, told.StuckJobs));
        Assert.Equal(told, await handler.Handled.Task.WaitAsync(Long, Token));
        Assert.Contains(client.Logs.All, record => record.Id == 3101 && record.Message.Contains($"probe {stuck} ", StringComparison.Ordinal));
        await Started(2).WaitAsync(Long, Token);
        Release(2);
        await client.SettledAsync(next, JobState.Completed);

        Release(1);
        Assert.Equal(stuck, (await NextAsync<JobUnstuckEvent>(reader)).Job.Id);
        await client.SettledAsync(stuck, JobState.Completed);
    }

    [Theory, EachStore]
    public async Task The_report_of_a_stuck_job_does_not_run_in_the_jobs_context(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var context = new AsyncLocal<string?>();
        var handler = new Handler { Read = () => context.Value };
        await using var client = Create(database, workers: 1, setup =>
        {
            setup.Services = services => services.AddSingleton<IStuckJobHandler>(handler);
            setup.Extensions.Add(ExtensionRegistration.For(_ => new Scripted
            {
                Around = async (_, next, token) =>
                {
                    context.Value = "the job's";
                    await next(token);
                },
            }));
        });
        await client.StartAsync();
        await client.EnqueueAsync(new Probe(1));
        await Started(1).WaitAsync(Long, Token);

        _time.Advance(Timeout + Threshold);
        await handler.Handled.Task.WaitAsync(Long, Token);

        Assert.Null(handler.Heard);
        Release(1);
    }

    // river-facts 11.3 topic 24
    [Theory, EachStore]
    public async Task The_extra_slot_is_returned_when_the_stuck_job_ends(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Create(database, workers: 1);
        await client.StartAsync();
        var stuck = await client.EnqueueAsync(new Probe(1));
        await Started(1).WaitAsync(Long, Token);
        _time.Advance(Timeout + Threshold);
        await client.EnqueueAsync(new Probe(2));
        await Started(2).WaitAsync(Long, Token);
        var waiting = await client.EnqueueAsync(new Probe(3));

        Release(1);
        await client.SettledAsync(stuck, JobState.Completed);

        // One worker again, and it has job 2.
        Assert.Equal(0, client.Engine.Run!.Queues.Find("default")!.Free);
        Assert.Equal(JobState.Available, (await client.GetAsync(waiting)).State);
        Release(2);
        await Started(3).WaitAsync(Long, Token);
        Release(3);
        await client.SettledAsync(waiting, JobState.Completed);
        await Eventually.Async(() => client.Engine.Run!.Queues.Find("default")!.Free == 1, Long, Token);
    }

    [Theory, EachStore]
    public async Task A_queue_gets_at_most_as_many_extra_slots_as_it_has_workers(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Create(database, workers: 1);
        await client.StartAsync();
        using var events = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.JobStuck });
        await using var reader = events.GetAsyncEnumerator(Token);
        foreach (var number in new[] { 1, 2 })
        {
            await client.EnqueueAsync(new Probe(number));
            await Started(number).WaitAsync(Long, Token);
            _time.Advance(Timeout + Threshold);
            var told = await NextAsync<JobStuckEvent>(reader);
            Assert.Equal((number == 1, number), (told.GivesSlot, told.StuckJobs));
        }

        // Both are stuck; the slot of the first becomes that of the second.
        var third = await client.EnqueueAsync(new Probe(3));
        Assert.Equal(0, client.Engine.Run!.Queues.Find("default")!.Free);
        Release(1);
        await Started(3).WaitAsync(Long, Token);
        Release(3);
        await client.SettledAsync(third, JobState.Completed);
        Release(2);
        await Eventually.Async(() => client.Engine.Run!.Stuck.Count == 0, Long, Token);
        await Eventually.Async(() => client.Engine.Run!.Queues.Find("default")!.Free == 1, Long, Token);
    }

    [Theory, EachStore]
    public async Task A_job_that_heeds_its_token_is_never_told_as_stuck(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup =>
        {
            Configure(setup, workers: 1);
            setup.Work<Probe>((_, token) =>
            {
                started.TrySetResult();
                return Task.Delay(System.Threading.Timeout.Infinite, token);
            });
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await started.Task.WaitAsync(Long, Token);

        _time.Advance(Timeout);
        await client.SettledAsync(id, JobState.Available);
        _time.Advance(Threshold);

        Assert.DoesNotContain(client.Logs.All, record => record.Id == 3101);
        Assert.Equal(0, client.Engine.Run!.Stuck.Count);
    }

    [Theory, EachStore]
    public async Task A_cancelled_job_that_goes_on_is_stuck_too_and_a_metric_counts_it(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var queue = $"stuck_{kind}".ToLowerInvariant();
        long count = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listening) =>
            {
                if (instrument.Name == "river.jobs.stuck")
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag.Key == "messaging.destination.name" && queue.Equals(tag.Value))
                    Interlocked.Add(ref count, value);
            }
        });
        listener.Start();
        await using var client = Create(database, workers: 1, setup => setup.Queues.Add(new QueueDeclaration(queue, 1)));
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Queue = queue });
        await Started(1).WaitAsync(Long, Token);

        await client.Jobs.CancelAsync(id, Token);
        await Eventually.Async(
            () =>
            {
                _time.Advance(Threshold / 4);
                return client.Engine.Run!.Stuck.Count == 1;
            },
            Long,
            Token);

        await Eventually.Async(() => Interlocked.Read(ref count) == 1, Long, Token);
        Release(1);
        await Eventually.Async(() => client.Engine.Run!.Stuck.Count == 0 && Interlocked.Read(ref count) == 0, Long, Token);
    }

    [Theory, EachStore]
    public async Task A_handler_that_fails_disturbs_nobody_and_the_next_is_told_too(Database kind)
    {
        var next = new Handler();
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Create(database, workers: 1, setup => setup.Services = services => services.AddSingleton<IStuckJobHandler>(new FailingHandler()).AddSingleton<IStuckJobHandler>(next));
        await client.StartAsync();
        await client.EnqueueAsync(new Probe(1));
        await Started(1).WaitAsync(Long, Token);

        _time.Advance(Timeout + Threshold);
        await Eventually.Async(() => client.Logs.All.Any(record => record.Id == 3103), Long, Token);
        Assert.Equal(1, (await next.Handled.Task.SoonAsync(Token)).StuckJobs);

        Release(2);
        await client.SettledAsync(await client.EnqueueAsync(new Probe(2)), JobState.Completed);
        Release(1);
    }

    [Theory, EachStore]
    public async Task Nothing_is_watched_where_the_threshold_is_infinite(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Create(database, workers: 1, setup =>
        {
            var before = setup.Options;
            setup.Options = options =>
            {
                before(options);
                options.StuckThreshold = System.Threading.Timeout.InfiniteTimeSpan;
            };
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await Started(1).WaitAsync(Long, Token);

        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(0, client.Engine.Run!.Stuck.Count);
        Assert.DoesNotContain(client.Logs.All, record => record.Id == 3101);
        Release(1);
        await client.SettledAsync(id, JobState.Completed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_threshold_that_no_timer_takes_and_a_watch_that_fails_leave_the_token_cancelled(bool isNever)
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            Configure(setup, workers: 1);
            setup.Time = new NoTimerOf(Odd, _time);
            var before = setup.Options;
            setup.Options = options =>
            {
                before(options);
                options.StuckThreshold = isNever ? TimeSpan.MaxValue : Odd;
            };
            setup.Work<Probe>(async (_, token) =>
            {
                Source(_started, 1).TrySetResult();
                token.Register(cancelled.SetResult);
                await Source(_releases, 1).Task;
            });
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await Started(1).WaitAsync(Long, Token);

        // On this thread, as it would be on a timer's.
        _time.Advance(Timeout);

        await cancelled.Task.WaitAsync(Long, Token);
        Assert.Equal(isNever ? 0 : 1, client.Logs.All.Count(record => record.Id == 3104));
        Release(1);
        await client.SettledAsync(id, JobState.Completed);
    }

    private TestClient Create(TestDatabase database, int workers, Action<ClientSetup>? configure = null) => TestClient.Create(database, setup =>
    {
        Configure(setup, workers);
        setup.Work<Probe>(async (job, _) =>
        {
            Source(_started, job.Args.Number).TrySetResult();
            await Source(_releases, job.Args.Number).Task;
        });
        configure?.Invoke(setup);
    });

    private void Configure(ClientSetup setup, int workers)
    {
        setup.Time = _time;
        setup.Queues.Clear();
        setup.Queues.Add(new QueueDeclaration("default", workers));
        setup.Options = options =>
        {
            options.JobTimeout = Timeout;
            options.HeartbeatLease = TimeSpan.FromDays(1);
        };
    }

    private Task Started(int number) => Source(_started, number).Task;

    private void Release(int number) => Source(_releases, number).TrySetResult();

    private static TaskCompletionSource Source(ConcurrentDictionary<int, TaskCompletionSource> sources, int number) =>
        sources.GetOrAdd(number, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private static async Task<TEvent> NextAsync<TEvent>(IAsyncEnumerator<RiverEvent> reader)
        where TEvent : RiverEvent
    {
        Assert.True(await reader.MoveNextAsync().AsTask().SoonAsync(Token, $"the next event, a {typeof(TEvent).Name}"));
        return Assert.IsType<TEvent>(reader.Current);
    }

    private sealed class Handler : IStuckJobHandler
    {
        public TaskCompletionSource<JobStuckEvent> Handled { get; } = new();

        public Func<string?> Read { get; init; } = static () => null;

        public string? Heard { get; private set; }

        public ValueTask HandleAsync(JobStuckEvent stuck, CancellationToken cancellationToken)
        {
            Heard = Read();
            Handled.TrySetResult(stuck);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Has no timer for one length of time.</summary>
    private sealed class NoTimerOf(TimeSpan length, TimeProvider inner) : TimeProvider
    {
        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            dueTime == length ? throw new InvalidOperationException("no timer") : inner.CreateTimer(callback, state, dueTime, period);
    }

    private sealed class FailingHandler : IStuckJobHandler
    {
        public ValueTask HandleAsync(JobStuckEvent stuck, CancellationToken cancellationToken) => throw new InvalidOperationException("handled badly");
    }
}
