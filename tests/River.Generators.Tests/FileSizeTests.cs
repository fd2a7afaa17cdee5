using System.Globalization;
using River.Generators.Tests.Projects;

namespace River.Generators.Tests;

/// <summary>
/// Generated files stay readable. A type's own file has at most 400 lines, which is what a file of ours may have, as long as it has no
/// more than 25 members; what lists all jobs has at most 20 lines for each. See docs/architecture.md.
/// </summary>
public sealed class FileSizeTests
{
    private const int MostLines = 400;
    private const int MostLinesPerJob = 20;
    private const int Members = 25;

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void No_generated_file_is_longer_than_the_bound(int jobs)
    {
        var project = TestProject.Program([.. Enumerable.Range(0, jobs).Select(Job), "[assembly: Queue(\"default\")]\nSystem.Console.WriteLine();"]).Generate().AssertCompiles();

        foreach (var (name, text) in project.Files)
        {
            var most = name is "River.Jobs.g.cs" or "River.Json.g.cs" ? MostLines + (MostLinesPerJob * jobs) : MostLines;
            Assert.True(Lines(text) <= most, $"{name} has {Lines(text)} lines, more than {most}.");
        }

        Assert.Equal(jobs, project.Files.Keys.Count(name => name.StartsWith("Shop.Job", StringComparison.Ordinal)));
    }

    private static int Lines(string text) => text.Count(c => c == '\n');

    /// <summary>A job with everything that costs lines.</summary>
    private static string Job(int number)
    {
        var n = number.ToString("00", CultureInfo.InvariantCulture);
        var members = string.Join(", ", Enumerable.Range(0, Members - 2).Select(i => $"{(i % 3 == 0 ? "string?" : i % 3 == 1 ? "decimal" : "DateTimeOffset?")} Member{i:00} = default"));
        return $$"""
            namespace Shop;
            /// <summary>Does what number {{n}} stands for.</summary>
            /// <param name="Lines">What it is done with.</param>
            [Job(MaxAttempts = 5, Tags = ["shop", "daily"], Timeout = "5m", KindAliases = ["earlier{{n}}"], RetryPolicy = typeof(Policy{{n}}))]
            [Periodic("*/5 * * * *", Id = "a{{n}}"), Periodic("@daily", Id = "b{{n}}"), Unique(Args = true, Period = "1h")]
            public sealed partial record Job{{n}}(List<Line{{n}}>? Lines = null, Dictionary<string, Line{{n}}>? More = null, {{members}});
            public sealed record Line{{n}}({{members.Replace(" = default", "", StringComparison.Ordinal)}}) { public required string Sku { get; init; } = ""; public int Count { get; init; } = 1; }
            public sealed class Policy{{n}}(IServiceProvider services) : IRetryPolicy { public TimeSpan NextRetry(JobRow job, Exception error) => default; }
            public sealed class Job{{n}}Worker(IServiceProvider services, TimeProvider time) : IWorker<Job{{n}}>
            {
                public Task WorkAsync(Job<Job{{n}}> job, CancellationToken cancellationToken) => Task.CompletedTask;
            }
            """;
    }
}
