using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Corpus;

/// <summary>Whatever somebody writes: the rules speak exactly where the generator is silent, and neither falls over.</summary>
public sealed class CorpusTests
{
    // These rules speak of several declarations, or of values that leave the job itself in order.
    private static readonly ImmutableHashSet<string> BeyondOneDeclaration = ["RIVER003", "RIVER004", "RIVER005", "RIVER007", "RIVER013", "RIVER030"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_analyzer_reports_an_error_exactly_where_the_generator_emits_nothing()
    {
        var disagreements = new List<string>();
        var wrong = new HashSet<string>(StringComparer.Ordinal);
        var right = 0;
        foreach (var snippet in Snippets.All.Distinct(StringComparer.Ordinal))
        {
            var (compilation, diagnostics) = await AnalyseAsync(snippet);
            var faults = compilation.GetDiagnostics(Token).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToImmutableArray();
            var errors = diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && !BeyondOneDeclaration.Contains(diagnostic.Id)).ToImmutableArray();
            disagreements.AddRange(Disagreements(compilation, faults, errors).Select(disagreement => $"{disagreement}: {snippet}"));
            if (faults.IsEmpty && errors.IsEmpty)
                right++;
            else if (faults.IsEmpty)
                wrong.UnionWith(errors.Select(error => error.Id));
        }

        Assert.Empty(disagreements);
        // A corpus that is right throughout, or that only the compiler finds wrong, would show nothing.
        Assert.InRange(right, 40, 1000);
        Assert.Superset(new HashSet<string>(["RIVER001", "RIVER002", "RIVER006", "RIVER008", "RIVER009", "RIVER012", "RIVER014", "RIVER015", "RIVER034"]), wrong);
    }

    [Fact]
    public void The_corpus_is_large() => Assert.InRange(Snippets.All.Distinct(StringComparer.Ordinal).Count(), 80, 1000);

    private static IEnumerable<string> Disagreements(Compilation compilation, ImmutableArray<Diagnostic> faults, ImmutableArray<Diagnostic> errors)
    {
        foreach (var fault in faults.Where(fault => fault.Location.SourceTree is { } tree && IsGenerated(tree)))
            yield return $"{fault} in generated code";
        foreach (var type in Declared(compilation.Assembly.GlobalNamespace))
        {
            var own = errors.Where(error => IsOf(error, type)).ToImmutableArray();
            if (IsEmitted(type, compilation) && !own.IsEmpty)
                yield return $"{type} is emitted in spite of {own[0].Id}";
            if (!IsEmitted(type, compilation) && own.IsEmpty && faults.IsEmpty)
                yield return $"nothing is emitted for {type} and nobody says why";
        }
    }

    private static async Task<(Compilation Compilation, IReadOnlyList<Diagnostic> Diagnostics)> AnalyseAsync(string snippet)
    {
        var project = await UserProject.OpenAsync(Code.Of(snippet).And("Queues.cs", "[assembly: Queue(\"default\")]"), Token);
        var compilation = await UserProject.CompileAsync(project, Token);
        return (compilation, await Analysis.AllAsync(compilation, project.AnalyzerOptions, Token));
    }

    private static bool IsEmitted(INamedTypeSymbol type, Compilation compilation)
    {
        if (IsJob(type))
            return type.AllInterfaces.Any(one => one.Name == "IJobArgs");
        var name = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        return compilation.SyntaxTrees.Where(IsGenerated).Any(tree => tree.ToString().Contains(name, StringComparison.Ordinal));
    }

    // An error at the name of a type around a job is that job's too.
    private static bool IsOf(Diagnostic diagnostic, INamedTypeSymbol type)
    {
        for (var outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            if (outer.Locations.Contains(diagnostic.Location))
                return true;
        }

        return type.DeclaringSyntaxReferences.Any(part =>
            part.SyntaxTree == diagnostic.Location.SourceTree && part.Span.Contains(diagnostic.Location.SourceSpan));
    }

    private static IEnumerable<INamedTypeSymbol> Declared(INamespaceOrTypeSymbol container) => container.GetMembers()
        .OfType<INamespaceOrTypeSymbol>()
        .SelectMany(member => Declared(member).Concat(member is INamedTypeSymbol type && (IsJob(type) || IsWorker(type)) ? [type] : []));

    private static bool IsJob(INamedTypeSymbol type) =>
        type.TypeKind is TypeKind.Class or TypeKind.Struct && type.GetAttributes().Any(attribute => attribute.AttributeClass?.ToDisplayString() == "River.JobAttribute");

    private static bool IsWorker(INamedTypeSymbol type) =>
        type is { TypeKind: TypeKind.Class, IsAbstract: false, IsGenericType: false }
        && type.AllInterfaces.Any(one => one.Name == "IWorker" && one.TypeArguments.Length == 1)
        && !type.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "NotRegisteredAttribute");

    private static bool IsGenerated(SyntaxTree tree) => tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal);
}
