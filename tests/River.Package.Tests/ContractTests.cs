using River.Package.Tests.Scratch;
using Xunit;

namespace River.Package.Tests;

/// <summary>The job contract as the package brings it: found without configuration, enforced by the build, shipped by a target.</summary>
public sealed class ContractTests(PackageFeed feed)
{
    private const string Job = "using River;\n[assembly: Queue(\"default\")]\n[Job] public sealed partial record Cleanup(long FluxId);\n";
    private const string Invoice = "send_invoice arg note string? = null\nsend_invoice arg order_id int64\nsend_invoice job\n";

    [Fact]
    public async Task A_shipped_contract_is_written_at_a_release_and_guarded_afterwards()
    {
        var project = feed.NewProject("contract").WriteLibraryProject("contract.csproj").Write("Jobs.cs", Job)
            .Write("River.Contracts.txt", "# River job contract 1\n")
            .Write("River.Contracts.Unshipped.txt", "cleanup job\ncleanup arg flux_id int64\n@queue default\n");
        (await project.BuildAsync()).Succeeded();

        (await project.RunAsync("build", "-t:RiverShipContracts", "-v", "quiet", "--nologo")).Succeeded();

        Assert.Equal("# River job contract 1\n@queue default\ncleanup arg flux_id int64\ncleanup job\n", await ReadAsync(project, "River.Contracts.txt"));
        Assert.Equal("# River job contract 1\n", await ReadAsync(project, "River.Contracts.Unshipped.txt"));

        project.Write("Jobs.cs", Job.Replace("long FluxId", "string FluxId", StringComparison.Ordinal));
        (await project.BuildAsync()).Failed().Reports("error", "RIVER027", "int64.*string");
    }

    [Fact]
    public async Task A_library_and_the_host_that_works_its_jobs_are_each_held_to_their_own_lines()
    {
        var project = NewShop().Write("Contracts/River.Contracts.txt", "@queue mail\n" + Invoice);
        (await project.BuildAsync("Host")).Succeeded();

        project.Write("Contracts/Contracts.cs", Repository.Program("Shop/Contracts.cs", "long OrderId", "string OrderId"));
        (await project.BuildAgainAsync("Host")).Failed().Reports("error", "RIVER027", @"int64.*string.*Contracts\.csproj");

        project.Write("Contracts/Contracts.cs", Repository.Program("Shop/Contracts.cs")).Write("Host/Program.cs", Repository.Program("Shop/Program.cs", "\"print\"", "\"send\""));
        (await project.BuildAgainAsync("Host")).Failed().Reports("error", "RIVER027", @"step 'print'.*Host\.csproj");
    }

    [Fact]
    public async Task A_job_moves_to_another_library_once_the_contract_says_so()
    {
        var source = Repository.Program("Shop/Contracts.cs");
        var job = source.IndexOf("[Job(", StringComparison.Ordinal);
        var moved = "using River;\nnamespace Shop.Contracts;\n" + source[job..].Replace("Queues.Mail", "\"mail\"", StringComparison.Ordinal);
        var project = NewShop("Billing")
            .Write("Contracts/River.Contracts.txt", "@queue mail\n" + Invoice)
            .Write("Contracts/Contracts.cs", source[..job])
            .WriteLibraryProject("Billing/Billing.csproj", Reference("Contracts"))
            .Write("Billing/River.Contracts.txt", Invoice)
            .Write("Billing/Invoices.cs", moved);
        Assert.Matches(@"Contracts/River\.Contracts\.txt\(\d+,\d+\): error RIVER027: .*kind 'send_invoice' was shipped.*Contracts\.csproj", (await project.BuildAsync("Host")).Failed().Output);

        project.Write("Contracts/River.Contracts.Unshipped.txt", "send_invoice moved Billing\n");
        (await project.BuildAgainAsync("Host")).Succeeded();
        var run = (await project.RunAsync("run", "--no-build", "--project", "Host")).Succeeded();
        Assert.Contains("invoice of order 42, überfällig, on mail", run.Output, StringComparison.Ordinal);

        (await project.RunAsync("build", "Contracts", "-t:RiverShipContracts", "-v", "quiet", "--nologo")).Succeeded();
        Assert.Equal("# River job contract 1\n@queue mail\nsend_invoice moved Billing\n", await ReadAsync(project, "Contracts/River.Contracts.txt"));
        project.Write("Billing/Invoices.cs", moved.Replace("long OrderId", "string OrderId", StringComparison.Ordinal));
        (await project.BuildAgainAsync("Host")).Failed().Reports("error", "RIVER027", @"int64.*string.*Billing\.csproj");
    }

    /// <summary>A library of jobs and a host with the worker, whose step is a line of the host's own contract.</summary>
    private ScratchProject NewShop(string library = "Contracts") => feed.NewProject("shop-contract")
        .WriteLibraryProject("Contracts/Contracts.csproj")
        .Write("Contracts/Contracts.cs", Repository.Program("Shop/Contracts.cs"))
        .WriteHostProject("Host/Host.csproj", Reference(library))
        .Write("Host/Program.cs", Repository.Program("Shop/Program.cs"))
        .Write("Host/River.Contracts.txt", "send_invoice step print\n");

    private static string Reference(string library) => $"""<ProjectReference Include="../{library}/{library}.csproj" />""";

    private static Task<string> ReadAsync(ScratchProject project, string file) =>
        File.ReadAllTextAsync(Path.Combine(project.Folder, file), TestContext.Current.CancellationToken);
}
