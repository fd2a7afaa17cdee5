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

/// <summary>RIVER025: one <c>EnqueueManyAsync</c> instead of a <c>foreach</c> that does nothing else.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(EnqueueManyFix)), Shared]
public sealed class EnqueueManyFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.EnqueueInLoop);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        if (place.Node is not SimpleNameSyntax { Parent: MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax call } method }
            || StatementOf(call) is not { } statement
            || LoopOf(statement) is not { } loop
            || place.Model.GetOperation(call, place.CancellationToken) is not IInvocationOperation operation
            || place.Model.GetForEachStatementInfo(loop) is not { ElementConversion.IsIdentity: true }
            || call.DescendantNodes().Any(node => node is AwaitExpressionSyntax)
            || JobOf(operation, place) is not { } job)
        {
            yield break;
        }

        var client = method.Expression.ToString();
        if (Argument(operation, "transaction") is { } transaction)
            client += $".In({transaction})";
        var options = Argument(operation, "options");
        var token = Argument(operation, "cancellationToken");
        var variable = loop.Identifier.ValueText;
        var many = loop.Expression is IdentifierNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or ElementAccessExpressionSyntax or ParenthesizedExpressionSyntax
            ? loop.Expression.ToString()
            : $"({loop.Expression})";
        string arguments;
        if (options is not null && Mentions(options, variable))
        {
            var request = place.Model.Compilation.GetTypeByMetadataName("River.JobRequest")?.ToMinimalDisplayString(place.Model, loop.SpanStart);
            arguments = $"{many}.Select({loop.Identifier.Text} => {request}.For({job}, {options}))";
        }
        else
        {
            arguments = job == loop.Identifier.Text ? many : $"{many}.Select({loop.Identifier.Text} => {job})";
            if (options is not null)
                arguments += ", " + options;
        }

        if (token is not null)
            arguments += ", cancellationToken: " + token;
        var wait = statement.Expression.DescendantNodesAndSelf().OfType<AwaitExpressionSyntax>().First();
        var configured = wait.Expression == call ? "" : "." + ((MemberAccessExpressionSyntax)((InvocationExpressionSyntax)wait.Expression).Expression).Name + ((InvocationExpressionSyntax)wait.Expression).ArgumentList;
        var replacement = SyntaxFactory.ParseStatement($"await {client}.EnqueueManyAsync({arguments}){configured};").WithTriviaFrom(loop);
        yield return new Edit("Enqueue them in one statement", nameof(EnqueueManyFix), editor => editor.ReplaceNode(loop, replacement));
    }

    private static ExpressionStatementSyntax? StatementOf(InvocationExpressionSyntax call) =>
        call.Ancestors().OfType<StatementSyntax>().FirstOrDefault() as ExpressionStatementSyntax;

    /// <summary>The loop that only runs this statement.</summary>
    private static ForEachStatementSyntax? LoopOf(StatementSyntax statement) =>
        (statement.Parent is BlockSyntax { Statements.Count: 1 } block ? block.Parent : statement.Parent) as ForEachStatementSyntax;

    private static string? JobOf(IInvocationOperation call, Place place)
    {
        if (call.TargetMethod.Name == "EnqueueAsync")
            return Argument(call, "args")?.ToString();

        // The generated method's own parameters are those of the job's constructor.
        if (!place.Diagnostic.Properties.TryGetValue(FixHints.Job, out var name) || name is null)
            return null;
        var given = call.Arguments
            .Where(argument => argument is { ArgumentKind: ArgumentKind.Explicit, Syntax: ArgumentSyntax, Parameter.Name: not ("options" or "transaction" or "cancellationToken") })
            .Select(argument => (ArgumentSyntax)argument.Syntax)
            .ToArray();
        var type = SyntaxFactory.ParseTypeName(name);
        var symbol = place.Model.GetSpeculativeTypeInfo(call.Syntax.SpanStart, type, SpeculativeBindingOption.BindAsTypeOrNamespace).Type;
        return symbol is null || given.Any(argument => argument.NameColon is not null)
            ? null
            : $"new {symbol.ToMinimalDisplayString(place.Model, call.Syntax.SpanStart)}({string.Join(", ", given.Select(argument => argument.ToString()))})";
    }

    private static SyntaxNode? Argument(IInvocationOperation call, string parameter) => call.Arguments
        .FirstOrDefault(argument => argument.ArgumentKind == ArgumentKind.Explicit && argument.Parameter?.Name == parameter)?.Syntax is ArgumentSyntax { Expression: var value } ? value : null;

    private static bool Mentions(SyntaxNode expression, string variable) =>
        expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == variable);
}
