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
using Microsoft.CodeAnalysis.Simplification;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER004: declares the queue, beside the others if there are any.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DeclareQueueFix)), Shared]
public sealed class DeclareQueueFix : CodeFixProvider
{
    private const string Key = "declare";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.UndeclaredQueue);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new AllQueues();

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            if (QueueOf(diagnostic) is { } queue)
            {
                context.RegisterCodeFix(
                    CodeAction.Create($"Declare queue '{queue}'", cancellationToken => DeclareAsync(context.Document, new[] { queue }, cancellationToken), Key),
                    diagnostic);
            }
        }

        return Task.CompletedTask;
    }

    private static string? QueueOf(Diagnostic diagnostic) => diagnostic.Properties.TryGetValue(FixHints.Queue, out var queue) ? queue : null;

    private static async Task<Solution> DeclareAsync(Document document, IEnumerable<string> queues, CancellationToken cancellationToken)
    {
        var target = document;
        foreach (var candidate in document.Project.Documents.OrderByDescending(one => one.Id == document.Id))
        {
            if (await RootAsync(candidate, cancellationToken).ConfigureAwait(false) is { } unit && Declarations(unit).Any())
            {
                target = candidate;
                break;
            }
        }

        if (await RootAsync(target, cancellationToken).ConfigureAwait(false) is not { } root)
            return document.Project.Solution;
        return target.WithSyntaxRoot(Declare(root, queues)).Project.Solution;
    }

    private static async Task<CompilationUnitSyntax?> RootAsync(Document document, CancellationToken cancellationToken) =>
        await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) as CompilationUnitSyntax;

    private static CompilationUnitSyntax Declare(CompilationUnitSyntax root, IEnumerable<string> queues)
    {
        var newLine = SyntaxFactory.EndOfLine(root.ToFullString().Contains("\r\n") ? "\r\n" : "\n");
        var last = Declarations(root).LastOrDefault();
        var name = last?.Attributes.First(IsQueue).Name.WithoutTrivia()
            ?? SyntaxFactory.ParseName("global::River.Queue").WithAdditionalAnnotations(Simplifier.Annotation);
        var lists = queues.Select(queue => List(name, queue).WithTrailingTrivia(newLine)).ToArray();
        if (last is not null)
            return root.InsertNodesAfter(last, lists);

        // Alone at the head of the file, with an empty line on either side.
        if (root.AttributeLists.Count == 0 && root.Usings.Count + root.Externs.Count > 0)
            lists[0] = lists[0].WithLeadingTrivia(newLine);
        if (root.Members.FirstOrDefault() is { } member && !member.GetLeadingTrivia().FirstOrDefault().IsKind(SyntaxKind.EndOfLineTrivia))
            lists[lists.Length - 1] = lists[lists.Length - 1].WithTrailingTrivia(newLine, newLine);
        return root.WithAttributeLists(root.AttributeLists.AddRange(lists));
    }

    private static AttributeListSyntax List(NameSyntax name, string queue) => SyntaxFactory.AttributeList(
        SyntaxFactory.AttributeTargetSpecifier(SyntaxFactory.Token(SyntaxKind.AssemblyKeyword), SyntaxFactory.Token(SyntaxKind.ColonToken).WithTrailingTrivia(SyntaxFactory.Space)),
        SyntaxFactory.SingletonSeparatedList(SyntaxFactory.Attribute(name, SyntaxFactory.AttributeArgumentList(SyntaxFactory.SingletonSeparatedList(
            SyntaxFactory.AttributeArgument(SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal(queue))))))));

    private static IEnumerable<AttributeListSyntax> Declarations(CompilationUnitSyntax root) => root.AttributeLists.Where(list => list.Attributes.Any(IsQueue));

    private static bool IsQueue(AttributeSyntax attribute) => (attribute.Name switch
    {
        QualifiedNameSyntax name => name.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax name => name.Name.Identifier.ValueText,
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => "",
    }) is "Queue" or "QueueAttribute";

    /// <summary>Declares every queue of a scope once, in the order in which they are named.</summary>
    private sealed class AllQueues : FixAllProvider
    {
        public override IEnumerable<FixAllScope> GetSupportedFixAllScopes() => new[] { FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution };

        public override Task<CodeAction?> GetFixAsync(FixAllContext context) =>
            Task.FromResult<CodeAction?>(CodeAction.Create("Declare all queues", _ => DeclareAllAsync(context), Key));

        private static async Task<Solution> DeclareAllAsync(FixAllContext context)
        {
            var solution = context.Solution;
            var projects = context.Scope == FixAllScope.Solution ? solution.Projects : new[] { context.Project };
            foreach (var project in projects)
            {
                var diagnostics = context.Scope == FixAllScope.Document && context.Document is { } document
                    ? await context.GetDocumentDiagnosticsAsync(document).ConfigureAwait(false)
                    : await context.GetAllDiagnosticsAsync(project).ConfigureAwait(false);
                var queues = diagnostics.Select(QueueOf).OfType<string>().Distinct(System.StringComparer.Ordinal).ToArray();
                var place = diagnostics.Select(diagnostic => solution.GetDocument(diagnostic.Location.SourceTree)).OfType<Document>().FirstOrDefault()
                    ?? (context.Document is { } origin ? solution.GetDocument(origin.Id) : null);
                if (queues.Length > 0 && place is not null)
                    solution = await DeclareAsync(place, queues, context.CancellationToken).ConfigureAwait(false);
            }

            return solution;
        }
    }
}
