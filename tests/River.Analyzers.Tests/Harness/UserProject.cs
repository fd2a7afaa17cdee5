using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace River.Analyzers.Tests.Harness;

/// <summary>Opens code as an editor would: a workspace in which the generator runs.</summary>
internal static class UserProject
{
    private static readonly ImmutableArray<MetadataReference> AllReferences = [.. TrustedAssemblies(_ => true)];

    private static readonly ImmutableArray<MetadataReference> ReferencesWithoutRiver =
        [.. TrustedAssemblies(name => !name.StartsWith("River", StringComparison.Ordinal))];

    /// <summary>Opens the code; the solution holds this one project.</summary>
    public static async Task<Project> OpenAsync(Code code, CancellationToken cancellationToken)
    {
        var project = new AdhocWorkspace().CurrentSolution
            .AddProject(ProjectId.CreateNewId(), code.AssemblyName, code.AssemblyName, LanguageNames.CSharp)
            .Projects.Single()
            .WithParseOptions(new CSharpParseOptions(code.Language))
            .WithCompilationOptions(new CSharpCompilationOptions(
                code.IsProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable))
            .WithMetadataReferences(code.ReferencesRiver ? AllReferences : ReferencesWithoutRiver);
        foreach (var library in code.Libraries)
            project = project.AddMetadataReference(await BuildAsync(library, cancellationToken));
        if (code.Generates)
            project = project.AddAnalyzerReference(new GeneratorReference());
        foreach (var (name, markup) in code.Files)
            project = project.AddDocument(name, SourceText.From(markup.Text), filePath: "/0/" + name).Project;
        foreach (var (name, markup) in code.Texts)
            project = project.AddAdditionalDocument(name, SourceText.From(markup.Text), filePath: "/0/" + name).Project;
        if (code.EditorConfig.Length > 0)
            project = project.AddAnalyzerConfigDocument(".editorconfig", SourceText.From(code.EditorConfig), filePath: "/0/.editorconfig").Project;
        return project;
    }

    public static async Task<Compilation> CompileAsync(Project project, CancellationToken cancellationToken) =>
        (await project.GetCompilationAsync(cancellationToken))!;

    private static async Task<MetadataReference> BuildAsync(Code library, CancellationToken cancellationToken)
    {
        var compilation = await CompileAsync(await OpenAsync(library, cancellationToken), cancellationToken);
        using var image = new MemoryStream();
        var result = compilation.Emit(image, cancellationToken: cancellationToken);
        Assert.True(result.Success, string.Join(Environment.NewLine, result.Diagnostics));
        return MetadataReference.CreateFromImage(image.ToArray());
    }

    private static IEnumerable<MetadataReference> TrustedAssemblies(Func<string, bool> isWanted)
    {
        string[] own = ["River.Generators", "River.Analyzers"];
        return ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => !own.Any(name => Path.GetFileName(path).StartsWith(name, StringComparison.Ordinal)) && isWanted(Path.GetFileName(path)))
            .Select(path => MetadataReference.CreateFromFile(path));
    }

    private sealed class GeneratorReference : Microsoft.CodeAnalysis.Diagnostics.AnalyzerReference
    {
        // The workspace asks again and expects the same ones.
        private readonly ImmutableArray<ISourceGenerator> _generators =
            [.. Parts.New<IIncrementalGenerator>(Parts.Generators).Select(generator => generator.AsSourceGenerator())];

        public override string FullPath => Parts.Generators.Location;

        public override object Id => nameof(GeneratorReference);

        public override ImmutableArray<Microsoft.CodeAnalysis.Diagnostics.DiagnosticAnalyzer> GetAnalyzers(string language) => [];

        public override ImmutableArray<Microsoft.CodeAnalysis.Diagnostics.DiagnosticAnalyzer> GetAnalyzersForAllLanguages() => [];

        public override ImmutableArray<ISourceGenerator> GetGenerators(string language) => _generators;
    }
}
