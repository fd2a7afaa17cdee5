using System.Diagnostics;
using System.Text.RegularExpressions;
using Npgsql;
using River.TestSupport.Postgres;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Quickstart.Tests;

/// <summary>The sample as its users run it: as a program, by what it prints and its exit code.</summary>
public sealed partial class QuickstartTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_SQLite_the_story_is_told_and_nothing_is_lost()
    {
        var (exitCode, lines) = await RunAsync();

        Assert.Equal(0, exitCode);
        AssertStory(lines);
    }

    [Fact]
    public async Task On_PostgreSQL_the_same_story_is_told()
    {
        var (exitCode, lines) = await RunAsync("--postgres", await DatabaseUrlAsync());

        Assert.Equal(0, exitCode);
        AssertStory(lines);
    }

    [Fact]
    public async Task A_second_story_in_the_same_database_counts_its_own_jobs_only()
    {
        var url = await DatabaseUrlAsync();
        await RunAsync("--postgres", url);

        var (exitCode, lines) = await RunAsync("--postgres", url);

        Assert.Equal(0, exitCode);
        // The schedule isn't new any more, so that it runs at its next slot and not on start; a slot may fall into the story.
        Assert.Matches("^story complete: [34] jobs worked, 0 lost$", Ending(lines));
    }

    [Fact]
    public async Task With_stay_it_goes_on_until_it_is_asked_to_stop()
    {
        using var process = Start("--stay");
        try
        {
            while (await process.StandardOutput.ReadLineAsync(Token) is { } line && !line.StartsWith("story complete", StringComparison.Ordinal))
            {
            }
            await Assert.ThrowsAsync<TimeoutException>(() => process.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(3), Token));

            // Not SIGINT: a shell that starts the tests in the background has its children ignore that one.
            using var stop = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync(Token).WaitAsync(Limit, Token);

            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    [Fact]
    public async Task A_command_line_that_it_does_not_know_is_answered_with_the_usage()
    {
        var (exitCode, lines) = await RunAsync("--postgres");

        Assert.Equal(2, exitCode);
        Assert.Equal(QuickstartOptions.Usage, Assert.Single(lines));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_ends_it_at_once_with_a_message()
    {
        var (exitCode, lines) = await RunAsync("--postgres", "postgres://nobody@127.0.0.1:1/nowhere");

        Assert.Equal(1, exitCode);
        Assert.Contains("127.0.0.1", lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(lines, line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    private static void AssertStory(IReadOnlyList<string> lines)
    {
        Assert.Single(lines, line => EnqueuedAllocation().IsMatch(line));
        Assert.Single(lines, line => EnqueuedCleanup().IsMatch(line));
        Assert.Single(lines, line => WorkedAllocation().IsMatch(line));
        // Once on start, and a five-minute slot may fall into the story.
        Assert.InRange(lines.Count(line => WorkedReconciliation().IsMatch(line)), 1, 2);
        // The one enqueued and the one that followed the allocation, neither before its time.
        var cleanups = lines.Select(line => WorkedCleanup().Match(line)).Where(match => match.Success).ToArray();
        Assert.Equal(["42", "7"], cleanups.Select(match => match.Groups["flux"].Value).Order(StringComparer.Ordinal));
        Assert.All(cleanups, match => Assert.InRange(double.Parse(match.Groups["wait"].Value, System.Globalization.CultureInfo.InvariantCulture), 3.0, 15.0));
        Assert.Matches("^story complete: [45] jobs worked, 0 lost$", Ending(lines));
    }

    /// <summary>Not always the last line: what is logged is written by a thread of its own.</summary>
    private static string Ending(IEnumerable<string> lines) => Assert.Single(lines, line => line.StartsWith("story complete", StringComparison.Ordinal));

    private async Task<string> DatabaseUrlAsync()
    {
        var database = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync(cancellationToken: Token));
        return $"postgres://{database.Username}:{Uri.EscapeDataString(database.Password ?? "")}@{database.Host}:{database.Port}/{database.Database}";
    }

    private static async Task<(int ExitCode, IReadOnlyList<string> Lines)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(Token);
            var output = await process.StandardOutput.ReadToEndAsync(Token).WaitAsync(Limit, Token);
            await process.WaitForExitAsync(Token).WaitAsync(Limit, Token);
            var text = output + await errors;
            TestContext.Current.TestOutputHelper?.WriteLine(text);
            return (process.ExitCode, text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [typeof(QuickstartOptions).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    [GeneratedRegex("enqueued  allocate_flux +#[0-9]+ on default: to run at once$")]
    private static partial Regex EnqueuedAllocation();

    [GeneratedRegex("enqueued  cleanup +#[0-9]+ on cancel_queue: to run in 3 s$")]
    private static partial Regex EnqueuedCleanup();

    [GeneratedRegex("worked +allocate_flux +#[0-9]+ on default: flux 42 is allocated")]
    private static partial Regex WorkedAllocation();

    [GeneratedRegex("worked +reconcile +#[0-9]+ on default: .*a schedule did")]
    private static partial Regex WorkedReconciliation();

    [GeneratedRegex(@"worked +cleanup +#[0-9]+ on cancel_queue: flux (?<flux>\d+) is cleaned up.*started (?<wait>[\d.]+) s after")]
    private static partial Regex WorkedCleanup();
}
