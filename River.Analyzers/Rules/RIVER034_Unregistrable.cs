using Microsoft.CodeAnalysis;

namespace River.Analyzers.Rules;

/// <summary>A shape of job or worker that generated code can't register.</summary>
internal static class Unregistrable
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.Unregistrable,
        "A job or worker can't be registered",
        "'{0}' can't be registered: {1}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "A job is one kind with one shape, and generated code must be able to name it. Generic, abstract, private and file-local types don't fit.",
        Rule.Page(RuleIds.Unregistrable));
}
