using System.Text.RegularExpressions;
using River.Package.Tests.Scratch;
using Xunit;

namespace River.Package.Tests;

/// <summary>One edit to a program that builds: what the build then says. On the documentation's program and on a copy of the sample.</summary>
public sealed class WrongCodeTests(PackageFeed feed)
{
    public static TheoryData<string> Programs => ["documentation", "sample"];

    // One project for all, restored once: what each edit says is its own.
    [Theory, MemberData(nameof(Programs))]
    public async Task One_wrong_edit_does_not_build_or_warns_and_says_what_to_do(string program)
    {
        var project = feed.NewProject(program).WriteHostProject("program.csproj", warningsAreErrors: false);
        (await project.RunAsync("restore", "-v", "quiet")).Succeeded();

        // A misspelt queue: the error names the right one.
        (await BuildAsync("Queue = \"cancel_queue\"", "Queue = \"cleanup_queue\"")).Failed().Reports("error", "RIVER004", "cleanup_queue.*cancel_queue");
        // A billion attempts don't fit.
        (await BuildAsync("MaxAttempts = 5", "MaxAttempts = 1_000_000_000")).Failed().Reports("error", "RIVER006", "MaxAttempts");
        // A thousand do, and the warning says the years.
        (await BuildAsync("MaxAttempts = 5", "MaxAttempts = 1000")).Succeeded().Reports("warning", "RIVER007", "2[0-9]{2},?[0-9]{3} years");

        Task<Outcome> BuildAsync(string right, string wrong)
        {
            var edits = 0;
            foreach (var (file, content) in program == "sample" ? Sample() : Documentation())
            {
                var edited = new Regex(Regex.Escape(right)).Replace(content, wrong, 1);
                edits += edited == content ? 0 : 1;
                project.Write(file, edited);
            }

            Assert.Equal(1, edits);
            return project.BuildAgainAsync();
        }
    }

    private static IEnumerable<(string File, string Content)> Documentation() =>
        [("Program.cs", Repository.Program("Quickstart.cs")), ("FluxApi.cs", Repository.Program("FluxApi.cs"))];

    private static IEnumerable<(string File, string Content)> Sample()
    {
        var folder = Path.Combine(Repository.Root, "samples", "Quickstart");
        return Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path))
            .Where(file => !file.StartsWith("bin", StringComparison.Ordinal) && !file.StartsWith("obj", StringComparison.Ordinal))
            .Select(file => (file, File.ReadAllText(Path.Combine(folder, file))));
    }
}
