using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Shapes;
using River.Shapes.Contracts;

namespace River.Analyzers.Contracts;

/// <summary>The steps that the assembly's code takes its jobs through. Reads the code around their calls, so it is made only when asked for.</summary>
internal sealed class ContractSteps
{
    private static readonly ImmutableArray<string> Words = ImmutableArray.Create(StepCall.Method + "(");

    private readonly ImmutableHashSet<string> _keys;
    private readonly ImmutableHashSet<string> _open;
    private readonly bool _isOpen;

    public ContractSteps(KnownTypes known, CancellationToken cancellationToken)
    {
        var steps = known.Compilation.SyntaxTrees
            .SelectMany(file => MayHave(file) ? In(known.Compilation.GetSemanticModel(file), known, cancellationToken) : Enumerable.Empty<ContractStep>())
            .ToArray();
        _keys = steps.Select(step => step.Fact?.Key).OfType<string>().ToImmutableHashSet(StringComparer.Ordinal);
        _open = steps.Where(step => step.Fact is null).Select(step => step.Kind).OfType<string>().ToImmutableHashSet(StringComparer.Ordinal);
        _isOpen = steps.Any(step => step.Kind is null);
    }

    /// <summary>Whether a job has a step, or has steps whose names only the running program knows.</summary>
    public bool MayHave(string kind, string word) => _isOpen || _open.Contains(kind) || _keys.Contains(ContractFact.Step(kind, word).Key);

    /// <summary>Whether a file can have a step. A search in the text is far cheaper than binding its code.</summary>
    public static bool MayHave(SyntaxTree file) => FileWords.Read(file, Words).Any;

    /// <summary>The steps of one file, in the order in which they are written.</summary>
    public static IEnumerable<ContractStep> In(SemanticModel file, KnownTypes known, CancellationToken cancellationToken)
    {
        foreach (var call in file.SyntaxTree.GetRoot(cancellationToken).DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (call.Expression is not (MemberAccessExpressionSyntax { Name.Identifier.ValueText: StepCall.Method } or MemberBindingExpressionSyntax { Name.Identifier.ValueText: StepCall.Method })
                || file.GetOperation(call, cancellationToken) is not IInvocationOperation operation
                || StepCall.NameOf(operation, known) is not { } name)
            {
                continue;
            }

            var kind = operation.TargetMethod.ContainingType.TypeArguments[0] is INamedTypeSymbol job ? JobShape.KindOf(job, known) : null;
            yield return new ContractStep(kind, kind is not null && name.ConstantValue is { HasValue: true, Value: string { Length: > 0 } text } ? ContractFact.Step(kind, ContractFacts.Word(text)) : null, name.Syntax.GetLocation());
        }
    }
}

/// <summary>One place where a job comes to a step.</summary>
internal readonly struct ContractStep
{
    public ContractStep(string? kind, ContractFact? fact, Location location)
    {
        Kind = kind;
        Fact = fact;
        Location = location;
    }

    /// <summary>The job's kind; null where it may be any job's.</summary>
    public string? Kind { get; }

    /// <summary>Null where only the running program knows the name.</summary>
    public ContractFact? Fact { get; }

    public Location Location { get; }
}
