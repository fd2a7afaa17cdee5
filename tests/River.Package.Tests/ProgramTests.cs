using River.Package.Tests.Scratch;
using Xunit;

namespace River.Package.Tests;

public sealed class ProgramTests(PackageFeed feed)
{
    [Fact]
    public async Task The_program_of_the_documentation_builds_without_a_warning_and_works_its_jobs()
    {
        var project = feed.NewProject("quickstart")
            .WriteHostProject("quickstart.csproj")
            .Write("Program.cs", Repository.Program("Quickstart.cs"))
            .Write("FluxApi.cs", Repository.Program("FluxApi.cs"));
        (await project.BuildAsync()).Succeeded();

        var run = (await project.RunAsync("run", "--no-build")).Succeeded();

        Assert.Contains("flux 42 is allocated", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_of_the_documentation_runs_trimmed_and_self_contained()
    {
        var project = feed.NewProject("trimmed")
            .WriteHostProject("trimmed.csproj")
            .Write("Program.cs", Repository.Program("Quickstart.cs"))
            .Write("FluxApi.cs", Repository.Program("FluxApi.cs"));
        var publish = (await project.RunAsync("publish", "--use-current-runtime", "-p:PublishTrimmed=true", "-p:WarningsNotAsErrors=IL2104", "-o", "out", "-v", "quiet")).Succeeded();
        Assert.DoesNotContain("'River", publish.Output, StringComparison.Ordinal);

        var run = (await project.RunProgramAsync("out/trimmed")).Succeeded();

        Assert.Contains("flux 42 is allocated", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_works_the_jobs_that_a_library_declares()
    {
        var project = feed.NewProject("shop")
            .WriteLibraryProject("Contracts/Contracts.csproj")
            .Write("Contracts/Contracts.cs", Repository.Program("Shop/Contracts.cs"))
            .WriteHostProject("Host/Host.csproj", """<ProjectReference Include="../Contracts/Contracts.csproj" />""")
            .Write("Host/Program.cs", Repository.Program("Shop/Program.cs"));
        (await project.BuildAsync("Host")).Succeeded();

        var run = (await project.RunAsync("run", "--no-build", "--project", "Host")).Succeeded();

        Assert.Contains("invoice of order 42, überfällig, on mail", run.Output, StringComparison.Ordinal);
    }
}
