using River.Package.Tests.Scratch;
using Xunit;

namespace River.Package.Tests;

/// <summary>The graph of jobs as the package's target writes it.</summary>
public sealed class JobGraphTests(PackageFeed feed)
{
    private const string Jobs =
        """
        using River;
        [assembly: Queue("default")]
        [Job] public sealed partial record Ping;
        [Job] public sealed partial record Pong;
        public sealed class PingWorker : IWorker<Ping>
        {
            public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken)
            {
                job.Then(new Pong(), new() { Delay = TimeSpan.FromMinutes(5) });
                return Task.CompletedTask;
            }
        }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_written_when_it_changes_and_a_build_machine_fails_instead()
    {
        var project = feed.NewProject("graph").WriteLibraryProject("graph.csproj").Write("Jobs.cs", Jobs);
        var file = Path.Combine(project.Folder, "docs", "job-graph.md");

        (await BuildAsync()).Succeeded();
        var drawn = await File.ReadAllTextAsync(file, Token);
        Assert.Contains("    job_ping -->|\"then, after 5m\"| job_pong\n", drawn, StringComparison.Ordinal);

        var written = File.GetLastWriteTimeUtc(file);
        project.Write("Jobs.cs", Jobs.Replace("record Pong;", "record Pong { public int Count => 1; }", StringComparison.Ordinal));
        (await BuildAsync("--no-restore", "-p:ContinuousIntegrationBuild=true")).Succeeded();
        Assert.Equal(written, File.GetLastWriteTimeUtc(file));

        project.Write("Jobs.cs", Jobs.Replace("FromMinutes(5)", "FromMinutes(6)", StringComparison.Ordinal));
        var failed = (await BuildAsync("--no-restore", "-p:ContinuousIntegrationBuild=true")).Failed();
        Assert.Matches("error .*job-graph.md' isn't what the code says any more", failed.Output);
        Assert.Equal(drawn, await File.ReadAllTextAsync(file, Token));

        Task<Outcome> BuildAsync(params string[] more) => project.RunAsync(["build", "-v", "quiet", "--nologo", "-p:RiverJobGraph=docs/job-graph.md", .. more]);
    }
}
