using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER032: makes the job unique for as long as one isn't finished, instead of for a time.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PeriodFix)), Shared]
public sealed class PeriodFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.PeriodAsMutex);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        // Where the schedule is what is shown, the [Unique] stands in another project.
        if (place.Node.FirstAncestorOrSelf<AttributeArgumentSyntax>() is { NameEquals.Name.Identifier.ValueText: "Period", Parent: AttributeArgumentListSyntax } period)
            yield return new Edit("Use JobStates.Incomplete and no period", nameof(PeriodFix), editor => Apply(period, editor));
    }

    private static void Apply(AttributeArgumentSyntax period, Microsoft.CodeAnalysis.Editing.SyntaxEditor editor)
    {
        var list = (AttributeArgumentListSyntax)period.Parent!;
        var states = list.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == "States");
        var incomplete = SyntaxFactory.ParseExpression("global::River.JobStates.Incomplete").WithAdditionalAnnotations(Simplifier.Annotation);
        if (states is not null)
        {
            editor.RemoveNode(period);
            editor.ReplaceNode(states.Expression, incomplete.WithTriviaFrom(states.Expression));
        }
        else
        {
            editor.ReplaceNode(period, period
                .WithNameEquals(period.NameEquals!.WithName(SyntaxFactory.IdentifierName("States").WithTriviaFrom(period.NameEquals.Name)))
                .WithExpression(incomplete.WithTriviaFrom(period.Expression)));
        }
    }
}
