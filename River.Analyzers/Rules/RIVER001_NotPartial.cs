using Microsoft.CodeAnalysis;

namespace River.Analyzers.Rules;

/// <summary>A job's type, or a type that it is nested in, that isn't <c>partial</c>.</summary>
internal static class NotPartial
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.NotPartial,
        "A job's type isn't partial",
        "'{0}' is not partial: {1}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "The generator adds the other part of a job: its descriptor and its JSON contract. Without 'partial' there is nowhere to put it, and the job can't be enqueued.",
        Rule.Page(RuleIds.NotPartial));
}
