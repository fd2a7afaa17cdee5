using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Generators.Tests.Projects;

/// <summary>A project of a user of River, compiled in memory with the references that a real one has.</summary>
internal sealed record TestProject
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using River;
        """;

    /// <summary>What a project that references River.Runtime and the generic host sees.</summary>
    private static readonly ImmutableArray<MetadataReference> Framework =
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("River.Generators", StringComparison.Ordinal) && !Path.GetFileName(path).StartsWith("River.Analyzers", StringComparison.Ordinal) && !Path.GetFileName(path).StartsWith("xunit", StringComparison.Ordinal))
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path))
            .ToImmutableArray();

    public string Name { get; init; } = "App";

    public ImmutableArray<string> Sources { get; init; } = [];

    public OutputKind Kind { get; init; } = OutputKind.DynamicallyLinkedLibrary;

    public LanguageVersion LanguageVersion { get; init; } = LanguageVersion.CSharp12;

    public ImmutableArray<MetadataReference> References { get; init; } = [];

    /// <summary>MSBuild properties that the compiler sees.</summary>
    public ImmutableDictionary<string, string> Properties { get; init; } = ImmutableDictionary<string, string>.Empty;

    public static TestProject Library(params string[] sources) => new() { Sources = [.. sources] };

    public static TestProject Program(params string[] sources) => new() { Sources = [.. sources], Kind = OutputKind.ConsoleApplication };

    public TestProject Named(string name) => this with { Name = name };

    public TestProject With(params GeneratedProject[] references) =>
        this with { References = [.. References, .. references.Select(reference => reference.ToReference())] };

    public TestProject In(LanguageVersion languageVersion) => this with { LanguageVersion = languageVersion };

    public GeneratedProject Generate() => GeneratedProject.Run(this);

    public CSharpParseOptions ParseOptions => new(LanguageVersion, DocumentationMode.Diagnose);

    public CSharpCompilation Compile()
    {
        var trees = Sources.Prepend(ImplicitUsings)
            .Select((source, i) => CSharpSyntaxTree.ParseText(source, ParseOptions, path: $"/src/{Name}/File{i}.cs"));
        return CSharpCompilation.Create(
            Name,
            trees,
            Framework.AddRange(References),
            new CSharpCompilationOptions(
                Kind,
                nullableContextOptions: NullableContextOptions.Enable,
                allowUnsafe: true,
                warningLevel: 9999,
                generalDiagnosticOption: ReportDiagnostic.Default));
    }

    /// <summary>Whether a tree has top-level statements, so that tests needn't say what kind of project it is.</summary>
    public static bool HasTopLevelStatements(SyntaxTree tree) =>
        tree.GetRoot().ChildNodes().Any(node => node is GlobalStatementSyntax);
}
