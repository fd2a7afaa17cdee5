using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Grammar;
using River.Shapes;
using River.Shapes.Contracts;

namespace River.Analyzers.Contracts;

/// <summary>The steps that the assembly's code takes its jobs through. Reads the code around their calls, so it is made only when asked for.</summary>
internal sealed class ContractSteps
{
    private static readonly ImmutableArray<string> Words = ImmutableArray.Create(StepCall.Method + "*");
    private static readonly ImmutableArray<string> HandingOn = ImmutableArray.Create("Job(");

    private readonly ImmutableHashSet<string> _keys;
    private readonly ImmutableHashSet<string> _words;
    private readonly ImmutableHashSet<string> _open;
    private readonly bool _isOpen;

    public ContractSteps(KnownTypes known, CancellationToken cancellationToken)
    {
        var steps = known.Compilation.SyntaxTrees
            .Select(file => (Steps: MayHave(file), HandsOn: FileWords.Read(file, HandingOn).Any, Model: new Lazy<SemanticModel>(() => known.Compilation.GetSemanticModel(file))))
            .SelectMany(file => (file.Steps ? In(file.Model.Value, known, cancellationToken) : Enumerable.Empty<ContractStep>())
                .Concat(file.HandsOn ? HandedOn(file.Model.Value, known, cancellationToken) : Enumerable.Empty<ContractStep>()))
            .ToArray();
        _keys = steps.Select(step => step.Fact?.Key).OfType<string>().ToImmutableHashSet(StringComparer.Ordinal);
        _words = steps.Where(step => step.Kind is null).Select(step => step.Word).OfType<string>().ToImmutableHashSet(StringComparer.Ordinal);
        _open = steps.Where(step => step.Word is null).Select(step => step.Kind).OfType<string>()
            .Concat(Inherited(known, cancellationToken))
            .ToImmutableHashSet(StringComparer.Ordinal);
        _isOpen = steps.Any(step => step.Kind is null && step.Word is null);
    }

    /// <summary>Whether a job has a step, or has steps whose names only the running program, or another assembly, knows.</summary>
    public bool MayHave(string kind, string word) => _isOpen || _open.Contains(kind) || _words.Contains(word) || _keys.Contains(ContractFact.Step(kind, word).Key);

    /// <summary>Whether a file can have a step. A search in the text is far cheaper than binding its code.</summary>
    public static bool MayHave(SyntaxTree file) => FileWords.Read(file, Words).Any;

    /// <summary>The steps of one file, in the order in which they are written.</summary>
    public static IEnumerable<ContractStep> In(SemanticModel file, KnownTypes known, CancellationToken cancellationToken)
    {
        foreach (var name in file.SyntaxTree.GetRoot(cancellationToken).DescendantNodes().OfType<SimpleNameSyntax>())
        {
            if (name.Identifier.ValueText != StepCall.Method || name.Parent is not (MemberAccessExpressionSyntax or MemberBindingExpressionSyntax))
                continue;
            if (name.Parent.Parent is InvocationExpressionSyntax call && call.Expression == name.Parent && file.GetOperation(call, cancellationToken) is IInvocationOperation operation)
            {
                if (StepCall.NameOf(operation, known) is { } step)
                    yield return new ContractStep(KindOf(operation.TargetMethod.ContainingType, known), step.ConstantValue is { HasValue: true, Value: string { Length: > 0 } text } ? ContractFacts.Word(text) : null, step.Syntax.GetLocation());
                continue;
            }

            // As a delegate it is called with any name. A call that doesn't bind is one that is being typed.
            var found = file.GetSymbolInfo(name, cancellationToken);
            var candidates = found.Symbol is { } symbol ? ImmutableArray.Create(symbol) : found.CandidateSymbols;
            if (candidates.IsEmpty || candidates.Any(one => KnownTypes.Same(one.ContainingType?.OriginalDefinition, known.Job)))
                yield return new ContractStep(candidates.IsEmpty ? null : KindOf(candidates[0].ContainingType, known), word: null, name.GetLocation());
        }
    }

    /// <summary>Jobs that one file hands to another assembly's code, which may take them through any step.</summary>
    private static IEnumerable<ContractStep> HandedOn(SemanticModel file, KnownTypes known, CancellationToken cancellationToken)
    {
        foreach (var call in file.SyntaxTree.GetRoot(cancellationToken).DescendantNodes().Where(one => one is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax))
        {
            var (method, arguments) = file.GetOperation(call, cancellationToken) switch
            {
                IInvocationOperation invoked => (invoked.TargetMethod, invoked.Arguments),
                IObjectCreationOperation made => (made.Constructor, made.Arguments),
                _ => (null, ImmutableArray<IArgumentOperation>.Empty),
            };
            if (method is null || !IsForeign(method.ContainingAssembly, known))
                continue;
            foreach (var argument in arguments)
            {
                if (argument.Parameter?.Type is INamedTypeSymbol type && KnownTypes.Same(type.OriginalDefinition, known.Job))
                    yield return new ContractStep(KindOf(type, known), word: null, argument.Syntax.GetLocation());
            }
        }
    }

    /// <summary>Kinds whose workers inherit another assembly's code.</summary>
    private static IEnumerable<string> Inherited(KnownTypes known, CancellationToken cancellationToken) =>
        OwnWorkers.TypesIn(known.Compilation.Assembly.GlobalNamespace, cancellationToken)
            .Where(type => HasForeignBase(type, known))
            .SelectMany(type => ContractCode.WorkedBy(type, known))
            .Select(job => JobShape.KindOf(job, known));

    private static bool HasForeignBase(INamedTypeSymbol type, KnownTypes known)
    {
        for (var one = type.BaseType; one is not null && one.SpecialType != SpecialType.System_Object; one = one.BaseType)
        {
            if (one.SpecialType != SpecialType.System_ValueType && IsForeign(one.ContainingAssembly, known))
                return true;
        }

        return false;
    }

    // River's own code takes no job through steps that it wasn't given.
    private static bool IsForeign(IAssemblySymbol? assembly, KnownTypes known) =>
        !SymbolEqualityComparer.Default.Equals(assembly, known.Compilation.Assembly) && !SymbolEqualityComparer.Default.Equals(assembly, known.Job?.ContainingAssembly);

    /// <summary>The kind of a <c>Job&lt;TArgs&gt;</c>; null where it may be any, or none that a line could name.</summary>
    private static string? KindOf(INamedTypeSymbol job, KnownTypes known) =>
        job.TypeArguments[0] is INamedTypeSymbol { TypeKind: not TypeKind.Error } args && JobShape.KindOf(args, known) is var kind && KindName.IsValid(kind) ? kind : null;
}

/// <summary>One place where a job comes to a step, or to code that may take it to any.</summary>
internal readonly struct ContractStep
{
    public ContractStep(string? kind, string? word, Location location)
    {
        Kind = kind;
        Word = word;
        Location = location;
    }

    /// <summary>The job's kind; null where it may be any job's.</summary>
    public string? Kind { get; }

    /// <summary>The step's name as a word of the contract; null where only the running program knows it.</summary>
    public string? Word { get; }

    /// <summary>Null where kind or name isn't known.</summary>
    public ContractFact? Fact => Kind is null || Word is null ? null : ContractFact.Step(Kind, Word);

    public Location Location { get; }
}
