using Microsoft.CodeAnalysis;

namespace River.Analyzers.Rules;

/// <summary>A contract that doesn't say what the code does, or says two things about one fact.</summary>
internal static class ContractGap
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.ContractGap,
        "The job contract doesn't say what the code does",
        "contract of '{0}' {1}",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A fact that isn't in the contract isn't guarded by it: once rows hold it, changing it would go unnoticed.",
        Rule.Page(RuleIds.ContractGap));
}
