using System;
using System.Collections.Generic;
using System.Collections.Immutable;
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
        if (await TrialAsync(context.Document, context.CancellationToken).ConfigureAwait(false) is not { } trial)
            return;
        foreach (var diagnostic in context.Diagnostics)
        {
            foreach (var edit in Edits(trial.PlaceOf(diagnostic)))
            {
                // Nobody knows what is around the place, so what is offered was compiled with it.
                if (await trial.CompilesAsync(new[] { edit }).ConfigureAwait(false))
                {
                    context.RegisterCodeFix(
                        CodeAction.Create(edit.Title, cancellationToken => ApplyAsync(context.Document, new[] { edit }, cancellationToken), edit.Key),
                        diagnostic);
                }
            }
        }
    }

    /// <summary>The edits that can be offered for a place; none where they would not help.</summary>
    private protected abstract IEnumerable<Edit> Edits(Place place);

    private async Task<Document?> FixAllAsync(FixAllContext context, Document document, ImmutableArray<Diagnostic> diagnostics)
    {
        if (await TrialAsync(document, context.CancellationToken).ConfigureAwait(false) is not { } trial)
            return document;
        var edits = diagnostics.Select(diagnostic => Edits(trial.PlaceOf(diagnostic)).FirstOrDefault(edit => edit.Key == context.CodeActionEquivalenceKey)).OfType<Edit>().ToArray();
        var compiling = new List<Edit>();
        await AddAsync(edits).ConfigureAwait(false);
        return await ApplyAsync(document, compiling, context.CancellationToken).ConfigureAwait(false);

        // As a rule all of them compile. Where they don't, halves find the few that are at fault sooner than trying each.
        async Task AddAsync(Edit[] more)
        {
            if (more.Length == 0)
                return;
            if (await trial.CompilesAsync(compiling.Concat(more)).ConfigureAwait(false))
            {
                compiling.AddRange(more);
            }
            else if (more.Length > 1)
            {
                await AddAsync(more.Take(more.Length / 2).ToArray()).ConfigureAwait(false);
                await AddAsync(more.Skip(more.Length / 2).ToArray()).ConfigureAwait(false);
            }
        }
    }

    private static async Task<Trial?> TrialAsync(Document document, CancellationToken cancellationToken) =>
        await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is { } root
        && await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } model
            ? new Trial(document, root, model, cancellationToken)
            : null;

    private static async Task<Document> ApplyAsync(Document document, IEnumerable<Edit> edits, CancellationToken cancellationToken)
    {
        var editor = await DocumentEditor.CreateAsync(document, cancellationToken).ConfigureAwait(false);
        foreach (var edit in edits)
            edit.Apply(editor);
        return editor.GetChangedDocument();
    }

    /// <summary>A document in which edits are tried.</summary>
    private sealed class Trial
    {
        private readonly Document _document;
        private readonly SyntaxNode _root;
        private readonly SemanticModel _model;
        private readonly CancellationToken _cancellationToken;
        private int? _before;

        public Trial(Document document, SyntaxNode root, SemanticModel model, CancellationToken cancellationToken)
        {
            _document = document;
            _root = root;
            _model = model;
            _cancellationToken = cancellationToken;
        }

        public Place PlaceOf(Diagnostic diagnostic) => new(_root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true), diagnostic, _model, _cancellationToken);

        /// <summary>Whether the document has no more errors with the edits than without.</summary>
        public async Task<bool> CompilesAsync(IEnumerable<Edit> edits)
        {
            var changed = await ApplyAsync(_document, edits, _cancellationToken).ConfigureAwait(false);
            return await changed.GetSemanticModelAsync(_cancellationToken).ConfigureAwait(false) is { } after && Errors(after) <= (_before ??= Errors(_model));
        }

        // A warning that a project takes for an error is no reason to offer nothing: code that is to be written yet has some.
        private int Errors(SemanticModel file) => file.GetDiagnostics(cancellationToken: _cancellationToken).Count(one => one.DefaultSeverity == DiagnosticSeverity.Error);
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
