using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER023: says how long from now, instead of adding to this machine's time.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DelayFix)), Shared]
public sealed class DelayFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.LocalSchedule);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        var assignment = place.Node.AncestorsAndSelf().OfType<AssignmentExpressionSyntax>().FirstOrDefault();
        if (assignment is not { Left: IdentifierNameSyntax { Identifier.ValueText: "ScheduledAt" } left, Parent: InitializerExpressionSyntax options }
            || assignment.Right != place.Node
            || options.Expressions.Any(other => other is AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "Delay" } })
            || FromNow(assignment.Right, place) is not { } delay)
        {
            yield break;
        }

        var replacement = assignment
            .WithLeft(SyntaxFactory.IdentifierName("Delay").WithTriviaFrom(left))
            .WithRight(SyntaxFactory.ParseExpression(delay).WithTriviaFrom(assignment.Right));
        yield return new Edit($"Write 'Delay = {delay}'", nameof(DelayFix), editor => editor.ReplaceNode(assignment, replacement));
    }

    /// <summary>How long from now a time is; null where that can't be told. A month has no length.</summary>
    private static string? FromNow(ExpressionSyntax time, Place place)
    {
        var span = place.Model.Compilation.GetTypeByMetadataName("System.TimeSpan")?.ToMinimalDisplayString(place.Model, time.SpanStart) ?? "TimeSpan";
        switch (time)
        {
            case ParenthesizedExpressionSyntax outer:
                return FromNow(outer.Expression, place);
            case BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression) && IsNow(sum.Left, place):
                return sum.Right.ToString();
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax added, ArgumentList.Arguments: { Count: 1 } arguments } when IsNow(added.Expression, place):
                var amount = arguments[0].Expression.ToString();
                return added.Name.Identifier.ValueText switch
                {
                    "Add" => amount,
                    "AddDays" or "AddHours" or "AddMinutes" or "AddSeconds" or "AddMilliseconds" => $"{span}.From{added.Name.Identifier.ValueText.Substring("Add".Length)}({amount})",
                    _ => null,
                };
            default:
                return IsNow(time, place) ? span + ".Zero" : null;
        }
    }

    private static bool IsNow(ExpressionSyntax expression, Place place) =>
        expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Now" }
        && place.Model.GetSymbolInfo(expression, place.CancellationToken).Symbol is IPropertySymbol { IsStatic: true, ContainingType.SpecialType: SpecialType.System_DateTime };
}
