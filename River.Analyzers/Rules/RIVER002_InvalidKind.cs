using Microsoft.CodeAnalysis;

namespace River.Analyzers.Rules;

/// <summary>A kind or an alias that River's clients refuse.</summary>
internal static class InvalidKind
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.InvalidKind,
        "A job's kind isn't valid",
        "kind '{0}' is not valid: {1}; clients of River in every language refuse such a kind",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "The kind is stored with every job and is how a worker is found. River accepts 2 to 127 characters: a word character, then word characters or -[]<>/.·:+.",
        Rule.Page(RuleIds.InvalidKind));
}
