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
            .Write("Contracts/Contracts.cs", Repository.Program("Shop/Contracts.cs", "Queues.Mail", "\"mial\""))
            .WriteHostProject("Host/Host.csproj", """<ProjectReference Include="../Contracts/Contracts.csproj" />""")
            .Write("Host/Program.cs", Repository.Program("Shop/Program.cs"));
        (await project.BuildAsync("Host")).Failed().Reports("error", "RIVER004", "mial.*mail");
        project.Write("Contracts/Contracts.cs", Repository.Program("Shop/Contracts.cs"));
        (await project.BuildAgainAsync("Host")).Succeeded();

        var run = (await project.RunAsync("run", "--no-build", "--project", "Host")).Succeeded();

        Assert.Contains("invoice of order 42, überfällig, on mail", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_application_enqueues_by_its_requests_and_works()
    {
        var project = feed.NewProject("web")
            .WriteWebProject("web.csproj")
            .Write("Program.cs", Repository.Program("Web/Program.cs", "Queue = \"mail\"", "Queue = \"mial\""));
        (await project.BuildAsync()).Failed().Reports("error", "RIVER004", "mial.*mail");
        project.Write("Program.cs", Repository.Program("Web/Program.cs"));
        (await project.BuildAgainAsync()).Succeeded();

        var run = (await project.RunAsync("run", "--no-build", "--urls", "http://127.0.0.1:0")).Succeeded();

        Assert.Contains("answered 202", run.Output, StringComparison.Ordinal);
        Assert.Contains("invoice of order 42 on mail", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_project_tests_its_workers_without_a_database()
    {
        var project = feed.NewProject("tests")
            .WriteTestProject("tests.csproj")
            .Write("SendInvoiceTests.cs", Repository.Program("UserTests/SendInvoiceTests.cs", "throw job.Cancel", "job.Cancel"));
        (await project.BuildAsync()).Failed().Reports("error", "RIVER030", "not thrown");
        project.Write("SendInvoiceTests.cs", Repository.Program("UserTests/SendInvoiceTests.cs"));
        (await project.BuildAgainAsync()).Succeeded();

        var run = (await project.RunAsync("run", "--no-build")).Succeeded();

        Assert.Matches("Total: 2, Errors: 0, Failed: 0", run.Output);
    }
}
