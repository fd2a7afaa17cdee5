using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace River.Analyzers.Tests.Harness;

/// <summary>
/// The base of a rule's tests. All rules run in every test, so that code without marks shows that all are silent about it.
/// </summary>
public abstract partial class RuleTest(string rule)
{
    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected string Rule => rule;

    /// <summary>Checks that exactly the marked places are reported; returns what was.</summary>
    private protected Task<IReadOnlyList<Diagnostic>> ReportsAsync(string code) => ReportsAsync(Code.Of(code));

    /// <inheritdoc cref="ReportsAsync(string)"/>
    private protected async Task<IReadOnlyList<Diagnostic>> ReportsAsync(Code code)
    {
        var project = await UserProject.OpenAsync(code, Token);
        var compilation = await UserProject.CompileAsync(project, Token);
        AssertCompiles(compilation, code);

        var found = await Analysis.AllAsync(compilation, project.AnalyzerOptions, Token);
        var expected = code.Files.Concat(code.Texts).SelectMany(file => file.Markup.Marks.Select(mark => (mark.Rule ?? rule, file.Name, mark.Span)));
        Assert.Equal(Describe(expected, code), Describe(found.Select(Place), code));
        return [.. found.OrderBy(diagnostic => Place(diagnostic).File, StringComparer.Ordinal).ThenBy(diagnostic => diagnostic.Location.SourceSpan)];
    }

    /// <summary>Checks that exactly one place is reported, the marked one, and what is said there.</summary>
    private protected async Task SaysAsync(Code code, params string[] words)
    {
        var diagnostic = Assert.Single(await ReportsAsync(code));
        var message = diagnostic.GetMessage(CultureInfo.InvariantCulture);
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    /// <inheritdoc cref="SaysAsync(Code, string[])"/>
    private protected Task SaysAsync(string code, params string[] words) => SaysAsync(Code.Of(code), words);

    /// <summary>Checks that nothing is reported.</summary>
    private protected Task IsSilentAsync(string code) => ReportsAsync(code);

    private static (string Rule, string File, TextSpan Span) Place(Diagnostic diagnostic) =>
        (diagnostic.Id, Path.GetFileName(diagnostic.Location.GetLineSpan().Path ?? "nowhere"), diagnostic.Location.SourceSpan);

    private static IEnumerable<string> Describe(IEnumerable<(string Rule, string File, TextSpan Span)> places, Code code) => places
        .OrderBy(place => place.File, StringComparer.Ordinal).ThenBy(place => place.Span).ThenBy(place => place.Rule, StringComparer.Ordinal)
        .Select(place => $"{place.Rule} {place.File}{place.Span}: {Shown(place.File, place.Span, code)}");

    private static string Shown(string file, TextSpan span, Code code) =>
        code.Files.Concat(code.Texts).Where(candidate => candidate.Name == file).Select(candidate => candidate.Markup.Text[span.Start..span.End]).FirstOrDefault("");

    internal static void AssertCompiles(Compilation compilation, Code code)
    {
        var errors = compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToImmutableArray();
        var unexpected = errors.Where(error => !code.CompilerErrors.Contains(error.Id) || IsGenerated(error, code));
        Assert.True(!unexpected.Any(), string.Join(Environment.NewLine, unexpected));
        Assert.Equal(code.CompilerErrors.Order(StringComparer.Ordinal), errors.Select(error => error.Id).Distinct().Order(StringComparer.Ordinal));
        if (!code.InEditorOnly)
        {
            // After errors in declarations the compiler runs no analyzers: the rule would not be heard in a build.
            Assert.DoesNotContain(compilation.GetDeclarationDiagnostics(), diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        }
    }

    private static bool IsGenerated(Diagnostic error, Code code) =>
        error.Location.SourceTree is CSharpSyntaxTree tree && !code.Files.Any(file => tree.FilePath.EndsWith("/" + file.Name, StringComparison.Ordinal));
}
