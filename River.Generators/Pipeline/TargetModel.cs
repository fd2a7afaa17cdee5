using System;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Shapes;

namespace River.Generators.Pipeline;

/// <summary>What the generator needs to know of the project as a whole.</summary>
/// <param name="CanGenerate">Whether the project references River and can compile what is emitted.</param>
/// <param name="Assembly">The assembly's name.</param>
/// <param name="IsHost">Whether the assembly is a program.</param>
/// <param name="HasEnqueueExtensions">Whether the typed enqueue methods are wanted.</param>
internal sealed record TargetModel(bool CanGenerate, string Assembly, bool IsHost, bool HasEnqueueExtensions)
{
    private const string EnqueueExtensionsProperty = "build_property.RiverEnqueueExtensions";

    public static TargetModel Read(Compilation compilation, AnalyzerConfigOptionsProvider options)
    {
        var canGenerate = compilation is CSharpCompilation csharp
            && KnownTypes.Of(compilation) is { } known
            && TargetShape.Mismatch(known, csharp.LanguageVersion) is null;
        var hasExtensions = !options.GlobalOptions.TryGetValue(EnqueueExtensionsProperty, out var value)
            || !string.Equals(value, "false", StringComparison.OrdinalIgnoreCase);
        var isHost = compilation.Options.OutputKind is OutputKind.ConsoleApplication or OutputKind.WindowsApplication or OutputKind.WindowsRuntimeApplication;
        return new TargetModel(canGenerate, compilation.AssemblyName ?? "", isHost, hasExtensions);
    }
}
