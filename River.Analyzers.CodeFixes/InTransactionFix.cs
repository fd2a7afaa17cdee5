using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER024: binds the client to the transaction.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(InTransactionFix)), Shared]
public sealed class InTransactionFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.OutsideTransaction);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        if (place.Node is not SimpleNameSyntax { Parent: MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax call, Expression: var client } }
            || place.Model.GetOperation(call, place.CancellationToken) is not IInvocationOperation operation
            || (operation.Instance ?? operation.Arguments.FirstOrDefault()?.Value)?.Syntax != client
            || !place.Diagnostic.Properties.TryGetValue(FixHints.Suggestion, out var bindings)
            || bindings is null)
        {
            yield break;
        }

        // EF Core's contexts and transactions can be given only where the package for it is referenced.
        foreach (var binding in bindings.Split(';'))
        {
            var bound = SyntaxFactory.ParseExpression($"{client.WithoutTrivia()}.In({binding})");
            if (place.Model.GetSpeculativeSymbolInfo(call.SpanStart, bound, SpeculativeBindingOption.BindAsExpression).Symbol is null)
                continue;
            yield return new Edit($"Enqueue it in '{binding}'", nameof(InTransactionFix), editor => editor.ReplaceNode(client, bound.WithTriviaFrom(client)));
            yield break;
        }
    }
}
