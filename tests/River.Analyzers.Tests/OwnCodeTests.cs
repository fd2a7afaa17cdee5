using River.Analyzers.Tests.Harness;
using River.Benchmarks.ForeignCode;
using Xunit;

namespace River.Analyzers.Tests;

/// <summary>
/// All rules, of every severity, over all code of this repository: libraries, samples, benchmarks and tests. A rule that is
/// louder than it is right, or code of ours that does what we warn of, fails here.
/// </summary>
public sealed class OwnCodeTests
{
    // Sources of scratch projects, which are no project together; the tests of the package build them, each by itself.
    private const string ScratchPrograms = "tests/River.Package.Tests/Programs/";

    // What tests do on purpose, each once looked at: the rule is right, and so is the test. A line that is found no more fails too.
    private static readonly string[] OnPurpose =
    [
        // Jobs that go on by enqueueing themselves are what these tests are about; both end by a condition.
        "tests/River.Chaos.Jobs/Workers.cs RIVER022",
        "tests/River.EndToEnd.Jobs/Workers.cs RIVER022",
        // Enqueued one by one, beside others that are enqueued together.
        "tests/River.EndToEnd.Tests/MixedJobs.cs RIVER025",
        // A member of every type that can be stored.
        "tests/River.Generators.Tests/Frozen/2026-11/Jobs.cs RIVER018",
        // Tests of the runtime register by hand what generated code would, and snooze for no longer than a test may take.
        "tests/River.Runtime.Tests/Attempts/StepTests.cs RIVER029",
        "tests/River.Runtime.Tests/Events/JobEventTests.cs RIVER029",
        "tests/River.Runtime.Tests/Execution/RemoteCancelTests.cs RIVER029",
        "tests/River.Runtime.Tests/Extending/Extensions.cs RIVER014",
        "tests/River.Runtime.Tests/Extending/FaultPlaceTests.cs RIVER034",
        "tests/River.Runtime.Tests/Fetching/FetchingTests.cs RIVER029",
        "tests/River.Runtime.Tests/Hosting/StartChecksTests.cs RIVER034",
        "tests/River.Runtime.Tests/Maintenance/OrphanRescuerTests.cs RIVER029",
    ];

    [Fact]
    public async Task No_rule_has_anything_to_say_of_our_own_code()
    {
        var projects = SourceProject.Below(Repository.Root).Where(project => !Path.GetRelativePath(Repository.Root, project.File).StartsWith(ScratchPrograms, StringComparison.Ordinal)).ToArray();
        var scan = new Scan(projects, isProbed: false);
        var scanned = new List<ScannedProject>();
        foreach (var project in projects)
            scanned.Add(await scan.OfAsync(project, TestContext.Current.CancellationToken));

        var found = scanned.SelectMany(project => project.Found)
            .GroupBy(one => Path.GetRelativePath(Repository.Root, one.Location.SourceTree?.FilePath ?? Repository.Root).Replace('\\', '/') + " " + one.Id, StringComparer.Ordinal)
            .Where(place => !place.Key.StartsWith(ScratchPrograms, StringComparison.Ordinal))
            .ToDictionary(place => place.Key, place => place.First().ToString(), StringComparer.Ordinal);
        var loud = found.Where(place => !OnPurpose.Contains(place.Key)).Select(place => place.Value).ToArray();
        Assert.True(loud.Length == 0, string.Join('\n', loud));
        Assert.Empty(OnPurpose.Except(found.Keys));
        Assert.InRange(scanned.Count, 20, 1000);
        Assert.InRange(scanned.Sum(project => project.Lines), 50_000, int.MaxValue);
        // What the compiler can't make sense of, the rules can't either; here it lacks what other generators write: logging, patterns, JSON.
        Assert.InRange(scanned.Sum(project => project.FilesInError), 0, scanned.Sum(project => project.Files) / 4);
    }
}
