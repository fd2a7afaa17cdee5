using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace River.Tests.Stores.Model;

/// <summary>The transitions as docs/state-machine.md gives them, read anew from the page itself.</summary>
internal sealed partial class StateMachinePage
{
    private static readonly JobState[] All = Enum.GetValues<JobState>();

    private StateMachinePage(string page)
    {
        foreach (var row in Row().Matches(page).Skip(1))
        {
            var by = row.Groups["by"].Value.Trim();
            foreach (var from in StatesOf(row.Groups["from"].Value))
            {
                foreach (var to in StatesOf(row.Groups["to"].Value))
                    Table.Add(new Transition(from, to, by));
            }
        }

        foreach (Match edge in Edge().Matches(page))
            Diagram.Add((StateOf(edge.Groups["from"].Value), StateOf(edge.Groups["to"].Value)));
    }

    /// <summary>The rows of the table, one for each pair of states; from null for a job that didn't exist.</summary>
    public List<Transition> Table { get; } = [];

    /// <summary>The arrows of the diagram; to null for a job that is gone.</summary>
    public HashSet<(JobState? From, JobState? To)> Diagram { get; } = [];

    public static StateMachinePage Read([CallerFilePath] string file = "")
    {
        var folder = Path.GetDirectoryName(file);
        while (folder is not null && !File.Exists(Path.Combine(folder, "docs", "state-machine.md")))
            folder = Path.GetDirectoryName(folder);
        return new StateMachinePage(File.ReadAllText(Path.Combine(folder!, "docs", "state-machine.md")));
    }

    /// <summary>Whether the page has the transition, for a reason that the text names.</summary>
    public bool Allows(JobState? from, JobState to, string reason) =>
        Table.Exists(row => row.From == from && row.To == to && row.By.Contains(reason, StringComparison.Ordinal));

    private static IEnumerable<JobState?> StatesOf(string text) =>
        text.Trim() is ['a', 'n', 'y', ' ', 'b', 'u', 't', ' ', .. var but]
            ? All.Where(state => state != StateOf(but)).Select(state => (JobState?)state)
            : text.Split(',').Select(StateOf);

    private static JobState? StateOf(string text) =>
        text.Trim() is "∅" or "[*]" ? null : Enum.Parse<JobState>(text.Trim(), ignoreCase: true);

    [GeneratedRegex(@"^\| (?<from>[^|→]+) → (?<to>[^|]+) \| (?<by>[^|]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex(@"^  (?<from>[\w\[\]*]+) --> (?<to>[\w\[\]*]+):", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Edge();

    internal sealed record Transition(JobState? From, JobState? To, string By);
}
