using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace River.Analyzers.Tests.Harness;

/// <summary>Runs the rules; a rule that throws fails the test.</summary>
internal static class Analysis
{
    /// <summary>What a build reports.</summary>
    public static async Task<IReadOnlyList<Diagnostic>> AllAsync(Compilation compilation, AnalyzerOptions options, CancellationToken cancellationToken)
    {
        var faults = new List<Exception>();
        var found = await With(compilation, options, faults).GetAnalyzerDiagnosticsAsync(cancellationToken);
        Assert.Empty(faults);
        return found;
    }

    /// <summary>What an editor reports while a file is open: nothing that needs the whole compilation.</summary>
    public static async Task<ImmutableArray<Diagnostic>> InEditorAsync(Document document, CancellationToken cancellationToken)
    {
        var faults = new List<Exception>();
        var compilation = await UserProject.CompileAsync(document.Project, cancellationToken);
        var tree = (await document.GetSyntaxTreeAsync(cancellationToken))!;
        var found = await With(compilation, document.Project.AnalyzerOptions, faults)
            .GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(tree), filterSpan: null, cancellationToken);
        Assert.Empty(faults);
        return [.. found.Where(diagnostic => diagnostic.Location.SourceTree == tree)];
    }

    private static CompilationWithAnalyzers With(Compilation compilation, AnalyzerOptions options, List<Exception> faults) =>
        compilation.WithAnalyzers(Parts.Analyzers, new CompilationWithAnalyzersOptions(
            options,
            (exception, _, _) =>
            {
                lock (faults)
                    faults.Add(exception);
            },
            concurrentAnalysis: true,
            logAnalyzerExecutionTime: false));
}
