using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER031: awaits the enqueue.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AwaitEnqueueFix)), Shared]
public sealed class AwaitEnqueueFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.DroppedEnqueue);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        // 'await jobs?.EnqueueAsync(…)' would fail where there is no client.
        if (place.Node is not InvocationExpressionSyntax { Expression: not MemberBindingExpressionSyntax } call || AwaitableFunction.At(call, place.Model) is not { } prepare)
            yield break;

        ExpressionSyntax task = call.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait", Parent: InvocationExpressionSyntax configured } ? configured : call;
        ExpressionSyntax replaced = task;
        while (replaced.Parent is ParenthesizedExpressionSyntax outer)
            replaced = outer;
        if (replaced.Parent is AssignmentExpressionSyntax { Parent: ExpressionStatementSyntax } discarded)
            replaced = discarded;

        yield return new Edit("Await it", nameof(AwaitEnqueueFix), editor =>
        {
            editor.ReplaceNode(replaced, AwaitableFunction.Await(task, replaced));
            prepare(editor);
        });
    }
}
