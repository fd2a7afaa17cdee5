using Microsoft.CodeAnalysis;

namespace River.Analyzers.Rules;

/// <summary>A schedule for a job whose arguments nobody can make.</summary>
internal static class NoPeriodicArgs
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.NoPeriodicArgs,
        "A periodic job's arguments can't be made",
        "'{0}' can't be scheduled: {1}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "Nobody is there to give a scheduled job its arguments: they are made without any, or by a static Create method.",
        Rule.Page(RuleIds.NoPeriodicArgs));
}
