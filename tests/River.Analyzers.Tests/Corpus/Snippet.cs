using System.Reflection;
using System.Text;
using River.Analyzers.Tests.Harness;

namespace River.Analyzers.Tests.Corpus;

/// <summary>
/// A declaration of jobs and workers, right or wrong, odd on purpose, and the ids of all that the compiler and the rules
/// find wrong with it. The files beside this one hold them: a line <c>=== RIVER001 CS0246</c> or <c>=== fine</c>, with the
/// word <c>program</c> in front where there is an entry point, then the code, with a line <c>=== file B.cs</c> before each
/// further file. What is found today is written there by running the test with <c>RIVER_ACCEPT_SNAPSHOTS=1</c>.
/// </summary>
internal sealed record Snippet(bool IsProgram, string Expected, string Text)
{
    private const string Head = "=== ";
    private const string File = Head + "file ";
    private const string Program = "program ";
    private const string Nothing = "fine";

    private static string Folder { get; } = Path.Combine(
        typeof(Snippet).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "RepositoryRoot").Value!, "tests", "River.Analyzers.Tests", "Corpus");

    public static IEnumerable<string> Groups => Directory.EnumerateFiles(Folder, "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    public static IReadOnlyList<Snippet> Read(string group)
    {
        var snippets = new List<Snippet>();
        string? head = null;
        var text = new StringBuilder();
        foreach (var line in System.IO.File.ReadLines(PathOf(group)).Append(Head))
        {
            if (!line.StartsWith(Head, StringComparison.Ordinal) || line.StartsWith(File, StringComparison.Ordinal))
            {
                text.Append(line).Append('\n');
                continue;
            }

            if (head is not null)
                snippets.Add(Of(head, text.ToString()));
            head = line[Head.Length..];
            text.Clear();
        }

        return snippets;
    }

    public static void Write(string group, IEnumerable<Snippet> snippets) =>
        System.IO.File.WriteAllText(PathOf(group), string.Concat(snippets.Select(snippet => Head + (snippet.IsProgram ? Program : "") + snippet.Expected + "\n" + snippet.Text)));

    /// <summary>What is expected where these ids are found.</summary>
    public static string Found(IEnumerable<string> ids) => string.Join(' ', ids.Distinct().Order(StringComparer.Ordinal)) is { Length: > 0 } found ? found : Nothing;

    public Code ToCode()
    {
        var parts = Text.Split(File);
        var code = Code.Of(parts[0]).And("Queues.cs", "[assembly: Queue(\"default\")]");
        foreach (var part in parts.Skip(1))
        {
            var end = part.IndexOf('\n', StringComparison.Ordinal);
            code = code.And(part[..end], part[(end + 1)..]);
        }

        return IsProgram ? code.AsProgram() : code;
    }

    private static Snippet Of(string head, string text) =>
        head.StartsWith(Program, StringComparison.Ordinal) ? new(IsProgram: true, head[Program.Length..], text) : new(IsProgram: false, head, text);

    private static string PathOf(string group) => Path.Combine(Folder, group + ".txt");
}
