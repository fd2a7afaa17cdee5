using System.Collections.Immutable;
using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace River.Generators.Tests.Projects;

/// <summary>A project after the generator ran.</summary>
internal sealed class GeneratedProject
{
    private const string BlanketPragma = "#pragma warning disable // nobody could act on a warning in here";

    private readonly GeneratorDriver _driver;
    private readonly TestProject _project;

    private GeneratedProject(TestProject project, GeneratorDriver driver, CSharpCompilation input)
    {
        _project = project;
        _driver = driver;
        Input = input;
        Result = driver.GetRunResult().Results.Single();
        Assert.Null(Result.Exception);
        Output = Input.AddSyntaxTrees(driver.GetRunResult().GeneratedTrees);
    }

    public CSharpCompilation Input { get; }

    /// <summary>The compilation with the generated files.</summary>
    public CSharpCompilation Output { get; }

    public GeneratorRunResult Result { get; }

    public GeneratorDriver Driver => _driver;

    /// <summary>The generated files by name, but for the attribute that the compiler itself offers.</summary>
    public ImmutableSortedDictionary<string, string> Files =>
        Result.GeneratedSources
            .Where(source => !source.HintName.Contains("EmbeddedAttribute", StringComparison.Ordinal))
            .ToImmutableSortedDictionary(source => source.HintName, source => source.SourceText.ToString(), StringComparer.Ordinal);

    public static GeneratedProject Run(TestProject project)
    {
        var driver = CSharpGeneratorDriver.Create(
            [new RiverGenerator().AsSourceGenerator()],
            parseOptions: project.ParseOptions,
            optionsProvider: new ProjectOptions(project.Properties),
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        var input = project.Compile();
        return new GeneratedProject(project, driver.RunGenerators(input), input);
    }

    /// <summary>The same driver over changed code, as an editor does after a keystroke.</summary>
    public GeneratedProject Edit(Func<CSharpCompilation, CSharpCompilation> edit)
    {
        var input = edit(Input);
        return new GeneratedProject(_project, _driver.RunGenerators(input), input);
    }

    /// <summary>Replaces text in one of the project's files.</summary>
    public GeneratedProject Edit(string text, string replacement) => Edit(compilation =>
    {
        var tree = compilation.SyntaxTrees.Single(tree => tree.ToString().Contains(text, StringComparison.Ordinal));
        var changed = tree.ToString().Replace(text, replacement, StringComparison.Ordinal);
        return compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(SourceText.From(changed, Encoding.UTF8)));
    });

    /// <summary>
    /// No error anywhere, and no warning inside generated code, without the pragma that would hide them. What the user's
    /// own code calls obsolete or experimental is the user's to hear about, where it is written.
    /// </summary>
    public GeneratedProject AssertCompiles()
    {
        var strict = Input.AddSyntaxTrees(Result.GeneratedSources.Select(source => CSharpSyntaxTree.ParseText(
            source.SourceText.ToString().Replace(BlanketPragma, "#pragma warning disable CS0612, CS0618, EXP1", StringComparison.Ordinal),
            _project.ParseOptions,
            source.HintName,
            Encoding.UTF8)));
        AssertClean(strict, strict.GetDiagnostics());

        var errors = Output.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        Assert.Empty(errors);
        return this;
    }

    /// <summary>Whatever is wrong with the user's code, nothing is wrong inside generated code.</summary>
    public GeneratedProject AssertNoErrorInGeneratedCode()
    {
        var generated = Result.GeneratedSources.Select(source => source.SyntaxTree).ToHashSet();
        Assert.Empty(Output.GetDiagnostics().Where(diagnostic =>
            diagnostic.Severity == DiagnosticSeverity.Error && diagnostic.Location.SourceTree is { } tree && generated.Contains(tree)));
        return this;
    }

    public MetadataReference ToReference() => MetadataReference.CreateFromImage(Emit());

    public LoadedProject Load(params GeneratedProject[] references)
    {
        var context = new AssemblyLoadContext(_project.Name, isCollectible: true);
        foreach (var reference in references)
            context.LoadFromStream(new MemoryStream(reference.Emit()));
        return new LoadedProject(context.LoadFromStream(new MemoryStream(Emit())));
    }

    /// <summary>Loads the project with other generated code, as another version of the generator would write it.</summary>
    public LoadedProject LoadWith(params (string Text, string Replacement)[] changes)
    {
        var output = Output;
        foreach (var (text, replacement) in changes)
        {
            var tree = output.SyntaxTrees.Single(tree => tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) && tree.ToString().Contains(text, StringComparison.Ordinal));
            output = output.ReplaceSyntaxTree(tree, tree.WithChangedText(SourceText.From(tree.ToString().Replace(text, replacement, StringComparison.Ordinal), Encoding.UTF8)));
        }

        return new LoadedProject(new AssemblyLoadContext(_project.Name, isCollectible: true).LoadFromStream(new MemoryStream(Emit(output))));
    }

    public byte[] Emit()
    {
        AssertCompiles();
        return Emit(Output);
    }

    private static byte[] Emit(CSharpCompilation output)
    {
        using var stream = new MemoryStream();
        var result = output.Emit(stream);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return stream.ToArray();
    }

    private void AssertClean(CSharpCompilation strict, ImmutableArray<Diagnostic> diagnostics)
    {
        var own = Input.SyntaxTrees.ToHashSet();
        var found = diagnostics
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error
                || (diagnostic.Severity == DiagnosticSeverity.Warning && !(diagnostic.Location.SourceTree is { } tree && own.Contains(tree))))
            .Select(diagnostic => $"{diagnostic}\n    {diagnostic.Location.SourceTree?.GetText().Lines[diagnostic.Location.GetLineSpan().StartLinePosition.Line].ToString().Trim()}");
        Assert.True(!found.Any(), $"{strict.AssemblyName}:\n{string.Join('\n', found)}");
    }

    private sealed class ProjectOptions(ImmutableDictionary<string, string> properties) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Options(properties);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

        private sealed class Options(ImmutableDictionary<string, string> properties) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) =>
                properties.TryGetValue(key.Replace("build_property.", "", StringComparison.Ordinal), out value);
        }
    }
}
