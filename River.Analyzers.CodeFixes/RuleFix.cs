using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Editing;

namespace River.Analyzers.CodeFixes;

/// <summary>A fix that changes the file in which a rule spoke, one place or all of them.</summary>
public abstract class RuleFix : CodeFixProvider
{
    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => FixAllProvider.Create(FixAllAsync);

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            foreach (var edit in await EditsAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false))
            {
                context.RegisterCodeFix(
                    CodeAction.Create(edit.Title, cancellationToken => ApplyAsync(context.Document, new[] { edit }, cancellationToken), edit.Key),
                    diagnostic);
            }
        }
    }

    /// <summary>The edits that can be offered for a place; none where they would not help.</summary>
    private protected abstract IEnumerable<Edit> Edits(Place place);

    private async Task<IEnumerable<Edit>> EditsAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null)
            return Enumerable.Empty<Edit>();
        // Nobody knows what is around the place, so what is offered was compiled with it.
        var compiling = new List<Edit>();
        foreach (var edit in Edits(new Place(root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true), diagnostic, model, cancellationToken)))
        {
            var changed = await ApplyAsync(document, new[] { edit }, cancellationToken).ConfigureAwait(false);
            if (await changed.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } after && Errors(after) <= Errors(model))
                compiling.Add(edit);
        }

        return compiling;

        int Errors(SemanticModel file) => file.GetDiagnostics(cancellationToken: cancellationToken).Count(one => one.Severity == DiagnosticSeverity.Error);
    }

    private async Task<Document?> FixAllAsync(FixAllContext context, Document document, System.Collections.Immutable.ImmutableArray<Diagnostic> diagnostics)
    {
        var edits = new List<Edit>();
        foreach (var diagnostic in diagnostics)
        {
            var offered = await EditsAsync(document, diagnostic, context.CancellationToken).ConfigureAwait(false);
            edits.AddRange(offered.Where(edit => edit.Key == context.CodeActionEquivalenceKey).Take(1));
        }

        return await ApplyAsync(document, edits, context.CancellationToken).ConfigureAwait(false);
    }

    private static async Task<Document> ApplyAsync(Document document, IEnumerable<Edit> edits, CancellationToken cancellationToken)
    {
        var editor = await DocumentEditor.CreateAsync(document, cancellationToken).ConfigureAwait(false);
        foreach (var edit in edits)
            edit.Apply(editor);
        return editor.GetChangedDocument();
    }
}

/// <summary>Where a rule spoke.</summary>
internal sealed class Place
{
    public Place(SyntaxNode node, Diagnostic diagnostic, SemanticModel model, CancellationToken cancellationToken)
    {
        Node = node;
        Diagnostic = diagnostic;
        Model = model;
        CancellationToken = cancellationToken;
    }

    /// <summary>The innermost node that has the diagnostic's span.</summary>
    public SyntaxNode Node { get; }

    public Diagnostic Diagnostic { get; }

    public SemanticModel Model { get; }

    public CancellationToken CancellationToken { get; }
}

/// <summary>One change that can be offered.</summary>
internal sealed class Edit
{
    public Edit(string title, string key, Action<SyntaxEditor> apply)
    {
        Title = title;
        Key = key;
        Apply = apply;
    }

    public string Title { get; }

    /// <summary>The sort of change: fix-all makes those of one sort.</summary>
    public string Key { get; }

    public Action<SyntaxEditor> Apply { get; }
}
