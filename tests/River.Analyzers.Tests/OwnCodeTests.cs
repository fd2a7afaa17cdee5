using System.Reflection;
using River.Benchmarks.ForeignCode;
using Xunit;

namespace River.Analyzers.Tests;

/// <summary>
/// The rules over all of our own code: the runtime, the tools, the samples and the tests. What is wrong on purpose in it is
/// text that tests compile themselves, or says so by a pragma.
/// </summary>
public sealed class OwnCodeTests(ITestOutputHelper output)
{
    private static readonly string Root = typeof(OwnCodeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "RepositoryRoot").Value!;

    [Fact]
    public async Task Our_own_code_gives_no_rule_a_reason_to_speak()
    {
        var projects = SourceProject.Below(Root);
        var scan = new Scan(projects, isProbed: false);
        var scanned = new List<ScannedProject>();
        foreach (var project in projects)
            scanned.Add(await scan.OfAsync(project, TestContext.Current.CancellationToken));

        foreach (var one in scanned)
            output.WriteLine($"{one.Project}: {one.Lines} lines, {one.Errors} errors in {one.FilesInError} of {one.Files} files");
        Assert.Equal([], scanned.SelectMany(one => one.Found).Select(found => found.ToString()));
        // A scan that finds no code, or can't read it, would find no fault either.
        Assert.All(scanned.Where(one => one.Project is "River.Runtime" or "River.Sqlite" or "Quickstart" or "Contracts"), one => Assert.Equal(0, one.Errors));
        Assert.InRange(scanned.Sum(one => one.Lines), 40_000, int.MaxValue);
    }
}
