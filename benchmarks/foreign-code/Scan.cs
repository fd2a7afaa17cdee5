using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using River.Analyzers;
using River.Generators;

namespace River.Benchmarks.ForeignCode;

/// <summary>What the rules say of one project.</summary>
/// <param name="Project">Its name.</param>
/// <param name="Files">How many files it has.</param>
/// <param name="Lines">How many lines.</param>
/// <param name="FilesInError">How many of the files the compiler finds an error in: references or other generators' code that isn't here.</param>
/// <param name="Errors">How many errors.</param>
/// <param name="Found">What the rules report, the probe's own report taken away.</param>
/// <param name="IsProbed">Whether the rules were seen to be at work: they reported what is wrong in the probe.</param>
internal sealed record ScannedProject(string Project, int Files, int Lines, int FilesInError, int Errors, ImmutableArray<Diagnostic> Found, bool IsProbed);

/// <summary>Runs the generator and all rules over projects, each with the projects that it references as source.</summary>
internal sealed class Scan
{
    private const string ProbeFile = "/River.Probe.cs";

    // A job makes the rules that look at jobs go to work; its one fault shows that they do. A kind stands for one job.
    private static string Probe(int number) =>
        $$"""
        [assembly: global::River.Queue("default")]
        namespace RiverProbe
        {
            [global::River.Job(Kind = "probe_{{number}}")] internal sealed partial record ProbeJob(int Number);

            internal sealed class ProbeWorker : global::River.IWorker<ProbeJob>
            {
                public async global::System.Threading.Tasks.Task WorkAsync(global::River.Job<ProbeJob> job, global::System.Threading.CancellationToken cancellationToken)
                {
                    global::System.Threading.Thread.Sleep(1);
                    await global::System.Threading.Tasks.Task.Delay(1, cancellationToken);
                }
            }
        }
        """;

    private const string ProbeRule = "RIVER020";

    private static readonly string[] Usings = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    private static readonly string[] WebUsings =
    [
        "System.Net.Http.Json", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing",
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    private static readonly CSharpParseOptions Parse = new(
        LanguageVersion.Preview,
        DocumentationMode.Parse,
        preprocessorSymbols: ["NET", "NETCOREAPP", "NET10_0", "NET10_0_OR_GREATER", "NET9_0_OR_GREATER", "NET8_0_OR_GREATER", "NET7_0_OR_GREATER", "NET6_0_OR_GREATER", "NET5_0_OR_GREATER", "NETCOREAPP3_1_OR_GREATER", "NETSTANDARD2_0_OR_GREATER", "NETSTANDARD2_1_OR_GREATER"]);

    private static readonly ImmutableArray<DiagnosticAnalyzer> Rules =
    [
        .. typeof(DeclarationAnalyzer).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(DiagnosticAnalyzer)) && !type.IsAbstract)
            .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!),
    ];

    private readonly Dictionary<string, SourceProject> _projects;
    private readonly Dictionary<string, Compilation?> _compiled = new(StringComparer.Ordinal);
    private readonly bool _isProbed;

    /// <param name="projects">The projects, each of which may reference the others.</param>
    /// <param name="isProbed">Whether each gets a job with a fault, and so the rules something to look for.</param>
    public Scan(IEnumerable<SourceProject> projects, bool isProbed)
    {
        _projects = projects.ToDictionary(project => project.File, StringComparer.Ordinal);
        _isProbed = isProbed;
    }

    public async Task<ScannedProject> OfAsync(SourceProject project, CancellationToken cancellationToken)
    {
        var compilation = Compile(project)!;
        var own = compilation.SyntaxTrees.Where(tree => File.Exists(tree.FilePath)).ToHashSet();
        var faults = new List<Exception>();
        var diagnostics = await compilation.WithAnalyzers(Rules, new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]),
            (fault, _, _) =>
            {
                lock (faults)
                    faults.Add(fault);
            },
            concurrentAnalysis: true,
            logAnalyzerExecutionTime: false)).GetAllDiagnosticsAsync(cancellationToken);
        if (faults.Count > 0)
            throw new InvalidOperationException($"A rule failed over {project.Name}.", faults[0]);

        var errors = diagnostics.Where(one => one.Severity == DiagnosticSeverity.Error && one.Id.StartsWith("CS", StringComparison.Ordinal)).ToArray();
        var ours = diagnostics.Where(one => one.Id.StartsWith("RIVER", StringComparison.Ordinal) || one.Id == "AD0001").ToArray();
        return new ScannedProject(
            project.Name,
            own.Count,
            own.Sum(tree => tree.GetText(cancellationToken).Lines.Count),
            errors.Select(error => error.Location.SourceTree).OfType<SyntaxTree>().Distinct().Count(own.Contains),
            errors.Length,
            [.. ours.Where(one => !(IsInProbe(one) && one.Id == ProbeRule))],
            ours.Any(one => IsInProbe(one) && one.Id == ProbeRule));
    }

    private static bool IsInProbe(Diagnostic diagnostic) => diagnostic.Location.SourceTree?.FilePath == ProbeFile;

    private Compilation? Compile(SourceProject project)
    {
        if (_compiled.TryGetValue(project.File, out var compiled))
            return compiled;
        // Projects that reference each other would have no end.
        _compiled[project.File] = null;

        var all = Referenced(project).ToArray();
        var usings = project.Usings.Concat(project.HasImplicitUsings ? project.IsWeb ? Usings.Concat(WebUsings) : Usings : []);
        var trees = project.Sources.Select(file => CSharpSyntaxTree.ParseText(SourceText.From(File.ReadAllText(file), Encoding.UTF8), Parse, file)).ToList();
        trees.Add(Tree(string.Concat(usings.Distinct().Select(one => $"global using {one};\n")), "/Usings.cs"));
        trees.Add(Tree(string.Concat(project.Friends.Select(friend => $"[assembly: global::System.Runtime.CompilerServices.InternalsVisibleTo(\"{friend}\")]\n")), "/Friends.cs"));
        if (_isProbed)
            trees.Add(Tree(Probe(_compiled.Count), ProbeFile));

        var references = ReferencedFiles.For(project, all.Append(project).SelectMany(one => one.Packages).Distinct(StringComparer.OrdinalIgnoreCase)).ToList();
        references.AddRange(all.Select(Compile).OfType<Compilation>().Select(one => one.ToMetadataReference()));
        if (!all.Append(project).Any(one => one.Name == "River.Runtime") && (_isProbed || all.Length > 0))
            references.Add(ReferencedFiles.Of(ReferencedFiles.Runtime));
        Compilation compilation = CSharpCompilation.Create(
            project.Name,
            trees,
            references,
            new CSharpCompilationOptions(
                trees.Any(tree => tree.GetRoot().ChildNodes().Any(node => node is GlobalStatementSyntax)) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                allowUnsafe: true));
        CSharpGeneratorDriver.Create([new RiverGenerator().AsSourceGenerator()], parseOptions: Parse).RunGeneratorsAndUpdateCompilation(compilation, out compilation, out _);
        return _compiled[project.File] = compilation;
    }

    private static SyntaxTree Tree(string text, string path) => CSharpSyntaxTree.ParseText(SourceText.From(text, Encoding.UTF8), Parse, path);

    private IEnumerable<SourceProject> Referenced(SourceProject project)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<string>(project.References);
        while (waiting.TryDequeue(out var file))
        {
            if (!seen.Add(file) || file == project.File || !_projects.TryGetValue(file, out var referenced))
                continue;
            yield return referenced;
            foreach (var further in referenced.References)
                waiting.Enqueue(further);
        }
    }
}
