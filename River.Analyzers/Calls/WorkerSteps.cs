using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace River.Analyzers.Calls;

/// <summary>What one method of a worker enqueues, and which methods of the worker it calls.</summary>
internal sealed class WorkerSteps
{
    private WorkerSteps(ImmutableArray<Step<INamedTypeSymbol>> enqueued, ImmutableArray<Step<IMethodSymbol>> called)
    {
        Enqueued = enqueued;
        Called = called;
    }

    public ImmutableArray<Step<INamedTypeSymbol>> Enqueued { get; }

    public ImmutableArray<Step<IMethodSymbol>> Called { get; }

    public static WorkerSteps Read(IMethodSymbol method, IEnumerable<IOperation> blocks, EnqueueMethods methods)
    {
        var enqueued = ImmutableArray.CreateBuilder<Step<INamedTypeSymbol>>();
        var called = ImmutableArray.CreateBuilder<Step<IMethodSymbol>>();
        foreach (var call in blocks.SelectMany(block => block.DescendantsAndSelf()).OfType<IInvocationOperation>())
        {
            // A list may be empty, so that its jobs are never certain.
            if (methods.Read(call) is { } enqueue)
            {
                if (enqueue.Job is INamedTypeSymbol job)
                    enqueued.Add(new Step<INamedTypeSymbol>(job, enqueue.Name, enqueue.Form is EnqueueForm.One or EnqueueForm.Generated or EnqueueForm.FollowUp && IsCertain(call)));
            }
            else if (SymbolEqualityComparer.Default.Equals(call.TargetMethod.ContainingType, method.ContainingType))
            {
                called.Add(new Step<IMethodSymbol>(call.TargetMethod.OriginalDefinition, Written.GetLocation(call), IsCertain(call)));
            }
        }

        return new WorkerSteps(enqueued.ToImmutable(), called.ToImmutable());
    }

    /// <summary>Whether every run that ends without an error comes by.</summary>
    private static bool IsCertain(IOperation call)
    {
        for (var (inner, outer) = (call, call.Parent); outer is not null; (inner, outer) = (outer, outer.Parent))
        {
            switch (outer)
            {
                case IConditionalOperation conditional when !ReferenceEquals(inner, conditional.Condition):
                case ICoalesceOperation coalesce when !ReferenceEquals(inner, coalesce.Value):
                case IConditionalAccessOperation access when !ReferenceEquals(inner, access.Operation):
                case IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } binary when !ReferenceEquals(inner, binary.LeftOperand):
                case IForEachLoopOperation loop when !ReferenceEquals(inner, loop.Collection):
                case IWhileLoopOperation or IForLoopOperation:
                case ISwitchCaseOperation or ISwitchExpressionArmOperation or ICatchClauseOperation or IAnonymousFunctionOperation or ILocalFunctionOperation:
                    return false;
            }
        }

        return !call.Ancestors().Last().Descendants().Any(earlier =>
            earlier is IReturnOperation { IsImplicit: false } or IThrowOperation && earlier.Syntax.Span.End <= call.Syntax.SpanStart && ReferenceEquals(earlier.Function(), call.Function()));
    }
}

/// <summary>Something that a method does, where it does it, and whether it always does.</summary>
internal readonly struct Step<T>
{
    public Step(T target, Location where, bool isCertain)
    {
        Target = target;
        Where = where;
        IsCertain = isCertain;
    }

    public T Target { get; }

    public Location Where { get; }

    public bool IsCertain { get; }
}
