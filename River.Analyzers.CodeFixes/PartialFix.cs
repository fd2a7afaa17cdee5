using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER001: makes the job, or the type around it, partial.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PartialFix)), Shared]
public sealed class PartialFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.NotPartial);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        if (place.Node is TypeDeclarationSyntax type)
        {
            yield return new Edit($"Make '{type.Identifier.ValueText}' partial", nameof(PartialFix), editor =>
                editor.SetModifiers(type, editor.Generator.GetModifiers(type).WithPartial(true)));
        }
    }
}
