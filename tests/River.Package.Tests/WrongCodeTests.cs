using System.Text.RegularExpressions;
using River.Package.Tests.Scratch;
using Xunit;

namespace River.Package.Tests;

/// <summary>One edit to a program that builds: what the build then says. On the documentation's program and on a copy of the sample.</summary>
public sealed class WrongCodeTests(PackageFeed feed)
{
    public static TheoryData<string> Programs => ["documentation", "sample"];

    [Theory, MemberData(nameof(Programs))]
    public async Task A_misspelt_queue_does_not_build_and_the_error_names_the_right_one(string program)
    {
        var build = (await BuildAsync(program, "Queue = \"cancel_queue\"", "Queue = \"cleanup_queue\"")).Failed();

        build.Reports("error", "RIVER004", "cleanup_queue.*cancel_queue");
    }

    [Theory, MemberData(nameof(Programs))]
    public async Task A_billion_attempts_do_not_build(string program)
    {
        var build = (await BuildAsync(program, "MaxAttempts = 5", "MaxAttempts = 1_000_000_000")).Failed();

        build.Reports("error", "RIVER006", "MaxAttempts");
    }

    [Theory, MemberData(nameof(Programs))]
    public async Task A_thousand_attempts_build_with_a_warning_that_says_the_years(string program)
    {
        var build = (await BuildAsync(program, "MaxAttempts = 5", "MaxAttempts = 1000")).Succeeded();

        build.Reports("warning", "RIVER007", "2[0-9]{2},?[0-9]{3} years");
    }

    private async Task<Outcome> BuildAsync(string program, string right, string wrong)
    {
        var project = feed.NewProject(program).WriteHostProject("program.csproj", warningsAreErrors: false);
        var edits = 0;
        foreach (var (file, content) in program == "sample" ? Sample() : Documentation())
        {
            var edited = new Regex(Regex.Escape(right)).Replace(content, wrong, 1);
            edits += edited == content ? 0 : 1;
            project.Write(file, edited);
        }
        Assert.Equal(1, edits);
        return await project.BuildAsync();
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
