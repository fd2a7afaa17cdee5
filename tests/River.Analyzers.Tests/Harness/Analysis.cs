using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Analyzers.Calls;
using Xunit;

namespace River.Analyzers.Tests.Harness;

/// <summary>Runs the rules; a rule that throws fails the test.</summary>
internal static class Analysis
{
    /// <summary>The rules, with every method of a worker bound for them: what they would find if its syntax weren't looked at first.</summary>
    private static readonly ImmutableArray<DiagnosticAnalyzer> Thorough =
        [.. Parts.Analyzers.Select(analyzer => analyzer is CodeAnalyzer ? new CodeAnalyzer(CodeAnalyzer.AllRules.Add(new EveryNode())) : analyzer)];

    /// <summary>What a build reports. It must be the same as what the rules find in methods that they are spared.</summary>
    public static async Task<IReadOnlyList<Diagnostic>> AllAsync(Compilation compilation, AnalyzerOptions options, CancellationToken cancellationToken)
    {
        var faults = new List<Exception>();
        var found = await With(Parts.Analyzers, compilation, options, faults).GetAnalyzerDiagnosticsAsync(cancellationToken);
        var thorough = await With(Thorough, compilation, options, faults).GetAnalyzerDiagnosticsAsync(cancellationToken);
        Assert.Empty(faults);
        Assert.Equal(Texts(thorough), Texts(found));
        return found;
    }

    /// <summary>What an editor reports while a file is open: nothing that needs the whole compilation.</summary>
    public static async Task<ImmutableArray<Diagnostic>> InEditorAsync(Document document, CancellationToken cancellationToken)
    {
        var faults = new List<Exception>();
        var compilation = await UserProject.CompileAsync(document.Project, cancellationToken);
        var tree = (await document.GetSyntaxTreeAsync(cancellationToken))!;
        var found = await With(Parts.Analyzers, compilation, document.Project.AnalyzerOptions, faults)
            .GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(tree), filterSpan: null, cancellationToken);
        Assert.Empty(faults);
        return [.. found.Where(diagnostic => diagnostic.Location.SourceTree == tree)];
    }

    private static IEnumerable<string> Texts(ImmutableArray<Diagnostic> found) => found.Select(one => one.ToString()).Order(StringComparer.Ordinal);

    private static CompilationWithAnalyzers With(ImmutableArray<DiagnosticAnalyzer> analyzers, Compilation compilation, AnalyzerOptions options, List<Exception> faults) =>
        compilation.WithAnalyzers(analyzers, new CompilationWithAnalyzersOptions(
            options,
            (exception, _, _) =>
            {
                lock (faults)
                    faults.Add(exception);
            },
            concurrentAnalysis: true,
            logAnalyzerExecutionTime: false));

    private sealed class EveryNode : CodeRule
    {
        public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [];

        // What other rules spare by a word that says more.
        public override ImmutableArray<string> Words => ["Cancel("];

        public override bool FollowsCalls => true;

        public override bool MayConcern(SyntaxNode node) => true;

        public override void Start(CodeStart start)
        {
        }
    }
}
