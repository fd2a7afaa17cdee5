using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using River.Hosting;
using Xunit;

namespace River.Tests.Hosting;

public sealed class StartChecksTests
{
    private static readonly WorkerRegistration MailWorker = WorkerRegistration.ForJob<SendMail>((_, _, _) => Task.CompletedTask);

    [Fact]
    public void A_sound_client_has_no_faults() => Assert.Empty(Faults(river => Sound(river)));

    [Fact]
    public void An_empty_client_is_told_to_choose_a_database_and_to_add_jobs()
    {
        var faults = Faults(_ => { });

        Assert.Contains(faults, fault => fault.Contains("call UsePostgres(…) or UseSqlite(…)", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("call AddJobs()", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_reported_at_once_before_the_database_is_asked()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddRiver(river => Sound(river).Configure(options =>
        {
            options.ClientId = new string('x', 101);
            options.Schema = "no-schema";
            options.MaxAttempts = 0;
            options.PollInterval = TimeSpan.Zero;
            options.HeartbeatInterval = TimeSpan.FromMilliseconds(99);
            options.HeartbeatLease = TimeSpan.FromMilliseconds(296);
            options.RescueInterval = TimeSpan.Zero;
            options.StatementTimeout = TimeSpan.FromSeconds(-1);
            options.SoftStopTimeout = TimeSpan.FromSeconds(-1);
            options.JobTimeout = TimeSpan.Zero;
            options.Leadership = (Leadership)7;
            options.MaxWorkers["mial"] = 1;
            options.MaxWorkers["mail"] = 10_001;
        }));
        using var host = builder.Build();

        var error = await Assert.ThrowsAsync<RiverConfigurationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(13, error.Faults.Count);
        foreach (var name in new[] { "ClientId", "Schema", "MaxAttempts", "PollInterval", "HeartbeatInterval is", "HeartbeatLease is", "RescueInterval", "StatementTimeout", "SoftStopTimeout", "JobTimeout", "Leadership", "'mial', which is not declared; did you mean 'mail'? ", "10001" })
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("River can't start, for 13 reasons:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_that_no_timer_or_database_takes_is_a_fault_and_the_longest_ones_are_none()
    {
        var tick = TimeSpan.FromTicks(1);
        void Times(RiverOptions options, TimeSpan more)
        {
            options.PollInterval = options.RescueInterval = options.StatementTimeout = TimeSpan.FromDays(1) + more;
            options.RescueAfter = TimeSpan.FromDays(3_650) + more;
            options.SoftStopTimeout = TimeSpan.FromDays(49) + more;
        }

        string[] expected =
        [
            "PollInterval is 1.00:00:00.0000001; it must be 1 ms to 1 day.",
            "RescueAfter is 3650.00:00:00.0000001; it must be at most 3,650 days.",
            "RescueInterval is 1.00:00:00.0000001; it must be positive and at most 1 day.",
            "SoftStopTimeout is 49.00:00:00.0000001; it must be zero to 49 days, or infinite.",
            "StatementTimeout is 1.00:00:00.0000001; it must be positive and at most 1 day.",
        ];
        Assert.Equal(expected, Faults(river => Sound(river).Configure(options => Times(options, tick))).Order(StringComparer.Ordinal));
        Assert.Empty(Faults(river => Sound(river).Configure(options => Times(options, TimeSpan.Zero))));
    }

    [Fact]
    public void Options_that_cannot_be_read_are_a_fault_among_others()
    {
        var faults = Faults(river => river.AddManifest(TestManifests.With(MailWorker)), [("River:PollInterval", "soon"), ("River:PolInterval", "00:00:01")]);

        Assert.Contains(faults, fault => fault.StartsWith("the options can't be read from the configuration section 'River'", StringComparison.Ordinal) && fault.Contains("PollInterval", StringComparison.Ordinal));
        Assert.Contains("the configuration section 'River' sets 'PolInterval', which is no option; did you mean 'PollInterval'?", faults);
        Assert.Contains(StartChecks.NoStore, faults);
    }

    [Fact]
    public void A_rescue_before_the_timeout_is_a_fault()
    {
        var job = Job<Cleanup>("slow_job", new JobFacts { Timeout = TimeSpan.FromHours(1) });

        var faults = Faults(river => Sound(river).AddManifest(Manifest("slow", job)));

        Assert.Contains(faults, fault => fault.Contains("'slow_job'", StringComparison.Ordinal) && fault.Contains("RescueAfter (01:00:00)", StringComparison.Ordinal));
        Assert.Contains(Faults(river => Sound(river).Configure(options => options.JobTimeout = TimeSpan.FromHours(2))), fault => fault.StartsWith("RescueAfter is 01:00:00", StringComparison.Ordinal));
        Assert.Empty(Faults(river => Sound(river).Configure(options => options.JobTimeout = Timeout.InfiniteTimeSpan)));
    }

    [Fact]
    public void Everything_that_is_wrong_with_the_upkeep_is_listed()
    {
        var faults = Faults(
            river => Sound(river).Configure(options =>
            {
                options.Retention.Completed = TimeSpan.FromSeconds(-1);
                options.Retention.Queues["tenant_*"] = new RetentionOverride { Discarded = TimeSpan.FromDays(-2) };
                options.Retention.Kinds[""] = new RetentionOverride();
                options.Reindex.Schedule = "0 0 31 2 *";
                options.Reindex.Timeout = TimeSpan.Zero;
                options.Reindex.Indexes = [" "];
            }),
            [("River:Retention:Complete", "1"), ("River:Retention:Queues:mail:Discard", "1"), ("River:Reindex:Enable", "true")]).ToArray();

        string[] expected =
        [
            "the configuration section 'River:Retention' sets 'Complete', which is no option; did you mean 'Completed'?",
            "the configuration section 'River:Retention:Queues:mail' sets 'Discard', which is no option; did you mean 'Discarded'?",
            "the configuration section 'River:Reindex' sets 'Enable', which is no option; did you mean 'Enabled'?",
            "Retention.Completed is -00:00:01; it must be zero or more, or infinite.",
            "Retention.Queues['tenant_*'] names a family of queues; name each queue, or give the jobs' kinds a retention of their own.",
            "Retention.Queues['tenant_*'].Discarded is -2.00:00:00; it must be zero or more, or infinite.",
            "Retention.Kinds[''] has a name of 0 characters; it must have 1 to 127.",
            "Reindex.Schedule is '0 0 31 2 *', which no date matches; to switch it off set Reindex.Enabled to false.",
            "Reindex.Timeout is 00:00:00; it must be positive and at most a day.",
            "Reindex.Indexes holds ' ', which is no name of an index.",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), faults.Order(StringComparer.Ordinal));
        Assert.Contains(Faults(river => Sound(river).Configure(options => options.Reindex.Schedule = "daily")), fault => fault.StartsWith("Reindex.Schedule is 'daily', which can't be read", StringComparison.Ordinal));
    }

    [Fact]
    public void Everything_that_is_wrong_with_the_logs_of_jobs_is_listed()
    {
        var faults = Faults(
            river => Sound(river).Configure(options => (options.JobLogs.Level, options.JobLogs.MaxBytesPerAttempt, options.JobLogs.MaxBytes) = ((LogLevel)9, 1_023, 64 * 1024 * 1024 + 1)),
            [("River:JobLogs:Levle", "Debug")]);

        string[] expected =
        [
            "the configuration section 'River:JobLogs' sets 'Levle', which is no option; did you mean 'Level'?",
            "JobLogs.Level is 9; it must be a level of Microsoft.Extensions.Logging, such as Information, or None.",
            "JobLogs.MaxBytesPerAttempt is 1023; it must be 1,024 to 8,388,608.",
            "JobLogs.MaxBytes is 67108865; it must be at least JobLogs.MaxBytesPerAttempt (1023) and at most 67,108,864.",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), faults.Order(StringComparer.Ordinal));
        Assert.StartsWith("JobLogs.MaxBytes is 4095", Assert.Single(Faults(river => Sound(river).Configure(options => (options.JobLogs.MaxBytesPerAttempt, options.JobLogs.MaxBytes) = (4_096, 4_095)))), StringComparison.Ordinal);
        Assert.Empty(Faults(river => Sound(river).Configure(options => (options.JobLogs.MaxBytesPerAttempt, options.JobLogs.MaxBytes) = (8 * 1024 * 1024, 64 * 1024 * 1024))));
    }

    [Fact]
    public void One_kind_for_two_types_names_both()
    {
        var faults = Faults(river => Sound(river).AddManifest(Manifest("other", Job<Cleanup>("other_mail", new JobFacts { Aliases = ["send_mail"] }))));

        Assert.Contains(faults, fault => fault.Contains("the kind 'send_mail' stands for River.Tests.SendMail", StringComparison.Ordinal) && fault.Contains("River.Tests.Cleanup", StringComparison.Ordinal));
    }

    [Fact]
    public void A_declaration_out_of_range_is_a_fault()
    {
        var job = Job<Cleanup>("x", new JobFacts { Queue = "mial", Priority = 9, Timeout = TimeSpan.FromSeconds(-5) });

        var faults = Faults(river => Sound(river).AddManifest(Manifest("other", job)));

        Assert.Contains(faults, fault => fault.Contains("'x' is no valid kind", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("Priority is 9", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("goes to queue 'mial', which is not declared; did you mean 'mail'?", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("has the timeout -00:00:05", StringComparison.Ordinal));
    }

    [Fact]
    public void A_JSON_contract_that_cannot_be_resolved_is_a_fault()
    {
        var job = JobDescriptor.Create<Cleanup>("no_contract", () => throw new NotSupportedException("no metadata for Cleanup"));

        Assert.Contains(Faults(river => Sound(river).AddManifest(Manifest("other", job))), fault => fault.Contains("'no_contract'", StringComparison.Ordinal) && fault.Contains("no metadata for Cleanup", StringComparison.Ordinal));
    }

    [Fact]
    public void Libraries_that_disagree_whether_a_queue_is_worked_here_need_the_host_to_say()
    {
        static void Disagree(RiverBuilder river) => Sound(river)
            .AddManifest(new JobManifest("library") { Queues = [new QueueDeclaration("mail", External: true)] });

        Assert.Contains(Faults(Disagree), fault => fault.Contains("queue 'mail' is declared with different settings by contracts and library", StringComparison.Ordinal));
        Assert.Empty(Faults(river =>
        {
            Disagree(river);
            river.Work("mail", maxWorkers: 5);
        }));
    }

    [Fact]
    public void A_worker_whose_services_are_missing_is_named_with_its_parameter()
    {
        var worker = WorkerRegistration.ForWorker<SendMail, MailWorkerClass>(
            _ => new MailWorkerClass(),
            new ServiceDependency(typeof(IServiceProvider), "services"),
            new ServiceDependency(typeof(Uri), "mailer"),
            new ServiceDependency(typeof(Version), "optional", IsOptional: true),
            new ServiceDependency(typeof(string), "keyed", Key: "greeting"),
            new ServiceDependency(typeof(string), "otherKey", Key: "farewell"));

        var faults = Faults(river =>
        {
            river.Services.AddKeyedSingleton("greeting", "hello");
            river.UseStore(NoStore).AddManifest(TestManifests.With(worker));
        });

        Assert.Equal(2, faults.Count);
        Assert.Contains("worker MailWorkerClass of job 'send_mail' (SendMail) needs System.Uri (parameter 'mailer'), which isn't registered; add it to the host's services.", faults);
        Assert.Contains(faults, fault => fault.Contains("System.String with key 'farewell' (parameter 'otherKey')", StringComparison.Ordinal));
    }

    // river-facts 11.3 topic 12
    [Fact]
    public void A_job_without_a_worker_is_a_fault_only_where_its_queue_is_worked()
    {
        static RiverBuilder WithoutWorkers(RiverBuilder river) => river.UseStore(NoStore).AddManifest(TestManifests.Contracts());

        var faults = Faults(river => WithoutWorkers(river));

        Assert.Contains(faults, fault => fault.StartsWith("job 'send_mail' (SendMail) has no worker, and its queue 'mail' is worked here.", StringComparison.Ordinal));
        Assert.Equal(4, faults.Count);
        Assert.Empty(Faults(river => WithoutWorkers(river).Work("mail", 0).Work("default", 0)));
        Assert.Empty(Faults(river => WithoutWorkers(river), works: false));
    }

    [Fact]
    public void Two_workers_of_one_job_are_a_fault()
    {
        var other = WorkerRegistration.ForWorker<SendMail, MailWorkerClass>(_ => new MailWorkerClass());

        Assert.Contains(Faults(river => river.UseStore(NoStore).AddManifest(TestManifests.With(MailWorker, other))), fault => fault.Contains("has several workers: SendMail and MailWorkerClass", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nightly", "0 3 * * *", "Europe/Nowhere", "time zone 'Europe/Nowhere'")]
    [InlineData("nightly", "0 25 * * *", null, "'0 25 * * *', which can't be read")]
    [InlineData("nightly", "0 0 30 2 *", null, "which no date matches")]
    [InlineData("n", "@daily", null, "has no valid id")]
    [InlineData("nightly", "TZ=Nowhere/Land 0 3 * * *", null, "time zone 'Nowhere/Land'")]
    public void A_schedule_that_cannot_run_is_a_fault(string id, string cron, string? zone, string expected)
    {
        var schedule = ScheduleRegistration.For(id, cron, _ => new SendMail(1), zone);

        var faults = Faults(river => Sound(river).AddManifest(new JobManifest("schedules") { Schedules = [schedule] }));

        Assert.Contains(expected, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public void A_limit_of_missed_slots_out_of_range_is_a_fault(int limit)
    {
        var schedule = ScheduleRegistration.For("nightly", "@daily", _ => new SendMail(1), new ScheduleFacts { Misfire = Misfire.All, MisfireLimit = limit });

        Assert.Contains($"MisfireLimit {limit}", Assert.Single(Faults(river => Sound(river).AddManifest(new JobManifest("schedules") { Schedules = [schedule] }))), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_schedules_of_one_id_are_a_fault()
    {
        ScheduleRegistration[] schedules = [ScheduleRegistration.For("nightly", "@daily", _ => new SendMail(1)), ScheduleRegistration.For("nightly", "@hourly", _ => new Reconcile())];

        Assert.Contains("the schedule id 'nightly' is used by job 'send_mail' (SendMail) and job 'reconcile' (Reconcile)", Assert.Single(Faults(river => Sound(river).AddManifest(new JobManifest("schedules") { Schedules = schedules }))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_data_source_that_the_services_dont_have_is_a_fault_among_others()
    {
        var faults = Faults(river => river.UsePostgres(services => services.GetRequiredService<NpgsqlDataSource>())
            .AddManifest(TestManifests.With(MailWorker))
            .Configure(options => options.PollInterval = TimeSpan.Zero));
        Assert.Contains(faults, fault => fault.StartsWith("the callback given to UsePostgres found no data source: No service for type 'Npgsql.NpgsqlDataSource'", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("PollInterval", StringComparison.Ordinal));

        using var small = NpgsqlDataSource.Create("Host=localhost;Maximum Pool Size=5");
        Assert.Contains("holds 5 connections at most", Assert.Single(Faults(river => river.UsePostgres(_ => small).AddManifest(TestManifests.With(MailWorker)))), StringComparison.Ordinal);
        Assert.Contains("returned no data source", Assert.Single(Faults(river => river.UsePostgres(_ => null!).AddManifest(TestManifests.With(MailWorker)))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pool_that_is_too_small_is_a_fault_among_others()
    {
        const string Small = "Host=localhost;Maximum Pool Size=5;Multiplexing=true";
        static RiverBuilder Wrong(RiverBuilder river) => river.UsePostgres(Small).AddManifest(TestManifests.With(MailWorker)).Configure(options => options.PollInterval = TimeSpan.Zero);

        var working = Faults(river => Wrong(river));
        var insertOnly = Faults(river => Wrong(river), works: false);

        Assert.Contains(working, fault => fault.Contains("holds 5 connections at most (Maximum Pool Size), and a client that works jobs needs 6", StringComparison.Ordinal) && fault.Contains("Raise Maximum Pool Size", StringComparison.Ordinal));
        Assert.All([working, insertOnly], faults => Assert.Contains(faults, fault => fault.Contains("turn Multiplexing off", StringComparison.Ordinal)));
        Assert.All([working, insertOnly], faults => Assert.Contains(faults, fault => fault.StartsWith("PollInterval", StringComparison.Ordinal)));
        Assert.Equal((3, 2), (working.Count, insertOnly.Count));
        Assert.Empty(Faults(river => river.UsePostgres("Host=localhost;Maximum Pool Size=6").AddManifest(TestManifests.With(MailWorker))));
        Assert.Empty(Faults(river => river.UsePostgres("Host=localhost;Pooling=false;Maximum Pool Size=1").AddManifest(TestManifests.With(MailWorker))));
    }

    [Theory]
    [InlineData(ServiceLifetime.Scoped, true)]
    [InlineData(ServiceLifetime.Transient, false)]
    [InlineData(ServiceLifetime.Singleton, false)]
    public void What_takes_part_in_inserts_must_be_no_scoped_service(ServiceLifetime lifetime, bool isRefused)
    {
        void Configure(RiverBuilder river)
        {
            river.Services.Add(ServiceDescriptor.Describe(typeof(InsertPart), typeof(InsertPart), lifetime));
            Sound(river).Use<InsertPart>().UseForJob<SendMail, InsertPart>();
        }

        Assert.All([Faults(Configure), Faults(Configure, works: false)], faults =>
        {
            if (isRefused)
                Assert.StartsWith("InsertPart takes part in inserts, which have no scope, and is registered as a scoped service.", Assert.Single(faults), StringComparison.Ordinal);
            else
                Assert.Empty(faults);
        });
        Assert.Empty(Faults(river => Sound(river).Use<InsertPart>()));
        Assert.Empty(Faults(river =>
        {
            river.Services.AddScoped<WorkPart>();
            Sound(river).Use<WorkPart>();
        }));
    }

    [Fact]
    public void Extensions_for_what_is_no_worker_are_named()
    {
        static RiverBuilder With(RiverBuilder river) => river.UseStore(NoStore).AddManifest(TestManifests.With(WorkerRegistration.ForWorker<SendMail, MailWorkerClass>(static _ => new MailWorkerClass())));

        var faults = Faults(river => With(river).UseForWorker<MailWorkerClas, WorkPart>().UseForWorker<MailWorkerClas, WorkPart>().UseForWorker<Uri, WorkPart>().UseForWorker<MailWorkerClass, WorkPart>());

        Assert.Equal(2, faults.Count);
        Assert.StartsWith("UseForWorker<MailWorkerClas, WorkPart>() names no worker of this client; did you mean 'MailWorkerClass'?", faults[0], StringComparison.Ordinal);
        Assert.StartsWith("UseForWorker<Uri, WorkPart>() names no worker of this client. Name the class that implements IWorker<…>", faults[1], StringComparison.Ordinal);
        Assert.Empty(Faults(river => With(river).UseForWorker<MailWorkerClas, WorkPart>(), works: false));
    }

    [Fact]
    public void Only_one_of_the_two_registrations_may_be_called()
    {
        var services = new ServiceCollection();
        services.AddRiver(_ => { });

        Assert.Throws<InvalidOperationException>(() => services.AddRiverClient(_ => { }));
        services.AddRiver(river => river.AddManifest(TestManifests.Contracts()));
        Assert.Equal(4, services.Single(service => service.ServiceType == typeof(RiverBuilder)).ImplementationInstance is RiverBuilder builder ? builder.Registry.Jobs.Count() : 0);
    }

    private static RiverBuilder Sound(RiverBuilder river) => river.UseStore(NoStore).AddManifest(TestManifests.With(MailWorker));

    private static Storage.JobStore NoStore(IServiceProvider services, RiverOptions options) => throw new InvalidOperationException("the store was asked for too early");

    private static JobDescriptor<TArgs> Job<TArgs>(string kind, JobFacts facts)
        where TArgs : IJobArgs<TArgs> => JobDescriptor.Create(kind, () => TArgs.Descriptor.TypeInfo, new JobFacts
        {
            Queue = facts.Queue,
            Aliases = facts.Aliases,
            Priority = facts.Priority,
            Timeout = facts.Timeout,
            External = true,
        });

    private static JobManifest Manifest(string assembly, params IReadOnlyList<JobDescriptor> jobs) => new(assembly) { Jobs = jobs };

    private static List<string> Faults(Action<RiverBuilder> configure, IEnumerable<(string Key, string Value)>? configuration = null, bool works = true)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        if (configuration is not null)
            builder.Configuration.AddInMemoryCollection(configuration.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        if (works)
            builder.Services.AddRiver(configure);
        else
            builder.Services.AddRiverClient(configure);
        using var provider = builder.Services.BuildServiceProvider();
        return [.. provider.GetRequiredService<StartChecks>().Faults()];
    }

    private sealed class InsertPart : IInsertBeginHook
    {
        public void InsertBegin(InsertContext context)
        {
        }
    }

    private sealed class WorkPart : IWorkMiddleware
    {
        public Task InvokeAsync(WorkContext context, Func<CancellationToken, Task> next, CancellationToken cancellationToken) => next(cancellationToken);
    }

    /// <summary>No worker: a misspelling.</summary>
    private sealed class MailWorkerClas;

    private sealed class MailWorkerClass : IWorker<SendMail>
    {
        public Task WorkAsync(Job<SendMail> job, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
