using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
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
            start.RegisterSemanticModelAction(file =>
            {
                AnalyzeQueues(file, known, contract);
                Report(contract.FaultsOf(file.SemanticModel, file.CancellationToken), file.ReportDiagnostic);
            });
            start.RegisterAdditionalFileAction(file =>
            {
                if (ContractFiles.IsContract(file.AdditionalFile))
                    Report(contract.FaultsIn(file.AdditionalFile, file.CancellationToken), file.ReportDiagnostic);
            });
        });
    }

    private static void AnalyzeQueues(SemanticModelAnalysisContext context, KnownTypes known, Contract contract)
    {
        foreach (var queue in known.Compilation.Assembly.FindAll(known.QueueAttribute))
        {
            if (queue.ApplicationSyntaxReference?.SyntaxTree == context.SemanticModel.SyntaxTree)
                Report(contract.FaultsOf(queue, context.CancellationToken), context.ReportDiagnostic);
        }
    }

    private static void Report(IEnumerable<ContractFault> faults, System.Action<Diagnostic> report)
    {
        foreach (var fault in faults)
        {
            var rule = fault.IsBreak ? ContractBreak.Descriptor : ContractGap.Descriptor;
            report(Diagnostic.Create(rule, fault.Location, fault.Severity, fault.Elsewhere is null ? null : new[] { fault.Elsewhere }, fault.Hints, fault.Subject, fault.Reason));
        }
    }
}
