using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER013: writes a worker for the job, next to it where it is declared here.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(WorkerFix)), Shared]
public sealed class WorkerFix : RuleFix
{
    private static readonly string[] Suffixes = { "Job", "Args" };

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.NoWorker);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        if (!place.Diagnostic.Properties.TryGetValue(FixHints.Job, out var job) || job is null || Neighbour(place.Node) is not { } neighbour)
            yield break;

        var name = FreeName(job, place.Model, neighbour);
        var access = place.Node is TypeDeclarationSyntax type && place.Model.GetDeclaredSymbol(type, place.CancellationToken) is { } symbol && !IsPublic(symbol) ? "internal" : "public";
        var newLine = place.Node.SyntaxTree.GetText(place.CancellationToken).ToString().Contains("\r\n") ? "\r\n" : "\n";
        yield return new Edit($"Write '{name}'", nameof(WorkerFix), editor => editor.InsertAfter(neighbour, Worker(access, name, job, newLine)));
    }

    /// <summary>The declaration behind which the worker goes.</summary>
    private static MemberDeclarationSyntax? Neighbour(SyntaxNode node)
    {
        if (node is TypeDeclarationSyntax type)
            return type;
        var outermost = node.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().LastOrDefault();
        return outermost is FileScopedNamespaceDeclarationSyntax { Members: { Count: > 0 } inner } ? inner.Last()
            : (outermost?.Parent as CompilationUnitSyntax)?.Members.LastOrDefault();
    }

    private static string FreeName(string job, SemanticModel model, SyntaxNode neighbour)
    {
        var simple = job.Substring(job.LastIndexOfAny(new[] { '.', ':' }) + 1).TrimStart('@');
        var suffix = Suffixes.FirstOrDefault(one => simple.Length > one.Length && simple.EndsWith(one, StringComparison.Ordinal)) ?? "";
        var name = simple.Substring(0, simple.Length - suffix.Length) + "Worker";
        var free = name;
        for (var number = 2; model.LookupSymbols(neighbour.SpanStart, name: free).Any(); number++)
            free = name + number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return free;
    }

    private static bool IsPublic(ISymbol symbol) =>
        symbol.DeclaredAccessibility == Accessibility.Public && (symbol.ContainingType is not { } outer || IsPublic(outer));

    private static MemberDeclarationSyntax Worker(string access, string name, string job, string newLine) => SyntaxFactory.ParseMemberDeclaration(
        $$"""

        {{access}} sealed class {{name}} : global::River.IWorker<{{job}}>
        {
            public global::System.Threading.Tasks.Task WorkAsync(global::River.Job<{{job}}> job, global::System.Threading.CancellationToken cancellationToken)
            {
                throw new global::System.NotImplementedException();
            }
        }

        """.Replace("\r\n", "\n").Replace("\n", newLine))!.WithAdditionalAnnotations(Simplifier.Annotation, Formatter.Annotation);
}
