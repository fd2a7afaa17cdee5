using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Corpus;

/// <summary>Whatever somebody writes: the rules speak exactly where the generator is silent, and neither falls over.</summary>
public sealed class CorpusTests
{
    // These rules speak of several declarations, of calls, or of values that leave the job itself in order.
    private static readonly ImmutableHashSet<string> BeyondOneDeclaration = ["RIVER003", "RIVER004", "RIVER013", "RIVER026", "RIVER027", "RIVER028", "RIVER030"];

    // A malformed name leaves the job in order, as a misspelt one does; one that the generator can't read doesn't.
    private const string InvalidQueue = "RIVER005";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Groups
    {
        get
        {
            var groups = new TheoryData<string, string>();
            // No culture, and two that are known for breaking code: another i, and other digits and another calendar.
            foreach (var culture in new[] { "", "tr-TR", "fa-IR" })
            {
                foreach (var group in Snippet.Groups)
                    groups.Add(group, culture);
            }

            return groups;
        }
    }

    [Theory, MemberData(nameof(Groups))]
    public async Task What_is_found_is_what_is_expected_and_exactly_where_the_generator_emits_nothing(string group, string culture)
    {
        // It flows to all that is awaited, and ends with this method.
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);
        var isAccepted = culture.Length == 0 && Environment.GetEnvironmentVariable("RIVER_ACCEPT_SNAPSHOTS") == "1";
        var snippets = new List<Snippet>();
        var faults = new List<string>();
        foreach (var snippet in Snippet.Read(group))
        {
            var project = await UserProject.OpenAsync(snippet.ToCode(), Token);
            var compilation = await UserProject.CompileAsync(project, Token);
            var diagnostics = await Analysis.AllAsync(compilation, project.AnalyzerOptions, Token);
            var compilers = compilation.GetDiagnostics(Token).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToImmutableArray();

            faults.AddRange(Disagreements(compilation, compilers, [.. diagnostics.Where(IsOfOneDeclaration)]).Select(disagreement => $"{disagreement}: {snippet.Text}"));
            var found = Snippet.Found(compilers.Concat(diagnostics).Select(diagnostic => diagnostic.Id));
            if (found != snippet.Expected && !isAccepted)
                faults.Add($"{found} instead of {snippet.Expected}: {snippet.Text}");
            snippets.Add(snippet with { Expected = found });
        }

        if (isAccepted)
            Snippet.Write(group, snippets);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void The_corpus_is_large_and_has_right_and_wrong_code()
    {
        var snippets = Snippet.Groups.SelectMany(Snippet.Read).DistinctBy(snippet => (snippet.IsProgram, snippet.Text)).ToArray();

        Assert.InRange(snippets.Length, 250, 2000);
        Assert.InRange(snippets.Count(snippet => snippet.Expected == "fine"), 80, 2000);
        // A corpus that only the compiler finds wrong would show nothing.
        Assert.InRange(snippets.Count(snippet => !snippet.Expected.Contains("CS", StringComparison.Ordinal) && snippet.Expected != "fine"), 80, 2000);
        Assert.Superset(
            new HashSet<string>(
            [
                "RIVER001", "RIVER002", "RIVER003", "RIVER004", "RIVER005", "RIVER006", "RIVER007", "RIVER008", "RIVER009", "RIVER010", "RIVER011", "RIVER012", "RIVER013",
                "RIVER014", "RIVER015", "RIVER016", "RIVER017", "RIVER018", "RIVER026", "RIVER032", "RIVER033", "RIVER034", "RIVER038",
            ]),
            snippets.SelectMany(snippet => snippet.Expected.Split(' ')).ToHashSet(StringComparer.Ordinal));
    }

    private static bool IsOfOneDeclaration(Diagnostic diagnostic) =>
        diagnostic.Severity == DiagnosticSeverity.Error
        && !BeyondOneDeclaration.Contains(diagnostic.Id)
        && !(diagnostic.Descriptor.CustomTags.Contains(WellKnownDiagnosticTags.CompilationEnd) && diagnostic.Id == "RIVER034");

    private static IEnumerable<string> Disagreements(Compilation compilation, ImmutableArray<Diagnostic> faults, ImmutableArray<Diagnostic> errors)
    {
        foreach (var fault in faults.Where(fault => fault.Location.SourceTree is { } tree && IsGenerated(tree)))
            yield return $"{fault} in generated code";
        var declared = Declared(compilation.Assembly.GlobalNamespace).ToImmutableArray();
        // An error in a type that a job only holds is that job's too.
        var isSaidElsewhere = errors.Any(error => !declared.Any(type => IsOf(error, type)));
        foreach (var type in declared)
        {
            var own = errors.Where(error => IsOf(error, type)).ToImmutableArray();
            if (IsEmitted(type, compilation) && own.FirstOrDefault(error => error.Id != InvalidQueue) is { } ignored)
                yield return $"{type} is emitted in spite of {ignored.Id}";
            if (!IsEmitted(type, compilation) && own.IsEmpty && !isSaidElsewhere && faults.IsEmpty)
                yield return $"nothing is emitted for {type} and nobody says why";
        }
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
