using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace River.Analyzers.Tests.Harness;

/// <summary>Opens code as an editor would: a workspace in which the generator runs.</summary>
internal static class UserProject
{
    private static readonly ImmutableArray<(string Name, MetadataReference Reference)> AllReferences = [.. TrustedAssemblies()];

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
            .WithMetadataReferences(AllReferences.Where(one => IsReferenced(one.Name, code)).Select(one => one.Reference));
        foreach (var library in code.Libraries)
            project = project.AddMetadataReference(await BuildAsync(library, cancellationToken));
        if (code.Generates)
            project = project.AddAnalyzerReference(new GeneratorReference());
        foreach (var (name, markup) in code.Files)
            project = project.AddDocument(name, SourceText.From(markup.Text), filePath: "/0/" + name).Project;
        foreach (var (name, markup) in code.Texts)
            project = project.AddAdditionalDocument(name, SourceText.From(markup.Text), filePath: "/0/" + name).Project;
        var settings = code.EditorConfig + (code.IsOfWindows ? "[*.cs]\nend_of_line = crlf\n" : "");
        if (settings.Length > 0)
            project = project.AddAnalyzerConfigDocument(".editorconfig", SourceText.From(settings), filePath: "/0/.editorconfig").Project;
        if (!code.Properties.IsEmpty)
            project = project.AddAnalyzerConfigDocument(".globalconfig", SourceText.From("is_global = true\n" + string.Join('\n', code.Properties)), filePath: "/0/.globalconfig").Project;
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

    private static bool IsReferenced(string name, Code code) =>
        (code.ReferencesRiver || !name.StartsWith("River", StringComparison.Ordinal)) && !code.Unreferenced.Contains(name);

    private static IEnumerable<(string Name, MetadataReference Reference)> TrustedAssemblies()
    {
        string[] own = ["River.Generators", "River.Analyzers"];
        return ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(path => (Name: Path.GetFileNameWithoutExtension(path), Path: path))
            .Where(one => !own.Any(name => one.Name.StartsWith(name, StringComparison.Ordinal)))
            .Select(one => (one.Name, (MetadataReference)MetadataReference.CreateFromFile(one.Path)));
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
