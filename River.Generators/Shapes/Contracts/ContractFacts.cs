using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;

namespace River.Shapes.Contracts;

/// <summary>The facts of declarations that rows outlive.</summary>
internal static class ContractFacts
{
    // States of a unique job by their bits, as River's own column has them.
    private static readonly string[] States = { "available", "cancelled", "completed", "discarded", "pending", "retryable", "running", "scheduled" };

    /// <summary>What a job's rows depend on, in the order of the file.</summary>
    public static EquatableArray<ContractFact> Of(JobModel job, CancellationToken cancellationToken) =>
        new[] { ContractFact.Job(job.Kind) }
            .Concat(job.Aliases.Where(alias => alias != job.Kind).Select(alias => ContractFact.Alias(job.Kind, alias)))
            .Concat(ContractArgs.Of(job.Kind, job.JsonTypes, cancellationToken))
            .Concat(job.ContextArgs)
            .Concat(job.Upgrade is { } upgrade ? upgrade.Paths.Select(path => ContractFact.Upgrade(job.Kind, path)) : Enumerable.Empty<ContractFact>())
            .Concat(job.Schedules.Select(schedule => ContractFact.Periodic(schedule.Kind, schedule.Id)))
            .Concat(job.Unique is { } unique ? new[] { new ContractFact(job.Kind + " " + ContractFact.UniqueWord, Make(unique)) } : Enumerable.Empty<ContractFact>())
            .Distinct()
            .OrderBy(fact => fact.Line, StringComparer.Ordinal)
            .ToEquatableArray();

    /// <summary>Whether a job's arguments are described: those of a serializer context that can't be known aren't.</summary>
    public static bool DescribesArgs(JobModel job) => !job.ContextArgs.Any(ContextArgs.IsUnknown);

    private static string Make(UniqueModel unique)
    {
        var words = new List<string>();
        if (unique.Args)
            words.Add(unique.Members.Count == 0 ? "args" : "args(" + string.Join("|", unique.Members.Select(Path).OrderBy(path => path, StringComparer.Ordinal)) + ")");
        if (unique.PeriodTicks is { } period)
            words.Add("period(" + TimeSpan.FromTicks(period).TotalSeconds.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture) + "s)");
        if (unique.Queue)
            words.Add("queue");
        if (unique.States is { } states)
            words.Add("states(" + string.Join("|", States.Where((_, bit) => (states & (1 << bit)) != 0)) + ")");
        if (unique.ExcludeKind)
            words.Add("any_kind");
        return string.Join(" ", words);
    }

    private static string Path(string path) => string.Join(".", path.Split('.').Select(Word));

    /// <summary>A name as a word of a line: what would end the word or the path is written by its number.</summary>
    public static string Word(string name)
    {
        if (name.All(IsPlain))
            return name;
        var word = new StringBuilder(name.Length + 8);
        foreach (var unit in Encoding.UTF8.GetBytes(name))
        {
            if (unit < 128 && IsPlain((char)unit))
                word.Append((char)unit);
            else
                word.Append('%').Append(unit.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return word.ToString();
    }

    private static bool IsPlain(char c) => c is > ' ' and < (char)127 and not ('.' or '[' or ']' or '{' or '}' or '(' or ')' or '|' or '%' or '?' or '=' or '#');
}
