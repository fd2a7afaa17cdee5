using Microsoft.CodeAnalysis;

namespace River.Analyzers.Rules;

/// <summary>A change after which rows that are already in a database could not be worked any more.</summary>
internal static class ContractBreak
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.ContractBreak,
        "A change breaks the job contract",
        "contract of '{0}' broken: {1}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "What is stored in the database outlives a deploy: jobs that were queued, scheduled or failed before it are read by the code after it, and during a rollout by both. River.Contracts.txt says what such rows may hold.",
        Rule.Page(RuleIds.ContractBreak));
}
