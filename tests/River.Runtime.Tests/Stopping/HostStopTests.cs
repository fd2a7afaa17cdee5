using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using River.Hosting;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Stopping;

/// <summary>The stop of a client that is one of several services of a host.</summary>
public sealed class HostStopTests(PostgresFixture postgres)
{
    private const int SoftStopOver = 1004;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task While_a_service_that_stops_first_takes_its_time_nothing_is_claimed_and_the_soft_time_runs(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new FakeTimeProvider();
        var server = new SlowServer();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource<DateTimeOffset>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ran = 0;
        using var host = Host(database, out var logs, services => services.AddSingleton<TimeProvider>(time).AddSingleton<IHostedService>(server),
            WorkerRegistration.ForJob<Endless>(async (_, _, token) =>
            {
                await using var registration = token.Register(() => cancelled.TrySetResult(time.GetUtcNow()));
                started.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
            }),
            WorkerRegistration.ForJob<Probe>((_, _, _) =>
            {
                Interlocked.Increment(ref ran);
                return Task.CompletedTask;
            }));
        await host.StartAsync(Token);
        var jobs = host.Services.GetRequiredService<IJobClient>();
        var running = (await jobs.EnqueueAsync(new Endless(), cancellationToken: Token)).Job.Id;
        await started.Task.SoonAsync(Token);

        var begun = time.GetUtcNow();
        var stop = host.StopAsync(Token);
        await server.Stopping.SoonAsync(Token);
        Assert.Contains(logs.All, record => record.Message.StartsWith("River stops;", StringComparison.Ordinal));
        var waiting = (await jobs.EnqueueAsync(new Probe(1), cancellationToken: Token)).Job.Id;
        // No further than to the end of the soft time: the three seconds that follow it are the job's.
        await Eventually.Async(
            () =>
            {
                if (!logs.All.Any(record => record.Id == SoftStopOver))
                    time.Advance(TimeSpan.FromSeconds(1));
                return cancelled.Task.IsCompleted;
            },
            Patience,
            Token);
        Assert.False(stop.IsCompleted);
        server.Release();
        await stop;

        // What the host's minute leaves for them.
        Assert.InRange(await cancelled.Task - begun, TimeSpan.FromSeconds(55), TimeSpan.MaxValue);
        Assert.Equal((0, JobState.Available, 0), (ran, (await jobs.GetAsync(waiting, Token))!.State, (await jobs.GetAsync(waiting, Token))!.Attempt));
        var handedBack = (await jobs.GetAsync(running, Token))!;
        Assert.Equal((JobState.Available, 0, 0), (handedBack.State, handedBack.Attempt, handedBack.Errors.Count));
        Assert.DoesNotContain(logs.All, record => record.Level >= LogLevel.Error);
    }

    [Theory, EachStore]
    public async Task A_job_that_heeds_no_token_is_not_handed_back_while_another_service_keeps_the_process(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new FakeTimeProvider();
        var server = new SlowServer();
        var (started, cancelled, release) = (Signal(), Signal(), Signal());
        using var host = Host(
            database,
            out var logs,
            services => services.AddSingleton<TimeProvider>(time).AddSingleton<IHostedService>(server).Configure<RiverOptions>(options => options.SoftStopTimeout = TimeSpan.Zero)
                .AddHealthChecks().AddRiver(),
            WorkerRegistration.ForJob<Endless>(async (_, _, token) =>
            {
                await using var registration = token.Register(() => cancelled.TrySetResult());
                started.TrySetResult();
                await release.Task;
            }));
        await host.StartAsync(Token);
        var jobs = host.Services.GetRequiredService<IJobClient>();
        var id = (await jobs.EnqueueAsync(new Endless(), cancellationToken: Token)).Job.Id;
        await started.Task.SoonAsync(Token);

        var stop = host.StopAsync(Token);
        await server.Stopping.SoonAsync(Token);
        await cancelled.Task.SoonAsync(Token);
        for (var i = 0; i < 10; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(JobState.Running, (await jobs.GetAsync(id, Token))!.State);
        }

        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Token);
        Assert.Equal("The client is stopping, and claims no more jobs.", health.Entries["river"].Description);
        server.Release();
        // What such a job is given to end may have begun late.
        await time.AdvanceUntilAsync(stop, TimeSpan.FromSeconds(1), Token);

        Assert.Equal((JobState.Available, 0), ((await jobs.GetAsync(id, Token))!.State, (await jobs.GetAsync(id, Token))!.Attempt));
        Assert.Contains(logs.All, record => record.Id == 1005);
        release.SetResult();

