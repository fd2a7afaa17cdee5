using System;
using System.Collections.Generic;
using System.Linq;

namespace River.Shapes.Contracts;

/// <summary>One thing that rows in a production database may depend on, as a line of the job contract says it.</summary>
/// <param name="Key">What it is about, such as <c>cleanup arg flux_id</c>.</param>
/// <param name="Value">What holds of it, such as <c>int64</c>; empty where there is nothing more to say.</param>
internal sealed record ContractFact(string Key, string Value)
{
    public const string QueueWord = "@queue";
    public const string JobWord = "job";
    public const string AliasWord = "alias";
    public const string ArgWord = "arg";
    public const string PeriodicWord = "periodic";
    public const string UniqueWord = "unique";
    public const string UpgradeWord = "upgrade";
    public const string StepWord = "step";

    /// <summary>The line in the file.</summary>
    public string Line => Value.Length == 0 ? Key : Key + " " + Value;

    /// <summary>The job's kind; <c>@queue</c> for a queue.</summary>
    public string Kind => Key.Substring(0, Key.IndexOf(' '));

    /// <summary>What it is: <c>job</c>, <c>alias</c>, <c>arg</c> and so on; the name of a queue.</summary>
    public string Word => Part(1);

    /// <summary>The alias, the path of the argument, the schedule's id; empty for facts of which a job has one.</summary>
    public string Name => Part(2);

    public bool IsArg => Word == ArgWord && Kind != QueueWord;

    /// <summary>Whether the line takes a fact back.</summary>
    public bool IsEnd => ContractText.EndsFact(Value);

    public static ContractFact OfLine(string line) => new(ContractText.KeyOf(line), ContractText.ValueOf(line));

    public static ContractFact Queue(string name) => new(QueueWord + " " + name, "");

    public static ContractFact Periodic(string kind, string id) => new(kind + " " + PeriodicWord + " " + id, "");

    public static ContractFact Alias(string kind, string alias) => new(kind + " " + AliasWord + " " + alias, "");

    public static ContractFact Job(string kind) => new(kind + " " + JobWord, "");

    public static ContractFact Arg(string kind, string path, string value) => new(kind + " " + ArgWord + " " + path, value);

    public static ContractFact Upgrade(string kind, string path) => new(kind + " " + UpgradeWord + " " + path, "");

    /// <param name="kind">The job's kind.</param>
    /// <param name="word">The step's name, written as a word of a line.</param>
    public static ContractFact Step(string kind, string word) => new(kind + " " + StepWord + " " + word, "");

    /// <summary>Whether an argument is among those that are brought up, by itself or with what it is in.</summary>
    /// <param name="path">The argument's path.</param>
    /// <param name="isUpgraded">Says it of one path without marks of lists and maps behind it.</param>
    public static bool IsUpgraded(string path, Func<string, bool> isUpgraded)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('.', end - 1))
        {
            if (isUpgraded(path.Substring(0, end).TrimEnd('[', ']', '{', '}')))
                return true;
        }

        return false;
    }

    private string Part(int position) => Key.Split(' ').ElementAtOrDefault(position) ?? "";
}

/// <summary>What is said of one argument: its type, whether it may be null, and what stands in for it where a row has none.</summary>
internal readonly struct ArgValue
{
    public const string Optional = "optional";
    private const string Assign = " = ";
    private const string EnumStart = "enum(";
    private const string SubtypesStart = "oneof(";

    public ArgValue(string type, bool isNullable, string? fallback)
    {
        Type = type;
        IsNullable = isNullable;
        Fallback = fallback;
    }

    /// <summary>The type without its question mark.</summary>
    public string Type { get; }

    public bool IsNullable { get; }

    /// <summary>The default as JSON, <c>optional</c> where the type's own initializer gives one; null where a row must have the member.</summary>
    public string? Fallback { get; }

    public bool IsRequired => Fallback is null;

    /// <summary>Whether it is of one of several subtypes.</summary>
    public bool HasSubtypes => Type.StartsWith(SubtypesStart, StringComparison.Ordinal) && Type.IndexOf(')') > 0;

    private bool IsEnum => Type.StartsWith(EnumStart, StringComparison.Ordinal) && Type.IndexOf(')') > 0;

    /// <summary>The members of an enum; of subtypes the discriminators, behind the name of the member that tells them.</summary>
    private string[] Choices => Type.Substring(Type.IndexOf('(') + 1, Type.IndexOf(')') - Type.IndexOf('(') - 1).Split('|');

    /// <summary>What stands after the choices: <c>[]</c> for a list of them.</summary>
    private string Suffix => Type.Substring(Type.IndexOf(')'));

    public static ArgValue Parse(string value)
    {
        string? fallback = null;
        var assign = value.IndexOf(Assign, StringComparison.Ordinal);
        if (assign >= 0)
        {
            fallback = value.Substring(assign + Assign.Length);
            value = value.Substring(0, assign);
        }
        else if (value.EndsWith(" " + Optional, StringComparison.Ordinal))
        {
            fallback = Optional;
            value = value.Substring(0, value.Length - Optional.Length - 1);
        }

        var isNullable = value.EndsWith("?", StringComparison.Ordinal);
        return new ArgValue(isNullable ? value.Substring(0, value.Length - 1) : value, isNullable, fallback);
    }

    public static string Write(string type, bool isNullable, bool isRequired, string? fallback) =>
        type + (isNullable ? "?" : "") + (isRequired ? "" : fallback is null ? " " + Optional : Assign + fallback);

    /// <summary>The type of a value whose subtype is told by a member of it.</summary>
    public static string WriteSubtypes(string member, IEnumerable<string> discriminators) => SubtypesStart + string.Join("|", new[] { member }.Concat(discriminators)) + ")";

    /// <summary>Why rows that hold the other's values could no longer be read as this one; null where they can.</summary>
    public string? BreakAgainst(ArgValue shipped)
    {
        if (Type != shipped.Type)
        {
            if (!((IsEnum && shipped.IsEnum) || (HasSubtypes && shipped.HasSubtypes && Choices[0] == shipped.Choices[0])) || Suffix != shipped.Suffix)
                return "is of another type";
            if (shipped.Choices.Except(Choices, StringComparer.Ordinal).ToArray() is { Length: > 0 } gone)
                return (IsEnum ? "lost the enum member" : "lost the discriminator") + (gone.Length == 1 ? " '" : "s '") + string.Join("', '", gone) + "'";
        }

        if (shipped.IsNullable && !IsNullable)
            return "may no longer be null";
        return IsRequired && !shipped.IsRequired ? "lost its default" : null;
    }
}
