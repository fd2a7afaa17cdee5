using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace River.Analyzers.Calls;

/// <summary>
/// A rule about what code does. It is shown the operations of all that workers run, and of those members elsewhere that have
/// one of its words; nothing else is bound for it.
/// </summary>
internal abstract class CodeRule
{
    public abstract ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; }

    /// <summary>
    /// The words without which a member has nothing for the rule: <c>Name*</c> for names that begin so, <c>Name(</c> for what
    /// is called, <c>Name=</c> for what is assigned. None where only workers are looked at.
    /// </summary>
    public virtual ImmutableArray<string> Words => ImmutableArray<string>.Empty;

    /// <summary>Says what the rule wants to be shown of one compilation.</summary>
    public abstract void Start(CodeStart start);
}
