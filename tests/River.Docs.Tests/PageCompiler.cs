using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace River.Docs.Tests;

/// <summary>Compiles a page's samples as a user's project would: with the generator, the analyzers and a program's entry point.</summary>
internal static class PageCompiler
{
    private const string Usings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.Data.Common;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        global using Npgsql;
        global using River;
        internal static class EntryPoint { private static void Main() { } }
        """;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest);

    private static readonly ImmutableArray<MetadataReference> References = [.. References_()];

    public static async Task<IReadOnlyList<string>> FaultsAsync(string page, IEnumerable<MarkdownSample> samples, CancellationToken cancellationToken)
    {
        var (compilation, ofGenerators) = Compile(page, samples, cancellationToken);
        var all = await compilation.WithAnalyzers([.. Analyzers]).GetAllDiagnosticsAsync(cancellationToken);
        return [.. all.Concat(ofGenerators).Where(IsFault).Select(fault => fault.ToString()).Distinct()];
    }

    /// <summary>The samples as an assembly of this process, to be run.</summary>
    public static Assembly Load(string page, IEnumerable<MarkdownSample> samples)
    {
        using var image = new MemoryStream();
        var result = Compile(page, samples, CancellationToken.None).Compilation.Emit(image);
        return result.Success ? Assembly.Load(image.ToArray()) : throw new InvalidOperationException(string.Join(Environment.NewLine, result.Diagnostics.Where(IsFault)));
    }

    private static (Compilation Compilation, ImmutableArray<Diagnostic> OfGenerators) Compile(string page, IEnumerable<MarkdownSample> samples, CancellationToken cancellationToken)
    {
        var trees = samples.Select(sample => Tree(sample, page)).Prepend(CSharpSyntaxTree.ParseText(Usings, Parsing, "Usings.cs", System.Text.Encoding.UTF8, cancellationToken));
        var compilation = CSharpCompilation.Create(
            "Sample", trees, References, new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create(Generators.Select(GeneratorExtensions.AsSourceGenerator), parseOptions: Parsing)
            .RunGeneratorsAndUpdateCompilation(compilation, out var generated, out var ofGenerators, cancellationToken);
        return (generated, ofGenerators);
    }

    // A compiler's mere warnings (an async method without await) don't count in a sample; ours do.
    private static bool IsFault(Diagnostic diagnostic) =>
        diagnostic.Severity == DiagnosticSeverity.Error
        || (diagnostic.Severity == DiagnosticSeverity.Warning && (diagnostic.Id.StartsWith("RIVER", StringComparison.Ordinal) || diagnostic.Id == "AD0001"));

    // Statements become a method's body, so that any number of samples can have some; all else stays as written.
    private static SyntaxTree Tree(MarkdownSample sample, string page)
    {
        var unit = CSharpSyntaxTree.ParseText(sample.Code, Parsing).GetCompilationUnitRoot();
        var statements = unit.Members.OfType<GlobalStatementSyntax>().ToArray();
        var declarations = unit.RemoveNodes(statements, SyntaxRemoveOptions.KeepNoTrivia)!;
        var firstStatement = statements.Length == 0 ? sample.Line : sample.Line + statements[0].GetLocation().GetLineSpan().StartLinePosition.Line;
        var firstMember = declarations.Members.Count == 0 ? sample.Line : sample.Line + unit.Members.First(member => member is not GlobalStatementSyntax).GetLocation().GetLineSpan().StartLinePosition.Line;
        var given = string.Join(", ", new[] { sample.Given.Contains(" args", StringComparison.Ordinal) ? "" : "string[] args", sample.Given }.Where(text => text.Length > 0));
        var text =
            $$"""
            #line {{sample.Line}} "{{page}}"
            {{string.Concat(unit.Usings.Select(node => node.ToFullString()))}}
            {{string.Concat(unit.AttributeLists.Select(node => node.ToFullString()))}}
            #line {{firstMember}} "{{page}}"
            {{string.Concat(declarations.Members.Select(node => node.ToFullString()))}}
            internal static class SampleAtLine{{sample.Line}}
            {
                private static async Task RunAsync({{given}})
                {
            #line {{firstStatement}} "{{page}}"
            {{string.Concat(statements.Select(node => node.ToFullString()))}}
                }
            }
            """;
        return CSharpSyntaxTree.ParseText(text, Parsing, $"{page}:{sample.Line}", System.Text.Encoding.UTF8);
    }

    private static IEnumerable<IIncrementalGenerator> Generators =>
        Instances<IIncrementalGenerator>(Assembly.Load("River.Generators"));

    private static IEnumerable<DiagnosticAnalyzer> Analyzers =>
        Instances<DiagnosticAnalyzer>(new AssemblyLoadContext("analyzers").LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "River.Analyzers.dll")));

    private static IEnumerable<T> Instances<T>(Assembly assembly) => assembly.GetTypes()
        .Where(type => !type.IsAbstract && typeof(T).IsAssignableFrom(type))
        .Select(type => (T)Activator.CreateInstance(type, nonPublic: true)!);

    private static IEnumerable<MetadataReference> References_() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator)
        .Where(path => !Path.GetFileName(path).StartsWith("River.Generators", StringComparison.Ordinal))
        .Select(path => MetadataReference.CreateFromFile(path));
}