        static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [Theory, EachStore]
    public async Task A_host_may_stop_River_twice_with_and_without_its_lifecycle_and_start_it_again(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var host = Host(database, out var logs, _ => { }, WorkerRegistration.ForJob<Probe>((_, _, _) => Task.CompletedTask));
        var river = host.Services.GetServices<IHostedService>().OfType<IHostedLifecycleService>().Single();
        var engine = host.Services.GetRequiredService<IEngine>();

        await river.StoppingAsync(Token);
        await river.StopAsync(Token);
        foreach (var withLifecycle in new[] { true, false, true })
        {
            await river.StartAsync(Token);
            Assert.NotNull(engine.Run);
            var loops = engine.Run.Loops;
            if (withLifecycle)
                await Task.WhenAll(river.StoppingAsync(Token), river.StoppingAsync(Token));
            await Task.WhenAll(river.StopAsync(Token), river.StopAsync(Token));
            await river.StopAsync(Token);

            Assert.Null(engine.Run);
            Assert.All(loops, loop => Assert.True(loop.Completion.IsCompleted, $"Loop {loop.Name} still runs."));
        }

        Assert.Equal(3, logs.All.Count(record => record.Message == "River has stopped"));
        Assert.Equal(3, logs.All.Count(record => record.Message.StartsWith("River client", StringComparison.Ordinal) && record.Message.EndsWith("has stopped", StringComparison.Ordinal)));
    }

    [Theory, EachStore]
    public async Task A_host_whose_client_the_application_has_stopped_itself_or_that_only_enqueues_stops_at_once(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var working = Host(database, out _, _ => { }, WorkerRegistration.ForJob<Probe>((_, _, _) => Task.CompletedTask));
        using var insertOnly = Host(database, out _, _ => { });
        await working.StartAsync(Token);
        await insertOnly.StartAsync(Token);
        await insertOnly.Services.GetRequiredService<IJobClient>().ListAsync(cancellationToken: Token);

        await working.Services.GetRequiredService<IRiverHost>().StopAsync(Token);
        await working.StopAsync(Token);
        await insertOnly.StopAsync(Token);

        Assert.Null(working.Services.GetRequiredService<IEngine>().Run);
    }

    [Theory]
    [InlineData(60, "00:01:00")]
    [InlineData(-0.001, "infinite")]
    [InlineData(59, null)]
    public async Task A_soft_time_that_the_host_does_not_have_is_told_at_the_start(double seconds, string? told)
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        using var host = Host(
            database,
            out var logs,
            services => services.Configure<RiverOptions>(options => options.SoftStopTimeout = TimeSpan.FromSeconds(seconds)),
            WorkerRegistration.ForJob<Probe>((_, _, _) => Task.CompletedTask));

        await host.StartAsync(Token);
        await host.StopAsync(Token);

        var warnings = logs.All.Where(record => record.Level == LogLevel.Warning).Select(record => record.Message);
        if (told is null)
            Assert.Empty(warnings);
        else
            Assert.StartsWith($"SoftStopTimeout is {told}, and the host takes 00:01:00 to stop at most (HostOptions.ShutdownTimeout), so running jobs get 00:00:55", Assert.Single(warnings), StringComparison.Ordinal);
    }

    /// <summary>A host with a minute to stop, whose client works where there are workers.</summary>
    private static IHost Host(TestDatabase database, out LogRecords logs, Action<IServiceCollection> more, params IReadOnlyList<WorkerRegistration> workers)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        logs = new LogRecords();
        builder.Logging.AddProvider(logs);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMinutes(1));
        void Configure(RiverBuilder river)
        {
            _ = database.Kind == Database.Sqlite ? river.UseSqlite(database.ConnectionString) : river.UsePostgres(database.ConnectionString);
            river.Configure(options => options.HeartbeatLease = TimeSpan.FromDays(1)).AddManifest(new JobManifest("host-stop-tests")
            {
                Jobs = workers.Count > 0 ? [.. workers.Select(worker => worker.Job)] : [Probe.Descriptor],
                Workers = workers,
                Queues = [new("default", 10)],
            });
        }

        if (workers.Count > 0)
            builder.Services.AddRiver(Configure);
        else
            builder.Services.AddRiverClient(Configure);
        more(builder.Services);
        return builder.Build();
    }

    /// <summary>Added after River, so stopped before it, like a web server with a request that goes on.</summary>
    private sealed class SlowServer : IHostedService
    {
        private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Stopping => _stopping.Task;

        public void Release() => _drained.TrySetResult();

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            _stopping.TrySetResult();
            return _drained.Task.WaitAsync(cancellationToken);
        }
    }
}
