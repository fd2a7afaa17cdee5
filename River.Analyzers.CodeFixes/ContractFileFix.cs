using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
using River.Shapes.Contracts;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER028, and RIVER027's warning: writes facts into the file of unshipped ones. What is shipped is never touched.</summary>
[ExportCodeFixProvider(
    LanguageNames.CSharp,
    DocumentKinds = new[] { nameof(TextDocumentKind.Document), nameof(TextDocumentKind.AdditionalDocument) },
    Name = nameof(ContractFileFix)), Shared]
public sealed class ContractFileFix : CodeFixProvider
{
    private const string Key = "contract";
    private const string Prefix = "River.Contracts.";
    private const string FileName = Prefix + "Unshipped.txt";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.ContractGap, RuleIds.ContractBreak);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new AllFacts();

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            if (Change.Of(new[] { diagnostic }) is { IsEmpty: false } change)
            {
                context.RegisterCodeFix(
                    CodeAction.Create("Write to " + FileName, cancellationToken => WriteAsync(context.TextDocument.Project, change, cancellationToken), Key),
                    diagnostic);
            }
        }

        return Task.CompletedTask;
    }

    private static async Task<Solution> WriteAsync(Project project, Change change, CancellationToken cancellationToken)
    {
        var files = project.AdditionalDocuments.Where(document => IsContract(document.FilePath ?? document.Name)).ToImmutableArray();
        var target = files.FirstOrDefault(document => NameOf(document) == FileName);
        var solution = project.Solution;
        foreach (var file in files.Where(document => NameOf(document).EndsWith(".Unshipped.txt", StringComparison.OrdinalIgnoreCase)))
        {
            var old = (await file.GetTextAsync(cancellationToken).ConfigureAwait(false)).ToString();
            var facts = ContractText.FactsOf(old).ToArray();
            var changed = ContractText.Change(facts, change.Added, change.Removed).Except(file.Id == target?.Id ? Array.Empty<string>() : change.Added, StringComparer.Ordinal).ToArray();
            if (file.Id == target?.Id || !facts.SequenceEqual(changed, StringComparer.Ordinal))
                solution = solution.WithAdditionalDocumentText(file.Id, SourceText.From(ContractText.Write(changed, old)));
        }

        if (target is not null || files.IsEmpty)
            return solution;
        var folder = Path.GetDirectoryName(files[0].FilePath ?? "") ?? "";
        var newLine = (await files[0].GetTextAsync(cancellationToken).ConfigureAwait(false)).ToString().Contains("\r\n") ? "\r\n" : "\n";
        return solution.AddAdditionalDocument(
            DocumentId.CreateNewId(project.Id), FileName, SourceText.From(ContractText.Write(change.Added, newLine)), filePath: Path.Combine(folder, FileName));
    }

    private static bool IsContract(string path) =>
        Path.GetFileName(path) is var name && name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase);

    private static string NameOf(TextDocument document) => Path.GetFileName(document.FilePath ?? document.Name);

    private sealed class Change
    {
        private Change(ImmutableArray<string> added, ImmutableArray<string> removed)
        {
            Added = added;
            Removed = removed;
        }

        public ImmutableArray<string> Added { get; }

        public ImmutableArray<string> Removed { get; }

        public bool IsEmpty => Added.IsEmpty && Removed.IsEmpty;

        public static Change Of(IEnumerable<Diagnostic> diagnostics)
        {
            var hints = diagnostics.Select(diagnostic => diagnostic.Properties).ToArray();
            return new Change(Lines(hints, FixHints.Add), Lines(hints, FixHints.Remove));
        }

        private static ImmutableArray<string> Lines(ImmutableDictionary<string, string?>[] hints, string key) => hints
            .SelectMany(hint => hint.TryGetValue(key, out var lines) && lines?.Length > 0 ? lines.Split('\n') : Array.Empty<string>())
            .Distinct(StringComparer.Ordinal)
            .ToImmutableArray();
    }

    /// <summary>All facts of a scope in one change: they meet in one file.</summary>
    private sealed class AllFacts : FixAllProvider
    {
        public override IEnumerable<FixAllScope> GetSupportedFixAllScopes() => new[] { FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution };

        public override Task<CodeAction?> GetFixAsync(FixAllContext context) =>
            Task.FromResult<CodeAction?>(CodeAction.Create("Write all to " + FileName, _ => WriteAllAsync(context), Key));

        private static async Task<Solution> WriteAllAsync(FixAllContext context)
        {
            var solution = context.Solution;
            foreach (var id in context.Scope == FixAllScope.Solution ? solution.ProjectIds : new[] { context.Project.Id })
            {
                var project = solution.GetProject(id)!;
                var diagnostics = context.Scope == FixAllScope.Document && context.Document is { } document
                    ? await context.GetDocumentDiagnosticsAsync(document).ConfigureAwait(false)
                    : await context.GetAllDiagnosticsAsync(context.Solution.GetProject(id)!).ConfigureAwait(false);
                if (Change.Of(diagnostics) is { IsEmpty: false } change)
                    solution = await WriteAsync(project, change, context.CancellationToken).ConfigureAwait(false);
            }

            return solution;
        }
    }
}
