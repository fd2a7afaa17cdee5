using System;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A runtime or a C# version too old for what the generator would write; said once, instead of errors inside generated code.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class VersionMismatchAnalyzer : DiagnosticAnalyzer
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.VersionMismatch,
        "The project is too old for the generated code",
        "no code can be generated for '{0}' and the project's other jobs: {1}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "The generator and the runtime agree on a version, and generated code needs a certain C# version. Where they don't fit, nothing is generated.",
        Rule.Page(RuleIds.VersionMismatch),
        WellKnownDiagnosticTags.CompilationEnd);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation is not CSharpCompilation compilation
                || KnownTypes.Of(compilation) is not { } known
                || TargetShape.Mismatch(known, compilation.LanguageVersion) is not { } mismatch)
            {
                return;
            }

            var declared = new ConcurrentBag<INamedTypeSymbol>();
            start.RegisterSymbolAction(
                symbol =>
                {
                    var type = (INamedTypeSymbol)symbol.Symbol;
                    if (type.Find(known.JobAttribute) is not null || WorkerShape.IsWorker(type, known))
                        declared.Add(type);
                },
                SymbolKind.NamedType);
            start.RegisterCompilationEndAction(end =>
            {
                if (declared.OrderBy(type => type.ToDisplayString(), StringComparer.Ordinal).FirstOrDefault() is { } first)
                    end.ReportDiagnostic(Diagnostic.Create(Descriptor, JobShape.Where(first), first.Name, mismatch));
            });
        });
    }
}
