using Microsoft.CodeAnalysis;

namespace River.Analyzers.Rules;

/// <summary>A cron expression that can't be read; the place is the field to blame.</summary>
internal static class InvalidCron
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.InvalidCron,
        "A cron expression isn't valid",
        "cron expression '{0}' is not valid: {1}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "A schedule that can't be read would never run. The expression is read by the parser that the runtime uses.",
        Rule.Page(RuleIds.InvalidCron));
}
