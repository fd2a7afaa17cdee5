using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;
using River.Shapes;

namespace River.Analyzers.Diagrams;

/// <summary>Jobs in their queues, who enqueues whom, and the schedules, as a Mermaid flowchart. The same code gives the same text.</summary>
internal sealed class JobDiagram
{
    private const string Note = "Written by the build from the code, where the project sets RiverJobGraph";

    private readonly ImmutableArray<JobFact> _jobs;
    private readonly ImmutableArray<ScheduleFact> _schedules;
    private readonly ImmutableArray<DiagramArrow> _arrows;

    public JobDiagram(IEnumerable<JobFact> jobs, IEnumerable<ScheduleFact> schedules, IEnumerable<DiagramArrow> arrows)
    {
        _jobs = jobs.OrderBy(job => job.Kind, StringComparer.Ordinal).ToImmutableArray();
        _schedules = schedules.OrderBy(schedule => schedule.Id, StringComparer.Ordinal).ThenBy(schedule => schedule.Kind, StringComparer.Ordinal).ToImmutableArray();
        _arrows = arrows.Distinct().OrderBy(arrow => arrow.From, StringComparer.Ordinal).ThenBy(arrow => arrow.To, StringComparer.Ordinal)
            .ThenBy(arrow => arrow.Label, StringComparer.Ordinal).ThenBy(arrow => arrow.IsCertain).ToImmutableArray();
    }

    /// <summary>What the file holds: a page for Markdown, else the chart alone.</summary>
    public string Write(string path)
    {
        if (!path.EndsWith(".md", StringComparison.OrdinalIgnoreCase))
            return "%% " + Note + "\n" + Chart();
        return "# Job graph\n\n<!-- " + Note + ". -->\n\n```mermaid\n" + Chart() + "```\n\n"
            + "A box is a job, in the frame of its queue; a rounded box is a schedule, a dashed one a job that another service works. A solid\n"
            + "arrow is taken by every run, a dotted one depends. `then` is stored with the completion of the job it comes from, `many` is\n"
            + "enqueued in one call.\n";
    }

    private string Chart()
    {
        var text = new StringBuilder("flowchart LR\n");
        foreach (var queue in _jobs.GroupBy(job => job.Queue, StringComparer.Ordinal).OrderBy(queue => queue.Key, StringComparer.Ordinal))
        {
            text.Append("    subgraph ").Append(Id("queue", queue.Key)).Append('[').Append(Quote(queue.Key)).Append("]\n");
            foreach (var job in queue)
                text.Append("        ").Append(Id("job", job.Kind)).Append('[').Append(Quote(job.Kind)).Append(job.External ? "]:::external\n" : "]\n");
            text.Append("    end\n");
        }

        foreach (var schedule in _schedules)
        {
            var when = schedule.TimeZone is null ? schedule.Cron : schedule.Cron + " " + schedule.TimeZone;
            text.Append("    ").Append(Id("at", schedule.Id)).Append("([").Append(Quote(when)).Append("]) --> ").Append(Id("job", schedule.Kind)).Append('\n');
        }

        foreach (var arrow in _arrows)
        {
            text.Append("    ").Append(Id("job", arrow.From)).Append(arrow.IsCertain ? " -->" : " -.->");
            if (arrow.Label.Length > 0)
                text.Append('|').Append(Quote(arrow.Label)).Append('|');
            text.Append(' ').Append(Id("job", arrow.To)).Append('\n');
        }

        if (_jobs.Any(job => job.External))
            text.Append("    classDef external stroke-dasharray: 5 5\n");
        return text.ToString();
    }

    // The word in front keeps names apart from Mermaid's own words, such as "end".
    private static string Id(string word, string name)
    {
        var id = new StringBuilder(word).Append('_');
        foreach (var c in name)
        {
            if (c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_')
                id.Append(c);
            else
                id.Append("_x").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)).Append('_');
        }

        return id.ToString();
    }

    private static string Quote(string text) =>
        "\"" + text.Replace("#", "#35;").Replace("\"", "#quot;").Replace("&", "#amp;").Replace("<", "#lt;").Replace(">", "#gt;") + "\"";
}

/// <summary>That a job of one kind enqueues one of another.</summary>
/// <param name="From">The kind of the job that runs.</param>
/// <param name="To">The kind of the job that it enqueues.</param>
/// <param name="Label">How, in words; empty where there is nothing to say.</param>
/// <param name="IsCertain">Whether every run does.</param>
internal sealed record DiagramArrow(string From, string To, string Label, bool IsCertain);
