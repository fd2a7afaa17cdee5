using System.Collections.Immutable;

namespace River.Analyzers;

/// <summary>What a rule tells its fix through the properties of a diagnostic.</summary>
internal static class FixHints
{
    /// <summary>What to write instead: a number, or a queue's name.</summary>
    public const string Suggestion = "suggestion";

    /// <summary>The queue that could be declared.</summary>
    public const string Queue = "queue";

    /// <summary>The fully qualified name of the job that has no worker, that is enqueued, or whose arguments changed.</summary>
    public const string Job = "job";

    /// <summary>The parameter that an argument is missing for.</summary>
    public const string Parameter = "parameter";

    /// <summary>The earlier kind that could become an alias.</summary>
    public const string Alias = "alias";

    /// <summary>That a parameter could get a default: the one at the additional location, if there is any.</summary>
    public const string Default = "default";

    /// <summary>The arguments, by their paths, that an upgrade could bring up: the old one first, then its likely successor.</summary>
    public const string Upgrade = "upgrade";

    /// <summary>The lines that the file of unshipped contract facts should get.</summary>
    public const string Add = "add";

    /// <summary>The line that it should lose.</summary>
    public const string Remove = "remove";

    public static ImmutableDictionary<string, string?> Suggesting(string? suggestion) =>
        suggestion is null ? ImmutableDictionary<string, string?>.Empty : ImmutableDictionary<string, string?>.Empty.Add(Suggestion, suggestion);
}
