using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace River.Analyzers.Calls;

/// <summary>What one method of a worker enqueues, and which methods of the worker it calls.</summary>
internal sealed class WorkerSteps
{
    private WorkerSteps(ImmutableArray<EnqueueStep> enqueued, ImmutableArray<CallStep> called)
    {
        Enqueued = enqueued;
        Called = called;
    }

    public ImmutableArray<EnqueueStep> Enqueued { get; }

    public ImmutableArray<CallStep> Called { get; }

    public static WorkerSteps Read(IMethodSymbol method, IEnumerable<IOperation> blocks, EnqueueMethods methods)
    {
        var enqueued = ImmutableArray.CreateBuilder<EnqueueStep>();
        var called = ImmutableArray.CreateBuilder<CallStep>();
        foreach (var call in blocks.SelectMany(block => block.DescendantsAndSelf()).OfType<IInvocationOperation>())
        {
            // A list may be empty, so that its jobs are never certain.
            if (methods.Read(call) is { } enqueue)
            {
                if (enqueue.Job is INamedTypeSymbol job)
                    enqueued.Add(new EnqueueStep(job, enqueue, enqueue.Form is EnqueueForm.One or EnqueueForm.Generated or EnqueueForm.FollowUp && IsCertain(call)));
            }
            else if (SymbolEqualityComparer.Default.Equals(call.TargetMethod.ContainingType, method.ContainingType))
            {
                called.Add(new CallStep(call.TargetMethod.OriginalDefinition, IsCertain(call)));
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

/// <summary>A job that a method enqueues, where and how it does, and whether it always does.</summary>
internal readonly struct EnqueueStep
{
    public EnqueueStep(INamedTypeSymbol job, EnqueueCall call, bool isCertain)
    {
        Job = job;
        Where = call.Name;
        Form = call.Form;
        Delay = EnqueueDelay.Of(call);
        IsCertain = isCertain;
    }

    public INamedTypeSymbol Job { get; }

    public Location Where { get; }

    public EnqueueForm Form { get; }

    /// <summary>How long the job waits, in words; null where nothing is said of it.</summary>
    public string? Delay { get; }

    public bool IsCertain { get; }
}

/// <summary>A method that a method calls, and whether it always does.</summary>
internal readonly struct CallStep
{
    public CallStep(IMethodSymbol target, bool isCertain)
    {
        Target = target;
        IsCertain = isCertain;
    }

    public IMethodSymbol Target { get; }

    public bool IsCertain { get; }
}
