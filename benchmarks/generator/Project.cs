using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Analyzers;

namespace River.Benchmarks.GeneratorCost;

/// <summary>The project as the compiler sees it.</summary>
internal static class Project
{
    private static readonly string[] Tools = ["River.Generators", "River.Analyzers", "Microsoft.CodeAnalysis", "GeneratorCost"];

    public static CSharpParseOptions Parse { get; } = new(LanguageVersion.CSharp13, DocumentationMode.Parse);

    /// <summary>What an application that works jobs references.</summary>
    public static IReadOnlyList<string> References { get; } = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator)
        .Where(path => !Tools.Any(tool => Path.GetFileName(path).StartsWith(tool, StringComparison.Ordinal)))
        .ToArray();

    public static ImmutableArray<DiagnosticAnalyzer> Analyzers { get; } =
    [
        .. typeof(DeclarationAnalyzer).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(DiagnosticAnalyzer)) && !type.IsAbstract)
            .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!),
    ];

    public static CSharpCompilation Compile(IEnumerable<(string Path, string Text)> sources) => CSharpCompilation.Create(
        "Shop",
        sources.Select(source => CSharpSyntaxTree.ParseText(source.Text, Parse, source.Path, Encoding.UTF8)),
        References.Select(path => MetadataReference.CreateFromFile(path)),
        new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));

    /// <summary>Reads the references, which any compile does once, with a generator or without.</summary>
    public static Compilation WithReferencesRead(this Compilation compilation)
    {
        _ = compilation.Assembly;
        return compilation;
    }

    public static void AssertClean(IEnumerable<Diagnostic> diagnostics)
    {
        if (diagnostics.FirstOrDefault(one => one.Severity >= DiagnosticSeverity.Warning) is { } first)
            throw new InvalidOperationException("The project isn't clean: " + first);
    }
}

/// <summary>Processor time in milliseconds, of all threads of this process.</summary>
internal static class Cost
{
    public static double Of(Action action)
    {
        GC.Collect();
        var before = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
    }
}

internal static class Median
{
    public static double Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
