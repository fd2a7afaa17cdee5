using Microsoft.Extensions.DependencyInjection;
using River.Generators.Tests.Projects;

namespace River.Generators.Tests;

public sealed class RegistrationTests
{
    private const string Entry = """
        public static class Entry
        {
            public static JobManifest Manifest() => RiverRegistration.CreateManifest();
            public static RiverBuilder Register(RiverBuilder river) => river.AddJobs();
        }
        """;

    [Fact]
    public void An_assembly_of_a_newer_package_is_refused_before_any_of_its_generated_code_runs()
    {
        var project = TestProject.Library("[Job] public sealed partial record Ping;", Entry).Named("Shop.Jobs").Generate();
        var newer = project.LoadWith(("RequireAbi(1,", $"RequireAbi({RiverManifestAttribute.CurrentAbi + 1},"), ("=> T.Descriptor;", "=> throw new global::System.MissingMethodException();"));

        foreach (var (type, method) in new[] { ("Entry", "Register"), ("River.Shop_JobsJobs", "Register"), ("River.Shop_JobsJobs", "AddShopJobsJobs") })
        {
            var error = Assert.Throws<RuntimeTooOldException>(() => new ServiceCollection().AddRiver(river => newer.Call<object?>(type, method, river)));
            Assert.Equal(("Shop.Jobs", RiverManifestAttribute.CurrentAbi + 1), (error.Assembly, error.Abi));
            Assert.Contains("Reference in the host the River.Runtime package that 'Shop.Jobs' was built with", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Queues.Bulk")]
    [InlineData("(River.Queues.Bulk)")]
    [InlineData("Own.Mail")]
    [InlineData("Again.Mail")]
    public void A_job_s_queue_is_read_through_constants_of_the_application(string queue)
    {
        var project = TestProject.Library($$"""
            [assembly: Queue("mail")]
            [assembly: Queue("bulk")]
            [Job(Queue = {{queue}})] public sealed partial record Ping;
            public static class Again { public const string Mail = Own.Mail; }
            public static class Own { public const string Mail = (Queues.Bulk); }
            """).Generate().AssertCompiles();

        Assert.Contains("Queue = \"bulk\"", project.Files["Ping.g.cs"], StringComparison.Ordinal);
        Assert.Contains("job ping type=Ping queue=bulk", project.Files["River.Jobs.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_constant_made_of_itself_ends() =>
        TestProject.Library("[Job(Queue = Own.A)] public sealed partial record Ping; public static class Own { public const string A = B; public const string B = A; }")
            .Generate().AssertNoErrorInGeneratedCode();

    [Fact]
    public void A_worker_gets_its_services_keyed_optional_and_plain()
    {
        const string source = """
            using Microsoft.Extensions.DependencyInjection;
            using Microsoft.Extensions.Logging;
            [Job] public sealed partial record Ping;
            public enum Region { East, West }
            public sealed class Clock { public string Name { get; init; } = "plain"; }
            public interface IAbsent;
            public sealed class PingWorker(
                Clock plain, [FromKeyedServices("east")] Clock byText, [FromKeyedServices(Region.West)] Clock byEnum, [FromKeyedServices(7L)] Clock byNumber, [FromKeyedServices(typeof(Ping))] Clock byType,
                ILogger<PingWorker> log, IServiceProvider services, IEnumerable<Clock> all,
                IAbsent? absent = null, [FromKeyedServices("none")] IAbsent? absentKeyed = null, Clock? present = null, int number = 5, string text = "default", TimeSpan? span = null) : IWorker<Ping>
            {
                public string Told => string.Join(' ', plain.Name, byText.Name, byEnum.Name, byNumber.Name, byType.Name, log is not null, services is not null, all.Count(), absent is null, absentKeyed is null, present?.Name, number, text, span is null);
                public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => Task.CompletedTask;
            }
            public static class Services
            {
                public static void Add(IServiceCollection services) => services.AddLogging().AddSingleton(new Clock())
                    .AddKeyedSingleton("east", new Clock { Name = "text" }).AddKeyedSingleton((object)Region.West, new Clock { Name = "enum" })
                    .AddKeyedSingleton((object)7L, new Clock { Name = "number" }).AddKeyedSingleton((object)typeof(Ping), new Clock { Name = "type" });
                public static string Told(IServiceProvider services) => ((PingWorker)services.GetRequiredService<IWorker<Ping>>()).Told;
            }
            """;
        var project = TestProject.Library(source, Entry).Generate().Load();
        var services = new ServiceCollection();
        project.Type("Services").GetMethod("Add")!.Invoke(null, [services]);
        services.AddRiver(river => project.Call<RiverBuilder>("Entry", "Register", river));
        using var provider = services.BuildServiceProvider();
        using var scope = provider.CreateScope();

        Assert.Equal("plain text enum number type True True 1 True True plain 5 default True", project.Call<string>("Services", "Told", scope.ServiceProvider));

        var dependencies = Assert.Single(project.Call<JobManifest>("Entry", "Manifest").Workers).Dependencies;
        Assert.Equal(
            ["Clock plain", "Clock byText east", "Clock byEnum West", "Clock byNumber 7", "Clock byType Ping", "ILogger`1 log", "IServiceProvider services", "IEnumerable`1 all", "IAbsent absent ?", "IAbsent absentKeyed none ?", "Clock present ?", "String text ?"],
            dependencies.Select(one => $"{one.Type.Name} {one.Name}{(one.Key is null ? "" : " " + one.Key)}{(one.IsOptional ? " ?" : "")}"));
    }

    [Theory]
    [InlineData("internal sealed class W(IServiceProvider s) : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; }")]
    [InlineData("public sealed class W : IWorker<Ping> { internal W() { } public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; }")]
    [InlineData("public sealed class W : IWorker<Ping> { public W() { } public W(IServiceProvider s) { } public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; }")]
    [InlineData("public sealed class W : IWorker<Ping> { [Microsoft.Extensions.DependencyInjection.ActivatorUtilitiesConstructor] public W(int a = 1) { } public W(string s) { } public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; }")]
    [InlineData("public abstract class Base<T> : IWorker<T> { public Task WorkAsync(Job<T> job, CancellationToken t) => Task.CompletedTask; } public sealed class W : Base<Ping>;")]
    [InlineData("public sealed record W(IServiceProvider S) : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; }")]
    [InlineData("public static class Outer { internal sealed class W : IWorker<Ping>, IJobTimeout<Ping>, IRetryPolicy<Ping> { Task IWorker<Ping>.WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; public TimeSpan? Timeout(Job<Ping> job) => null; public TimeSpan? NextRetry(Job<Ping> job, Exception e) => null; } }")]
    [InlineData("public sealed partial class W : IDisposable { public void Dispose() { } } public partial class W : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; }")]
    [InlineData("namespace @class.@new { public sealed class @event(IServiceProvider @int, [Microsoft.Extensions.DependencyInjection.FromKeyedServices(\"a\\\"b\\\\\")] IServiceProvider @in = null!) : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; } }")]
    [InlineData("public sealed class W(Func<string?, List<int>?> make, (int A, string B)[] pairs, IEnumerable<dynamic> all) : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; }")]
    [InlineData("[NotRegistered] public sealed class Other : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; } public sealed class W : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; }")]
    public void Workers_of_every_shape_are_registered_once(string worker)
    {
        var project = TestProject.Library("[Job] public sealed partial record Ping;", worker, Entry).Generate().AssertCompiles();

        Assert.Equal("Ping", Assert.Single(project.Load().Call<JobManifest>("Entry", "Manifest").Workers).Job.ArgsType.Name);
    }

    [Fact]
    public void One_class_may_work_several_jobs()
    {
        var project = TestProject.Library(
            "[Job] public sealed partial record Ping; [Job] public sealed partial record Pong;",
            "public sealed class Both : IWorker<Ping>, IWorker<Pong> { public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; public Task WorkAsync(Job<Pong> job, CancellationToken t) => Task.CompletedTask; }",
            Entry).Generate().Load();

        Assert.Equal(["Ping", "Pong"], project.Call<JobManifest>("Entry", "Manifest").Workers.Select(worker => worker.Job.ArgsType.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("public Task WorkAsync(Job<Ping> job, CancellationToken token) => Task.CompletedTask;", "")]
    [InlineData("public async ValueTask WorkAsync(CancellationToken token, IServiceProvider services, Job<Ping> job) => await Task.Yield();", "IServiceProvider services")]
    [InlineData("internal Task WorkAsync() => Task.CompletedTask;", "")]
    [InlineData("public ValueTask WorkAsync([Microsoft.Extensions.DependencyInjection.FromKeyedServices(\"k\")] List<int>? list = null, in CancellationToken token = default) => default;", "List`1 list k ?")]
    [InlineData("public Task WorkAsync(IServiceProvider job, IServiceProvider services, IServiceProvider cancellationToken) => Task.CompletedTask;", "IServiceProvider job, IServiceProvider services, IServiceProvider cancellationToken")]
    public void A_job_may_work_itself(string method, string dependencies)
    {
        foreach (var keyword in new[] { "record", "class", "struct", "record struct" })
        {
            var project = TestProject.Library($"[Job] public partial {keyword} Ping {{ {method} }}", Entry).Generate().Load();

            var worker = Assert.Single(project.Call<JobManifest>("Entry", "Manifest").Workers);
            Assert.Same(worker.Job.ArgsType, worker.WorkerType);
            Assert.Equal(dependencies, string.Join(", ", worker.Dependencies.Select(one => $"{one.Type.Name} {one.Name}{(one.Key is null ? "" : " " + one.Key)}{(one.IsOptional ? " ?" : "")}")));
        }
    }

    [Fact]
    public void Two_workers_of_one_job_register_neither_and_break_nothing()
    {
        const string worker = "public sealed class {0} : IWorker<Ping> {{ public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; }}";
        var manifest = TestProject.Library(
            "[Job] public sealed partial record Ping;",
            string.Format(System.Globalization.CultureInfo.InvariantCulture, worker, "One"),
            string.Format(System.Globalization.CultureInfo.InvariantCulture, worker, "Two"),
            Entry).Generate().Load().Call<JobManifest>("Entry", "Manifest");

        Assert.Single(manifest.Jobs);
        Assert.Empty(manifest.Workers);
    }

    [Fact]
    public void A_worker_of_an_invalid_job_is_left_out_and_breaks_nothing()
    {
        var project = TestProject.Library(
            "[Job(MaxAttempts = 1_000_000_000)] public sealed partial record Ping; [Job] public sealed partial record Pong;",
            "public sealed class PingWorker : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; }",
            "[Periodic(\"@daily\", Id = \"x1\")] public sealed class PongWorker : IWorker<Pong> { public Task WorkAsync(Job<Pong> job, CancellationToken t) => Task.CompletedTask; }",
            Entry).Generate().AssertCompiles();

        var manifest = project.Load().Call<JobManifest>("Entry", "Manifest");
        Assert.Equal(["pong"], manifest.Jobs.Select(job => job.Kind));
        Assert.Equal(["PongWorker"], manifest.Workers.Select(worker => worker.WorkerType.Name));
    }

    [Fact]
    public void Everything_that_a_job_declares_is_in_its_descriptor()
    {
        const string source = """
            [assembly: Queue("mail", MaxWorkers = 7)]
            [Job(Kind = "a.b", Queue = Queues.Mail, MaxAttempts = 3, Priority = 2, Tags = ["tag_1", "tag-2"], Timeout = "90s", KindAliases = ["old"], RetryPolicy = typeof(Policy), External = true)]
            [Unique(Period = "1h", Queue = true, States = JobStates.Incomplete, ExcludeKind = true)]
            public sealed partial record Send([Unique] long Id, string Text, Customer Customer);
            public sealed record Customer([Unique] int Number, string Name);
            public sealed class Policy(IServiceProvider services) : IRetryPolicy { public IServiceProvider Services { get; } = services; public TimeSpan NextRetry(JobRow job, Exception error) => TimeSpan.Zero; }
            [Job(Timeout = "infinite")] public sealed partial record Forever;
            """;
        var manifest = TestProject.Library(source, Entry).Generate().Load().Call<JobManifest>("Entry", "Manifest");
        var send = manifest.Jobs.Single(job => job.Kind == "a.b").Facts;

        Assert.Equal(["old"], send.Aliases);
        Assert.Equal("mail", send.Queue);
        Assert.Equal((3, 2, TimeSpan.FromSeconds(90), true), (send.MaxAttempts, send.Priority, send.Timeout, send.External));
        Assert.Equal(["tag_1", "tag-2"], send.Tags);
        Assert.Equal(new UniqueOptions { Args = true, Period = TimeSpan.FromHours(1), Queue = true, States = JobStates.Incomplete, ExcludeKind = true }, send.Unique);
        Assert.Equal(["id", "customer.number"], send.UniqueMembers);
        using var services = new ServiceCollection().BuildServiceProvider();
        Assert.NotNull(send.RetryPolicy!(services));

        var forever = manifest.Jobs.Single(job => job.Kind == "forever").Facts;
        Assert.Equal(Timeout.InfiniteTimeSpan, forever.Timeout);
        Assert.Equal(("default", null, 1, null, false), (forever.Queue, forever.MaxAttempts, forever.Priority, forever.Unique, forever.External));
        Assert.Equal([new QueueDeclaration("mail", 7)], manifest.Queues);
    }

    [Theory]
    [InlineData("", "FluxID")]
    [InlineData("[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]", "flux_id")]
    [InlineData("[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]", "fluxID")]
    [InlineData("[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseUpper)]", "FLUX-ID")]
    public void Unique_members_are_named_as_the_jobs_own_context_names_them(string options, string name)
    {
        var manifest = TestProject.Library($$"""
            using System.Text.Json.Serialization;
            [Job(JsonContext = typeof(Mine))] public sealed partial record Ping([Unique] int FluxID);
            {{options}} public abstract class Mine(System.Text.Json.JsonSerializerOptions? o) : JsonSerializerContext(o) { public static Mine Default => null!; }
            """, Entry).Generate().Load().Call<JobManifest>("Entry", "Manifest");

        Assert.Equal([name], Assert.Single(manifest.Jobs).Facts.UniqueMembers);
    }

    [Fact]
    public void Schedules_come_from_jobs_and_from_workers()
    {
        const string source = """
            [Job, Periodic("*/5 * * * *", RunOnStart = true), Periodic("@hourly", Id = "second", TimeZone = "Europe/Berlin", Misfire = Misfire.All, MisfireLimit = 7)] public sealed partial record Ping(int X = 4);
            [Job] public sealed partial record Pong(DateTimeOffset Slot) { public static Pong Create(PeriodicContext context) => new(context.Slot); }
            [Periodic("@every 90s", Misfire = Misfire.Skip)] public sealed class PongWorker : IWorker<Pong> { public Task WorkAsync(Job<Pong> job, CancellationToken t) => Task.CompletedTask; }
            """;
        var schedules = TestProject.Library(source, Entry).Generate().Load().Call<JobManifest>("Entry", "Manifest").Schedules;

        Assert.Equal(
            ["ping */5 * * * *  True One 100", "pong @every 90s  False Skip 100", "second @hourly Europe/Berlin False All 7"],
            schedules.Select(schedule => $"{schedule.Id} {schedule.Cron} {schedule.TimeZone} {schedule.RunOnStart} {schedule.Facts.Misfire} {schedule.Facts.MisfireLimit}"));
    }
}
