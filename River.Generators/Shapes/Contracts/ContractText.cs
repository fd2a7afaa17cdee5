using System;
using System.Collections.Generic;
using System.Linq;

namespace River.Shapes.Contracts;

/// <summary>
/// The text of a job contract: one fact a line, words with single spaces between them, sorted by their characters'
/// numbers. Plain C#, because MSBuild compiles this file too: the target that ships is at its end.
/// </summary>
internal static class ContractText
{
    public const string Header = "# River job contract 1";
    public const string Retired = "retired";
    public const string Moved = "moved";

    /// <summary>What a line says something about, so that two lines with one key are about one fact.</summary>
    public static string KeyOf(string fact)
    {
        var words = fact.Split(' ');
        if (words.Length < 2)
            return fact;
        if (words[0] == "@queue")
            return words[0] + " " + words[1];
        switch (words[1])
        {
            case "job":
            case Retired:
            case Moved:
                return words[0] + " job";
            case "unique":
                return words[0] + " unique";
            default:
                return words.Length < 3 ? fact : words[0] + " " + words[1] + " " + words[2];
        }
    }

    /// <summary>What follows the key: <c>int64 = 5</c> of <c>cleanup arg flux_id int64 = 5</c>.</summary>
    public static string ValueOf(string fact)
    {
        var words = fact.Split(' ');
        if (words.Length > 1 && (words[1] == Retired || words[1] == Moved))
            return string.Join(" ", words.Skip(1));
        var key = KeyOf(fact);
        return fact.Length > key.Length ? fact.Substring(key.Length + 1) : "";
    }

    /// <summary>Whether a line takes a fact back: <c>retired 2026-11-01</c>, <c>moved MyApp.Billing</c>.</summary>
    public static bool EndsFact(string value)
    {
        return value.StartsWith(Retired + " ", StringComparison.Ordinal) || value.StartsWith(Moved + " ", StringComparison.Ordinal);
    }

    /// <summary>The facts of a file: its lines but for empty ones and comments, without needless spaces.</summary>
    public static IEnumerable<string> FactsOf(string text)
    {
        return Lines(text).Select(Normal).Where(line => line.Length > 0 && line[0] != '#');
    }

    /// <summary>A file with these facts; comments that stood before the old file's first fact are kept.</summary>
    public static string Write(IEnumerable<string> facts, string old)
    {
        var comments = Lines(old).Select(Normal).TakeWhile(line => line.Length == 0 || line[0] == '#')
            .Where(line => line.Length > 0 && line != Header);
        var sorted = facts.Distinct(StringComparer.Ordinal).OrderBy(fact => fact, StringComparer.Ordinal);
        var newLine = old.Contains("\r\n") ? "\r\n" : "\n";
        return string.Concat(new[] { Header }.Concat(comments).Concat(sorted).Select(line => line + newLine));
    }

    /// <summary>The facts after a change: an added one takes the place of what was said about the same thing.</summary>
    public static IEnumerable<string> Change(IEnumerable<string> facts, IEnumerable<string> added, IEnumerable<string> removed)
    {
        var replaced = new HashSet<string>(added.Select(KeyOf), StringComparer.Ordinal);
        var gone = new HashSet<string>(removed, StringComparer.Ordinal);
        return facts.Where(fact => !gone.Contains(fact) && !replaced.Contains(KeyOf(fact))).Concat(added);
    }

    /// <summary>Whether a fact is about a job's worker, which may stay where the job moves to another assembly.</summary>
    public static bool IsOfWorker(string fact)
    {
        var words = fact.Split(' ');
        return words.Length > 2 && words[0] != "@queue" && (words[1] == "step" || words[1] == "periodic");
    }

    /// <summary>
    /// What is shipped after a release: the new lines go first. Of a kind that retired only its end is left, of one that moved
    /// also what its worker has.
    /// </summary>
    public static IEnumerable<string> Ship(IEnumerable<string> shipped, IEnumerable<string> unshipped)
    {
        var all = Change(shipped, unshipped.ToArray(), new string[0]).ToArray();
        var retired = new HashSet<string>(all.Where(fact => EndsKind(fact, Retired)).Select(KindOf), StringComparer.Ordinal);
        var moved = new HashSet<string>(all.Where(fact => EndsKind(fact, Moved)).Select(KindOf), StringComparer.Ordinal);
        return all.Where(fact => EndsKind(fact, Retired) || EndsKind(fact, Moved)
            || (!retired.Contains(KindOf(fact)) && (!moved.Contains(KindOf(fact)) || IsOfWorker(fact))));
    }

    /// <summary>The shipped file after a release. Where there is none yet, it ends its lines as the unshipped one does.</summary>
    public static string WriteShipped(string shipped, string unshipped)
    {
        var ends = shipped.Length > 0 ? shipped : unshipped.Contains("\r\n") ? "\r\n" : "\n";
        return Write(Ship(FactsOf(shipped), FactsOf(unshipped)), ends);
    }

    // A queue or a step may be called "job".
    private static bool EndsKind(string fact, string how)
    {
        return KindOf(fact) != "@queue" && KeyOf(fact) == KindOf(fact) + " job" && ValueOf(fact).StartsWith(how + " ", StringComparison.Ordinal);
    }

    private static string KindOf(string fact)
    {
        return fact.Split(' ')[0];
    }

    private static string Normal(string line)
    {
        return string.Join(" ", line.Split(new[] { ' ', '\t', '\r' }, StringSplitOptions.RemoveEmptyEntries));
    }

    private static string[] Lines(string text)
    {
        return text.TrimStart('\uFEFF').Split('\n');
    }
}

#if !NET && !NETSTANDARD
/// <summary>Moves the lines of each file of unshipped facts into the shipped file beside it.</summary>
public sealed class RiverShipContracts : Microsoft.Build.Utilities.Task
{
    [Microsoft.Build.Framework.Required]
    public Microsoft.Build.Framework.ITaskItem[] Unshipped { get; set; }

    public override bool Execute()
    {
        foreach (var item in Unshipped)
        {
            var from = item.GetMetadata("FullPath");
            var to = from.Substring(0, from.Length - "Unshipped.txt".Length) + "txt";
            var unshipped = System.IO.File.ReadAllText(from);
            var shipped = System.IO.File.Exists(to) ? System.IO.File.ReadAllText(to) : "";
            var facts = ContractText.FactsOf(unshipped).ToArray();
            System.IO.File.WriteAllText(to, ContractText.WriteShipped(shipped, unshipped));
            System.IO.File.WriteAllText(from, ContractText.Write(new string[0], unshipped));
            Log.LogMessage(Microsoft.Build.Framework.MessageImportance.High, "{0}: {1} fact(s) shipped.", System.IO.Path.GetFileName(to), facts.Length);
        }

        return !Log.HasLoggedErrors;
    }
}
#endif
