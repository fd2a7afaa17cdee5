using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER020: awaits what was waited for.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AwaitBlockedFix)), Shared]
public sealed class AwaitBlockedFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.BlockingWorker);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        // An async void function has nobody who could await it yet.
        if (place.Node is not ExpressionSyntax blocking || blocking is AnonymousFunctionExpressionSyntax || AwaitableFunction.At(blocking, place.Model) is not { } prepare)
            yield break;
        place.Diagnostic.Properties.TryGetValue(FixHints.Suggestion, out var token);
        var task = place.Model.Compilation.GetTypeByMetadataName("System.Threading.Tasks.Task")?.ToMinimalDisplayString(place.Model, blocking.SpanStart) ?? "Task";
        if (Task(blocking, task, token) is null)
            yield break;

        yield return new Edit("Await it", nameof(AwaitBlockedFix), editor =>
        {
            editor.ReplaceNode(blocking, (current, _) => Task((ExpressionSyntax)current, task, token) is { } awaited ? AwaitableFunction.Await(awaited, current, blocking.Parent) : current);
            prepare(editor);
        });
    }

    private static ExpressionSyntax? Task(ExpressionSyntax blocking, string task, string? token)
    {
        switch (blocking)
        {
            case MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Result" } access:
                return access.Expression;
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: var method } access } call:
                switch (method)
                {
                    case "GetResult" when access.Expression is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax awaiter }:
                        return awaiter.Expression;
                    case "Wait" when call.ArgumentList.Arguments.Count == 0:
                        return access.Expression;
                    case "Sleep":
                        var arguments = call.ArgumentList.Arguments.ToString() + (token is null ? "" : ", " + token);
                        return SyntaxFactory.ParseExpression($"{task}.Delay({arguments})");
                    case "WaitAll":
                        return call.WithExpression(access.WithName(SyntaxFactory.IdentifierName("WhenAll")));
                    default:
                        return null;
                }

            default:
                return null;
        }
    }
}
