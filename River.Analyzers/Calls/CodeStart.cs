using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using River.Shapes;

namespace River.Analyzers.Calls;

/// <summary>What the rules about code share in one compilation, and what each of them wants to be shown.</summary>
internal sealed class CodeStart
{
    private readonly CompilationStartAnalysisContext _context;
    private readonly Dictionary<OperationKind, List<Action<OperationContext>>> _operations = new();
    private readonly List<Action<OperationContext>> _bodies = new();

    /// <param name="context">Where actions are registered.</param>
    /// <param name="known">River's types.</param>
    /// <param name="rules">All rules.</param>
    /// <param name="words">Their words.</param>
    public CodeStart(CompilationStartAnalysisContext context, KnownTypes known, ImmutableArray<CodeRule> rules, ImmutableArray<string> words)
    {
        _context = context;
        Rules = rules;
        Known = known;
        Workers = new WorkerCode(known);
        Methods = EnqueueMethods.Of(known);
        Host = new Lazy<HostCode>(() => HostCode.Read(context.Compilation, (tree, reader) => context.TryGetValue(tree, reader, out var file) ? file : null));
        IsProgram = Registration.IsProgram(context.Compilation);
        context.RegisterSemanticModelAction(file =>
        {
            var faults = new RuleFaults();
            new CodeReading(file, FileWords.Read(file.SemanticModel.SyntaxTree, words), this, faults).Show();
            faults.Throw();
        });
    }

    public ImmutableArray<CodeRule> Rules { get; }

    public KnownTypes Known { get; }

    public Compilation Compilation => Known.Compilation;

    public WorkerCode Workers { get; }

    /// <summary>Null where the runtime has no client.</summary>
    public EnqueueMethods? Methods { get; }

    public Lazy<HostCode> Host { get; }

    public bool IsProgram { get; }

    public void RegisterOperationAction(Action<OperationContext> action, params OperationKind[] kinds)
    {
        foreach (var kind in kinds)
        {
            if (!_operations.TryGetValue(kind, out var actions))
                _operations.Add(kind, actions = new List<Action<OperationContext>>());
            actions.Add(action);
        }
    }

    /// <summary>The operation is the whole of a member's code.</summary>
    public void RegisterBodyAction(Action<OperationContext> action) => _bodies.Add(action);

    public void RegisterSymbolAction(Action<SymbolAnalysisContext> action, SymbolKind kind) => _context.RegisterSymbolAction(action, kind);

    public void RegisterSemanticModelAction(Action<SemanticModelAnalysisContext> action) => _context.RegisterSemanticModelAction(action);

    public void RegisterCompilationEndAction(Action<CompilationAnalysisContext> action) => _context.RegisterCompilationEndAction(action);

    /// <summary>Shows the rules a member's code.</summary>
    public void Show(IOperation body, ISymbol member, SemanticModelAnalysisContext context, RuleFaults faults)
    {
        foreach (var action in _bodies)
            faults.Run(action, Of(body));
        foreach (var operation in body.DescendantsAndSelf())
        {
            if (!_operations.TryGetValue(operation.Kind, out var actions))
                continue;
            context.CancellationToken.ThrowIfCancellationRequested();
            foreach (var action in actions)
                faults.Run(action, Of(operation));
        }

        OperationContext Of(IOperation operation) => new(operation, member, Compilation, context.ReportDiagnostic, context.CancellationToken);
    }
}
