using Microsoft.CodeAnalysis;

namespace River.Analyzers.Rules;

/// <summary>A number of attempts that the column can't hold.</summary>
internal static class InvalidMaxAttempts
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.InvalidMaxAttempts,
        "MaxAttempts is out of range",
        "'{0}' can't be stored: {1}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "The database holds the number of attempts in a 16-bit integer, so it must be from 1 to 32767.",
        Rule.Page(RuleIds.InvalidMaxAttempts));
}
