using System.Reflection;
using Microsoft.CodeAnalysis;
using River.Generators.Tests.Projects;

namespace River.Generators.Tests;

public sealed class SeveralAssembliesTests
{
    private const string Worker = "public Task WorkAsync(Job<Shop.Order> job, CancellationToken t) => Task.CompletedTask;";

    private static readonly string[] ContractsSources =
    [
        "using System.Runtime.CompilerServices; [assembly: InternalsVisibleTo(\"Shop.Workers\"), InternalsVisibleTo(\"Shop.Host\"), InternalsVisibleTo(\"Shop.Tests\")]",
        "[assembly: Queue(\"orders\", MaxWorkers = 3)] [assembly: Queue(\"tenant_*\", Dynamic = true)] namespace Shop { [Job(Queue = Queues.Orders)] public sealed partial record Order(long Id, Address To); public sealed record Address(string City); [Job] internal sealed partial record Secret(Address At); }",
    ];

    [Fact]
    public void A_host_registers_a_diamond_of_references_once()
    {
        var contracts = TestProject.Library(ContractsSources).Named("Shop.Contracts").Generate();
        var workers = TestProject.Library($"[assembly: Queue(\"mail\")] namespace Shop {{ internal sealed class SecretWorker : IWorker<Secret> {{ public Task WorkAsync(Job<Secret> job, CancellationToken t) => Task.CompletedTask; }} public sealed class OrderWorker : IWorker<Order> {{ {Worker} }} [Job(Queue = Queues.Orders)] public sealed partial record Mail(Address To); }}")
            .Named("Shop.Workers").With(contracts).Generate();
        var other = TestProject.Library("namespace Shop.Other { [Job(Kind = \"other\", Queue = Queues.Orders)] public sealed partial record Other(Address To); }").Named("Shop.Other").With(contracts).Generate();
        var host = TestProject.Program("""
            using Shop;
            Console.WriteLine(Entry.Describe(null!));
            namespace Shop.Host { [Job(Kind = "own", Queue = Queues.Mail)] public sealed partial record Own; }
            public static class Entry
            {
                public static RiverBuilder Register(RiverBuilder river) => river.AddJobs();
                public static RiverBuilder RegisterWorkers(RiverBuilder river) => river.AddShopWorkersJobs();
                public static string Describe(object? o) => string.Join(' ', Queues.Orders, Queues.Mail);
                public static Task<EnqueueResult> Enqueue(IJobClient client) => client.EnqueueSecretAsync(new("x"));
            }
            """).Named("Shop.Host").With(contracts, workers, other).Generate().AssertCompiles();

        var loaded = host.Load(contracts, workers, other);

        Assert.Equal(["Shop.Contracts", "Shop.Other", "Shop.Workers", "Shop.Host"], Registered(loaded, "Register"));
        Assert.Equal(["Shop.Contracts", "Shop.Workers"], Registered(loaded, "RegisterWorkers"));
    }

    [Fact]
    public void Friends_see_neither_each_others_queues_nor_registration()
    {
        var contracts = TestProject.Library(ContractsSources).Named("Shop.Contracts").Generate();

        // Queues, AddJobs and the JSON context exist in both, and both are visible by accessibility.
        TestProject.Library("namespace Shop { [Job(Queue = Queues.Orders)] public sealed partial record Check(Address To); public static class Use { public static void All(RiverBuilder river) => river.AddJobs(); public const string Q = Queues.Orders; } }")
            .Named("Shop.Tests").With(contracts).Generate().AssertCompiles();
    }

    [Fact]
    public void Libraries_whose_names_differ_in_their_dots_only_can_be_referenced_together()
    {
        var one = TestProject.Library("namespace A { [Job(Kind = \"one\")] public sealed partial record Ping; }").Named("My.Lib").Generate();
        var two = TestProject.Library("namespace B { [Job(Kind = \"two\")] public sealed partial record Ping; }").Named("MyLib").Generate();
        var river = TestProject.Library("namespace D { [Job(Kind = \"four\")] public sealed partial record Ping; }").Named("River").Generate();
        var three = TestProject.Library("namespace C { [Job(Kind = \"three\")] public sealed partial record Ping; }").Named("My-Lib.1").Generate();

        TestProject.Program("Entry.Register(null!); public static class Entry { public static RiverBuilder Register(RiverBuilder river) => river.AddJobs(); }")
            .With(one, two, three, river).Generate().AssertCompiles();
    }

    [Fact]
    public void A_library_without_jobs_has_no_manifest_but_can_register_what_it_references()
    {
        var contracts = TestProject.Library(ContractsSources).Named("Shop.Contracts").Generate();
        var library = TestProject.Library("public static class Entry { public static RiverBuilder Register(RiverBuilder river) => river.AddJobs(); }").With(contracts).Generate();

        Assert.DoesNotContain("RiverManifest", library.AssertCompiles().Files["River.Jobs.g.cs"], StringComparison.Ordinal);
        Assert.Equal(["Shop.Contracts"], Registered(library.Load(contracts), "Register"));
    }

