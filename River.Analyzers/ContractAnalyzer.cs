using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Analyzers.Contracts;
using River.Analyzers.Rules;
using River.Shapes;

namespace River.Analyzers;

/// <summary>
/// Lays the code beside the contract files. Without such a file it does nothing at all. What concerns a job is said of the
/// job; what nothing in the code stands for any more is said of the file's line.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ContractAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(ContractBreak.Descriptor, ContractGap.Descriptor);

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (!start.Options.AdditionalFiles.Any(ContractFiles.IsContract) || KnownTypes.Of(start.Compilation) is not { } known)
                return;
            var contract = new Contract(known, ContractFiles.Read(start.Options.AdditionalFiles, start.CancellationToken));
            start.RegisterSymbolAction(symbol => Report(contract.FaultsOf((INamedTypeSymbol)symbol.Symbol, symbol.CancellationToken), symbol.ReportDiagnostic), SymbolKind.NamedType);
            start.RegisterSyntaxNodeAction(node => AnalyzeQueue(node, known, contract), SyntaxKind.Attribute);
            start.RegisterAdditionalFileAction(file =>
            {
                if (ContractFiles.IsContract(file.AdditionalFile))
                    Report(contract.FaultsIn(file.AdditionalFile, file.CancellationToken), file.ReportDiagnostic);
            });
        });
    }

    private static void AnalyzeQueue(SyntaxNodeAnalysisContext context, KnownTypes known, Contract contract)
    {
        var syntax = (AttributeSyntax)context.Node;
        if (syntax.Parent is AttributeListSyntax { Target.Identifier.RawKind: (int)SyntaxKind.AssemblyKeyword }
            && KnownTypes.Same(context.SemanticModel.GetSymbolInfo(syntax, context.CancellationToken).Symbol?.ContainingType, known.QueueAttribute)
            && known.Compilation.Assembly.FindAll(known.QueueAttribute).FirstOrDefault(one => IsAt(one, syntax)) is { } attribute)
        {
            Report(contract.FaultsOf(attribute, context.CancellationToken), context.ReportDiagnostic);
        }
    }

    private static bool IsAt(AttributeData attribute, AttributeSyntax syntax) =>
        attribute.ApplicationSyntaxReference is { } reference && reference.SyntaxTree == syntax.SyntaxTree && reference.Span == syntax.Span;

    private static void Report(IEnumerable<ContractFault> faults, System.Action<Diagnostic> report)
    {
        foreach (var fault in faults)
        {
            var rule = fault.IsBreak ? ContractBreak.Descriptor : ContractGap.Descriptor;
            report(Diagnostic.Create(rule, fault.Location, fault.Severity, additionalLocations: null, fault.Hints, fault.Subject, fault.Reason));
        }
    }
}
