using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using River.Client;
using River.Extending;
using River.Fetching;
using River.Hosting;
using River.Inserting;
using River.Periodic;
using River.Registration;
using River.Storage;
using River.Telemetry;
using Xunit;

namespace River.Tests.Harness;

/// <summary>What a test says about its client before it is made.</summary>
internal sealed class ClientSetup
{
    public List<WorkerRegistration> Workers { get; } = [];

    public List<ScheduleRegistration> Schedules { get; } = [];

    public List<QueueDeclaration> Queues { get; } = [new("default", 10), new("other", 10)];

    public Action<RiverOptions> Options { get; set; } = static _ => { };

    public Action<IServiceCollection> Services { get; set; } = static _ => { };

    /// <summary>Middleware and hooks for all jobs.</summary>
    public List<ExtensionRegistration> Extensions { get; } = [];

    /// <summary>Middleware and hooks for the jobs of a type, or for a worker's.</summary>
    public List<(Type? Owner, ExtensionRegistration Extension)> OwnedExtensions { get; } = [];

    /// <summary>What the application does to the services after River was added.</summary>
    public Action<IServiceCollection> ServicesAfterwards { get; set; } = static _ => { };

    /// <summary>Drives the loops. Default: the machine's clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    public void Work<TArgs>(Func<Job<TArgs>, CancellationToken, Task> work)
        where TArgs : IJobArgs<TArgs> => Workers.Add(WorkerRegistration.ForJob<TArgs>((job, _, token) => work(job, token)));

    public void Work<TArgs>(Func<Job<TArgs>, IServiceProvider, CancellationToken, Task> work)
        where TArgs : IJobArgs<TArgs> => Workers.Add(WorkerRegistration.ForJob(work));
}

/// <summary>A client as a host would make it, without the host.</summary>
internal sealed class TestClient : IAsyncDisposable
{
    private readonly ServiceProvider _provider;

    private TestClient(ServiceProvider provider, ObservedStore store, LogRecords logs)
    {
        _provider = provider;
        Store = store;
        Logs = logs;
        Jobs = provider.GetRequiredService<IJobClient>();
        Engine = provider.GetRequiredService<IEngine>();
    }

    public IJobClient Jobs { get; }

    public IEngine Engine { get; }

    public IRiverHost Host => _provider.GetRequiredService<IRiverHost>();

    public QueueTable Queues => _provider.GetRequiredService<QueueTable>();

    public ObservedStore Store { get; }

    public LogRecords Logs { get; }

    public IServiceProvider Services => _provider;

    public IQueueNudge Nudge => _provider.GetRequiredService<IQueueNudge>();

    public static TestClient Create(TestDatabase database, Action<ClientSetup> configure)
    {
        var setup = new ClientSetup();
        configure(setup);
        var options = new RiverOptions { SoftStopTimeout = TimeSpan.FromSeconds(10), PollInterval = TimeSpan.FromMilliseconds(200) };
        setup.Options(options);
        var registry = new JobRegistry();
        registry.Add(new JobManifest("engine-tests")
        {
            Jobs = [.. setup.Workers.Select(worker => worker.Job)],
            Workers = setup.Workers,
            Queues = setup.Queues,
            Schedules = setup.Schedules,
        });
        var logs = new LogRecords();
        var store = new ObservedStore(database.Open(options));

        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(logs).SetMinimumLevel(LogLevel.Debug));
        services.AddSingleton(Options.Create(options));
        var declared = new DeclaredQueues(registry);
        services.AddSingleton(declared);
        services.AddSingleton(provider => new CheckedOptions(new FixedOptions(options), () => [], provider.GetRequiredService<ILogger<CheckedOptions>>()));
        services.AddSingleton(registry);
        services.AddSingleton(setup.Time);
        services.AddSingleton(new Randomness(seed: 7));
        services.AddSingleton<JobStore>(store);
        services.AddSingleton<ClientIdentity>();
        services.AddSingleton(new QueueTable(declared, options));
        services.AddSingleton<ScheduleTable>();
        services.AddSingleton(provider => new ListenerFaults(setup.Time, provider.GetRequiredService<ILoggerFactory>().CreateLogger("River.Engine")));
        services.AddSingleton(provider => new Instruments(provider.GetRequiredService<ListenerFaults>()));
        services.AddSingleton<Sending>();
        services.AddSingleton<StoreGate>();
        services.AddSingleton(provider => new InsertExtensions(registry, provider));
        services.AddSingleton(provider => new Inserter(declared, () => options, setup.Time, provider.GetRequiredService<InsertExtensions>()));
        services.AddSingleton<IJobClient>(provider => new JobClient(
            provider.GetRequiredService<StoreGate>(),
            provider.GetRequiredService<JobStore>(),
            provider.GetRequiredService<Inserter>(),
            new Lazy<IQueueNudge?>(provider.GetService<IQueueNudge>),
            provider.GetRequiredService<ScheduleTable>(),
            provider.GetRequiredService<Randomness>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<InsertExtensions>(),
            sending: provider.GetRequiredService<Sending>()));
        foreach (var worker in setup.Workers)
            worker.AddServices(services);
        setup.Services(services);
        foreach (var (owner, extension) in setup.Extensions.Select(one => ((Type?)null, one)).Concat(setup.OwnedExtensions))
        {
            registry.Use(extension, owner);
            extension.AddServices(services);
        }

        EngineServices.Add(services);
        setup.ServicesAfterwards(services);
        return new TestClient(services.BuildServiceProvider(), store, logs);
    }

    public async Task StartAsync()
    {
        await _provider.GetRequiredService<StoreGate>().ReadyAsync(TestContext.Current.CancellationToken);
        await Engine.StartAsync(TestContext.Current.CancellationToken);
    }

    public Task StopAsync() => Engine.StopAsync(TestContext.Current.CancellationToken);

    public async Task<long> EnqueueAsync<TArgs>(TArgs args, EnqueueOptions? options = null)
        where TArgs : IJobArgs<TArgs> => (await Jobs.EnqueueAsync(args, options, TestContext.Current.CancellationToken)).Job.Id;

    public async Task<JobRow> GetAsync(long id) =>
        (await Jobs.GetAsync(id, TestContext.Current.CancellationToken))!;

    /// <summary>Waits until this client has written that the job is in that state, and reads it.</summary>
    public async Task<JobRow> SettledAsync(long id, JobState state)
    {
        try
        {
            await Store.SettledAsync(id, state);
        }
        catch (TimeoutException)
        {
            var row = await GetAsync(id);
            Assert.Fail($"Job {id} is {row.State}, not {state}; its last error: {row.Errors.LastOrDefault()}");
        }

        return await GetAsync(id);
    }

    /// <summary>What a host does whose start failed after this client's: it disposes everything and stops nothing.</summary>
    public ValueTask DisposeUnstoppedAsync() => _provider.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        using (var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(5)))
            await Engine.StopAsync(hurry.Token);
        await _provider.DisposeAsync();

        // The container leaves alone what it didn't make.
        await Store.DisposeAsync();
    }

    private sealed class FixedOptions(RiverOptions options) : IOptionsMonitor<RiverOptions>
    {
        public RiverOptions CurrentValue => options;

        public RiverOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<RiverOptions, string?> listener) => null;
    }
}
