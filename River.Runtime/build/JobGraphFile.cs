using System.IO;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Writes the graph of jobs, which an analyzer left in the compiler's log. Compiled by MSBuild, as part of no project.</summary>
public sealed class RiverWriteJobGraph : Task
{
    // The message is the file's whole text, in either version of the log's format.
    private static readonly Regex Graph = new Regex(
        "\"ruleId\":\\s*\"RIVERGRAPH\"[^}]*?\"(?:text|message)\":\\s*\"(?<text>(?:[^\"\\\\]|\\\\.)*)\"", RegexOptions.CultureInvariant);

    /// <summary>The compiler's log.</summary>
    [Required]
    public string From { get; set; }

    /// <summary>The file to write.</summary>
    [Required]
    public string To { get; set; }

    /// <summary>Whether a file that differs is an error and stays as it is.</summary>
    public bool Check { get; set; }

    public override bool Execute()
    {
        var graph = File.Exists(From) ? Graph.Match(File.ReadAllText(From)) : Match.Empty;
        if (!graph.Success)
        {
            Log.LogError("RiverJobGraph: the compiler's log '{0}' has no graph of jobs; build with RunAnalyzersDuringBuild on, and rebuild if the log was removed.", From);
            return false;
        }

        var text = Regex.Unescape(graph.Groups["text"].Value);
        if (File.Exists(To) && File.ReadAllText(To).Replace("\r\n", "\n") == text)
            return true;
        if (Check)
        {
            Log.LogError("RiverJobGraph: '{0}' isn't what the code says any more; build with -p:RiverJobGraphCheck=false and commit the file.", To);
            return false;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(To)));
        File.WriteAllText(To, text);
        Log.LogMessage(MessageImportance.High, "{0}: the graph of jobs was written.", To);
        return true;
    }
}
