using River.Package.Tests.Scratch;
using Xunit;

namespace River.Package.Tests;

/// <summary>The job contract as the package brings it: found without configuration, enforced by the build, shipped by a target.</summary>
public sealed class ContractTests(PackageFeed feed)
{
    private const string Job = "using River;\n[assembly: Queue(\"default\")]\n[Job] public sealed partial record Cleanup(long FluxId);\n";

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

    private static Task<string> ReadAsync(ScratchProject project, string file) =>
        File.ReadAllTextAsync(Path.Combine(project.Folder, file), TestContext.Current.CancellationToken);
}
