using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace River.Analyzers.Calls;

/// <summary>
/// A rule about what code does. It is shown the operations of members that have one of its words, and of methods that workers
/// run in which it looks for more than words; nothing else is bound for it.
/// </summary>
internal abstract class CodeRule
{
    public abstract ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; }

    /// <summary>
    /// The words without which a member has nothing for the rule: <c>Name*</c> for names that begin so, <c>Name(</c> for what
    /// is called, <c>Name!</c> for what is called and not thrown at once, <c>Name=</c> for what is assigned. None where only workers are looked at.
    /// </summary>
    public virtual ImmutableArray<string> Words => ImmutableArray<string>.Empty;

    /// <summary>
    /// Whether a node in a method that a worker runs may be something for the rule. It judges by the syntax, which costs a
    /// hundredth of binding the method, so in doubt it says yes.
    /// </summary>
    public virtual bool MayConcern(SyntaxNode node) => false;

    /// <summary>Whether what one method of a worker does counts for those that call it too.</summary>
    public virtual bool FollowsCalls => false;

    /// <summary>Says what the rule wants to be shown of one compilation.</summary>
    public abstract void Start(CodeStart start);
}
