using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER036: gives the job no timeout, in whatever file of the project it is declared.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(InfiniteFix)), Shared]
public sealed class InfiniteFix : CodeFixProvider
{
    private const string Title = "Write 'Timeout = \"infinite\"'";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.EndlessWorker);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new AllJobs();

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            var solution = context.Document.Project.Solution;
            var changed = await ChangeAsync(solution, new[] { diagnostic }, context.CancellationToken).ConfigureAwait(false);
            if (changed != solution)
                context.RegisterCodeFix(CodeAction.Create(Title, _ => Task.FromResult(changed), nameof(InfiniteFix)), diagnostic);
        }
    }

    /// <summary>Writes it at every job that a diagnostic points to; one may be pointed to from several loops.</summary>
    private static async Task<Solution> ChangeAsync(Solution solution, IEnumerable<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        var attributes = diagnostics.SelectMany(diagnostic => diagnostic.AdditionalLocations).Where(where => where.IsInSource).Distinct();
        foreach (var file in attributes.GroupBy(where => solution.GetDocument(where.SourceTree)))
        {
            if (file.Key is null || await file.Key.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root)
                continue;
            var nodes = file.Select(where => root.FindNode(where.SourceSpan)).OfType<AttributeSyntax>();
            solution = solution.WithDocumentSyntaxRoot(file.Key.Id, root.ReplaceNodes(nodes, (_, attribute) => Infinite(attribute)));
        }

        return solution;
    }

    private static AttributeSyntax Infinite(AttributeSyntax attribute)
    {
        var infinite = SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal("infinite"));
        var list = attribute.ArgumentList ?? SyntaxFactory.AttributeArgumentList();
        if (list.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == "Timeout") is { } written)
            return attribute.ReplaceNode(written.Expression, infinite.WithTriviaFrom(written.Expression));
        var name = SyntaxFactory.NameEquals(
            SyntaxFactory.IdentifierName("Timeout").WithTrailingTrivia(SyntaxFactory.Space),
            SyntaxFactory.Token(SyntaxKind.EqualsToken).WithTrailingTrivia(SyntaxFactory.Space));
        var arguments = SyntaxFactory.SeparatedList(
            list.Arguments.Append(SyntaxFactory.AttributeArgument(name, null, infinite)),
            Enumerable.Repeat(SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space), list.Arguments.Count));
        return attribute.WithArgumentList(list.WithArguments(arguments));
    }

    private sealed class AllJobs : FixAllProvider
    {
        public override async Task<CodeAction?> GetFixAsync(FixAllContext context)
        {
            var diagnostics = new List<Diagnostic>();
            foreach (var project in context.Scope == FixAllScope.Solution ? context.Solution.Projects : new[] { context.Project })
            {
                diagnostics.AddRange(context is { Scope: FixAllScope.Document, Document: { } document }
                    ? await context.GetDocumentDiagnosticsAsync(document).ConfigureAwait(false)
                    : await context.GetAllDiagnosticsAsync(project).ConfigureAwait(false));
            }

            var changed = await ChangeAsync(context.Solution, diagnostics, context.CancellationToken).ConfigureAwait(false);
            return CodeAction.Create(Title, _ => Task.FromResult(changed), nameof(InfiniteFix));
        }
    }
}