    [Fact]
    public async Task A_file_that_two_libraries_link_is_two_jobs_of_one_kind_and_no_error_in_generated_code()
    {
        const string linked = "namespace Shared; [Job] public sealed partial record Ping(int X); public sealed class PingWorker : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; }";
        var one = TestProject.Library(linked).Named("One").Generate().AssertCompiles();
        var two = TestProject.Library(linked).Named("Two").Generate().AssertCompiles();
        var host = TestProject.Program("using Microsoft.Extensions.DependencyInjection; [assembly: Queue(\"default\")] new ServiceCollection().AddRiver(river => river.AddJobs());").With(one, two).Generate();

        Assert.Equal(["RIVER003"], await AnalyzerRun.ErrorsOf(host.AssertNoErrorInGeneratedCode()));
    }

    [Fact]
    public void A_reference_under_an_alias_only_is_passed_over()
    {
        var contracts = TestProject.Library(ContractsSources).Named("Shop.Contracts").Generate();
        var project = TestProject.Library("extern alias shop; [Job] public sealed partial record Ping;") with
        {
            References = [contracts.ToReference().WithAliases(["shop"])],
        };

        project.Generate().AssertCompiles();
    }

    [Fact]
    public void A_schedule_on_a_worker_uses_the_kind_of_a_job_from_another_assembly()
    {
        var contracts = TestProject.Library("[Job(Kind = \"the.kind\")] public sealed partial record Ping { public static Ping Create(PeriodicContext context) => new(); }").Named("Contracts").Generate();
        var workers = TestProject.Library("[Periodic(\"@daily\")] public sealed class PingWorker : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; } public static class Entry { public static JobManifest Manifest() => RiverRegistration.CreateManifest(); }")
            .Named("Workers").With(contracts).Generate();

        var schedule = Assert.Single(workers.Load(contracts).Call<JobManifest>("Entry", "Manifest").Schedules);

        Assert.Equal("the.kind", schedule.Id);
    }

    [Fact]
    public void A_worker_of_a_job_that_was_built_without_the_generator_is_left_out()
    {
        var contracts = TestProject.Library("[Job] public sealed partial record Ping;").Named("Contracts").Generate();
        var bare = contracts.Input.ToMetadataReference();
        var project = TestProject.Library("public sealed class PingWorker : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask; }") with { References = [bare] };

        var generated = project.Generate().AssertCompiles();

        Assert.Equal(["RIVER014"], Readings.ProblemsOf(generated.Input).Select(problem => problem.RuleId));
        Assert.DoesNotContain("ForWorker", generated.Files["River.Jobs.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_manifest_says_is_read_back_by_whoever_references_it()
    {
        var contracts = TestProject.Library("""
            [assembly: Queue("orders", MaxWorkers = 3, External = true)] [assembly: Queue("tenant_*", Dynamic = true)]
            namespace Shop;
            [Job(Queue = Queues.Orders, KindAliases = new[] { "old", "older" }, External = true)] public sealed partial record Order(long Id);
            public static partial class Outer { [Job, Periodic("0 12 * * MON-FRI", TimeZone = "Europe/Berlin")] public sealed partial record Ping { public Task WorkAsync() => Task.CompletedTask; } }
            [Job] public sealed partial record Pong;
            public sealed class PongWorker : IWorker<Pong> { public Task WorkAsync(Job<Pong> job, CancellationToken t) => Task.CompletedTask; }
            """).Named("Shop.Contracts").Generate();
        var project = TestProject.Library("public class Nothing;").With(contracts).Generate();

        var manifest = Assert.Single(Shapes.ManifestReader.Read(Shapes.KnownTypes.Of(project.Input)!, TestContext.Current.CancellationToken));

        Assert.Equal(("Shop.Contracts", "global::River.Shop_ContractsJobs"), (manifest.Assembly, manifest.Registration));
        Assert.Equal(
            ["order Shop.Order orders old,older True False", "ping Shop.Outer+Ping default  False True", "pong Shop.Pong default  False False"],
            manifest.Jobs.Select(job => $"{job.Kind} {job.Type} {job.Queue} {string.Join(',', job.Aliases)} {job.External} {job.SelfWorking}"));
        Assert.Equal([new Shapes.WorkerFact("Shop.PongWorker", "pong")], manifest.Workers);
        Assert.Equal([new Shapes.QueueModel("orders", 3, false, true), new Shapes.QueueModel("tenant_*", 100, true, false)], manifest.Queues);
        Assert.Equal([new Shapes.ScheduleFact("ping", "ping", "0 12 * * MON-FRI", "Europe/Berlin")], manifest.Schedules);
    }

    private static IEnumerable<string> Registered(LoadedProject project, string method)
    {
        var river = (RiverBuilder)Activator.CreateInstance(
            typeof(RiverBuilder), BindingFlags.Instance | BindingFlags.NonPublic, null, [new Microsoft.Extensions.DependencyInjection.ServiceCollection(), true], null)!;
        project.Call<RiverBuilder>("Entry", method, river);
        var registry = typeof(RiverBuilder).GetProperty("Registry", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(river)!;
        var manifests = registry.GetType().GetField("_manifests", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(registry);
        return ((System.Collections.IDictionary)manifests!).Keys.Cast<string>();
    }
}
