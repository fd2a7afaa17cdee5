using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace River.Docs.Tests;

/// <summary>docs/river-parity.md names members and tests; this holds it to those that there are.</summary>
public sealed partial class RiverParityTests
{
    private const string Page = "docs/river-parity.md";

    private static readonly string Root =
        typeof(RiverParityTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "RepositoryRoot").Value!;

    private static readonly Lazy<string> Code = new(() => string.Concat(Texts("River.Runtime", "*.cs").Concat(Texts("River.Sqlite", "*.cs"))));
    private static readonly Lazy<Dictionary<string, string>> Surface = new(ReadSurface);
    private static readonly Lazy<Dictionary<string, string>> TestClasses = new(ReadTestClasses);

    [Fact]
    public void Every_member_and_test_that_the_page_names_exists()
    {
        var rows = Rows(File.ReadAllText(Path.Combine(Root, Page))).ToArray();

        Assert.InRange(rows.Length, 200, 1_000);
        Assert.Empty(rows.SelectMany(Faults));
    }

    [Theory]
    [InlineData("| `Insert` | `IJobClient.EnqueueAsync` |  | same |", "a cell is empty")]
    [InlineData("| `Insert` | `IJobClient.EnqueueAsync` | `ClientTests` |", "3 cells")]
    [InlineData("| `Insert` | `IJobClient.EnqueueAsync` | none | same |", "'none' names nothing")]
    [InlineData("| `Insert` | – | `ClientTests` | same |", "a cell is empty")]
    [InlineData("| `Insert` | `IJobClient.GetOrMakeAsync` | `ClientTests` | same |", "there is no member IJobClient.GetOrMakeAsync")]
    [InlineData("| `Insert` | `JobRow.GetAsync` | `ClientTests` | same |", "there is no member JobRow.GetAsync")]
    [InlineData("| `Insert` | `[Job(Colour)]` | `ClientTests` | same |", "there is no member [Job(Colour)]")]
    [InlineData("| `Insert` | `river.nowhere` | `ClientTests` | same |", "there is no member river.nowhere")]
    [InlineData("| `Insert` | `IJobClient.EnqueueAsync` | `NobodysTests` | same |", "there is no test NobodysTests")]
    [InlineData("| `Insert` | `IJobClient.EnqueueAsync` | `ClientTests.Nothing_at_all` | same |", "there is no test ClientTests.Nothing_at_all")]
    public void A_row_that_is_wrong_is_reported(string row, string fault) =>
        Assert.Contains(fault, Assert.Single(Faults(Assert.Single(Rows(row)))), StringComparison.Ordinal);

    private static IEnumerable<string> Rows(string page) => page
        .Split('\n')
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| River |", StringComparison.Ordinal));

    private static IEnumerable<string> Faults(string row)
    {
        string[] cells = [.. row.Trim('|').Split('|').Select(cell => cell.Trim())];
        if (cells.Length != 4)
            return [$"{row}: {cells.Length} cells, not 4"];
        if (cells.Any(cell => cell is "" or "-" or "–"))
            return [$"{row}: a cell is empty"];
        return
        [
            .. Names(cells[1]).Where(name => !IsMember(name)).Select(name => $"{row}: there is no member {name}"),
            .. Names(cells[2]).Where(name => !IsTest(name)).Select(name => $"{row}: there is no test {name}"),
            .. cells[1..3].Where(cell => !Names(cell).Any() && !SaysWhy(cells[1]) && !SaysWhy(cell)).Select(cell => $"{row}: '{cell}' names nothing and doesn't say why"),
        ];
    }

    private static bool SaysWhy(string cell) =>
        cell.StartsWith("none: ", StringComparison.Ordinal) || cell.StartsWith("later", StringComparison.Ordinal) || cell.StartsWith("none yet", StringComparison.Ordinal);

    private static IEnumerable<string> Names(string cell) => Quoted().Matches(cell).Select(match => match.Groups["name"].Value);

    /// <summary>A type, a member of one, an attribute and its property, or what a client reports under a name in lower case.</summary>
    private static bool IsMember(string name)
    {
        if (char.IsLower(name[0]))
            return Code.Value.Contains($"\"{name}\"", StringComparison.Ordinal);
        var attribute = AttributeName().Match(name);
        string[] path = attribute.Success
            ? [attribute.Groups["type"].Value + "Attribute", .. attribute.Groups["member"] is { Success: true } member ? [member.Value] : Array.Empty<string>()]
            : TypeParameters().Replace(name, "").Split('.');
        return Surface.Value.TryGetValue(path[0], out var type) && path.Skip(1).All(part => HasWord(type, part));
    }

    private static bool IsTest(string name)
    {
        var path = name.Split('.');
        return TestClasses.Value.TryGetValue(path[0], out var code) && path.Skip(1).All(method => code.Contains($" {method}(", StringComparison.Ordinal));
    }

    private static bool HasWord(string text, string word) => Regex.IsMatch(text, $@"\b{Regex.Escape(word)}\b");

    /// <summary>The agreed public surface: each type with the lines of its members.</summary>
    private static Dictionary<string, string> ReadSurface()
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        var current = "";
        foreach (var line in Texts("tests/River.PublicApi.Tests", "*.verified.txt").SelectMany(text => text.Split('\n')).Where(line => line.Length > 0))
        {
            var declaration = TypeLine().Match(line);
            if (declaration.Success)
                current = declaration.Groups["name"].Value;
            types[current] = types.GetValueOrDefault(current) + (declaration.Success ? line[(declaration.Index + declaration.Length)..] : line) + "\n";
        }

        return types;
    }

    /// <summary>The classes of the tests, each with all files that have a part of it.</summary>
    private static Dictionary<string, string> ReadTestClasses() => Texts("tests", "*.cs")
        .SelectMany(text => ClassLine().Matches(text).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal).Select(name => (name, text)))
        .GroupBy(part => part.name, StringComparer.Ordinal)
        .ToDictionary(parts => parts.Key, parts => string.Concat(parts.Select(part => part.text)), StringComparer.Ordinal);

    private static IEnumerable<string> Texts(string folder, string pattern) => Directory
        .EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
        .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin") && !path.EndsWith(".verified.cs", StringComparison.Ordinal) && !path.EndsWith($"{nameof(RiverParityTests)}.cs", StringComparison.Ordinal))
        .Select(File.ReadAllText);

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\[(?<type>\w+)(\((?<member>\w+)\))?\]$", RegexOptions.ExplicitCapture)]
    private static partial Regex AttributeName();

    [GeneratedRegex(@"<\w+>")]
    private static partial Regex TypeParameters();

    [GeneratedRegex(@"^public [a-z ]*(class|record|struct|interface|enum|delegate) (\w+\.)*(?<name>\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"\bclass (?<name>\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex ClassLine();
}
