using System;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace River.Analyzers.Calls;

/// <summary>One operation, or one whole body, that a rule is shown.</summary>
internal readonly struct OperationContext
{
    private readonly Action<Diagnostic> _report;

    public OperationContext(IOperation operation, ISymbol containingSymbol, Compilation compilation, Action<Diagnostic> report, CancellationToken cancellationToken)
    {
        Operation = operation;
        ContainingSymbol = containingSymbol;
        Compilation = compilation;
        CancellationToken = cancellationToken;
        _report = report;
    }

    public IOperation Operation { get; }

    /// <summary>The member that the code is in.</summary>
    public ISymbol ContainingSymbol { get; }

    public Compilation Compilation { get; }

    public CancellationToken CancellationToken { get; }

    public void ReportDiagnostic(Diagnostic diagnostic) => _report(diagnostic);
}
