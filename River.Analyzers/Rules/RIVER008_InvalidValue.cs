using Microsoft.CodeAnalysis;

namespace River.Analyzers.Rules;

/// <summary>A priority, number of workers, tag, id or duration that is out of range or malformed.</summary>
internal static class InvalidValue
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.InvalidValue,
        "A value in a declaration is refused",
        "'{0}' is not valid: {1}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "Priorities, numbers of workers, tags, ids and durations are checked where they are written, because the database would refuse them only when the first job is enqueued, and a duration such as 24:00:00 would be read as 24 days.",
        Rule.Page(RuleIds.InvalidValue));
}
