using Microsoft.CodeAnalysis;

namespace River.Analyzers.Rules;

/// <summary>Unique states that leave out one in which a job is waiting or at work.</summary>
internal static class UniqueStates
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.UniqueStates,
        "Unique states leave out one that River requires",
        "the unique states of '{0}' are refused: {1}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "A job is waiting or at work while it is available, pending, running or scheduled. Unique over less, it would let a duplicate in while it still has to run; clients of River in every language refuse that.",
        Rule.Page(RuleIds.UniqueStates));
}
