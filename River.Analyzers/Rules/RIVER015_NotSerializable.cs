using Microsoft.CodeAnalysis;

namespace River.Analyzers.Rules;

/// <summary>A member that can't be stored and read back.</summary>
internal static class NotSerializable
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.NotSerializable,
        "An argument can't be serialized",
        "'{0}' can't be serialized: {1}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "Arguments are stored as JSON and read back in another process, perhaps after a deployment. What has no meaning there, or can't be read back, is refused.",
        Rule.Page(RuleIds.NotSerializable));
}
