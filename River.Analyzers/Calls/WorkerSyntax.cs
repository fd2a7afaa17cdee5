using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Analyzers.Calls;

/// <summary>Which methods of a worker some rule has to see. Most need not be bound for it: nothing in their syntax is anything for a rule.</summary>
internal readonly struct WorkerSyntax
{
    private const string Generator = "River.Generators.RiverGenerator";

    private readonly ImmutableArray<CodeRule> _rules;
    private readonly bool _isFollowed;

    private WorkerSyntax(ImmutableArray<CodeRule> rules, bool isFollowed) => (_rules, _isFollowed) = (rules, isFollowed);

    /// <summary>A type that works no jobs.</summary>
    public static WorkerSyntax None { get; } = new(ImmutableArray<CodeRule>.Empty, isFollowed: false);

    public static WorkerSyntax Of(TypeDeclarationSyntax declaration, INamedTypeSymbol worker, ImmutableArray<CodeRule> rules)
    {
        // Private methods are called from everywhere within the outermost type.
        var outermost = declaration.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().Last();
        var following = rules.Where(rule => rule.FollowsCalls).ToImmutableArray();
        return new WorkerSyntax(rules, HasOtherParts(worker, declaration) || outermost.DescendantNodes().Any(node => following.Any(rule => rule.MayConcern(node))));
    }

    /// <summary>Whether a method, if a worker runs it, may be something for a rule.</summary>
    public bool MayConcern(BaseMethodDeclarationSyntax method)
    {
        if (_isFollowed)
            return true;
        foreach (var node in method.DescendantNodes())
        {
            foreach (var rule in _rules)
            {
                if (rule.MayConcern(node))
                    return true;
            }
        }

        return false;
    }

    /// <summary>Whether a type, or one around it, is declared elsewhere too, by something else than River's generator.</summary>
    private static bool HasOtherParts(INamedTypeSymbol type, TypeDeclarationSyntax declaration) =>
        type.DeclaringSyntaxReferences.Any(part => (part.SyntaxTree != declaration.SyntaxTree || part.Span != declaration.Span) && part.SyntaxTree.FilePath.IndexOf(Generator, StringComparison.Ordinal) < 0)
        || (type.ContainingType is { } outer && declaration.Parent is TypeDeclarationSyntax around && HasOtherParts(outer, around));
}
