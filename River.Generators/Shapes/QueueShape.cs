using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Grammar;

namespace River.Shapes;

/// <summary>The one reading of <c>[assembly: Queue]</c>.</summary>
internal static class QueueShape
{
    public const int DefaultMaxWorkers = 100;
    private const int MostWorkers = 10_000;

    public static Reading<QueueModel> Read(AttributeData attribute, CancellationToken cancellationToken)
    {
        if (attribute.ConstructorArguments.Length != 1
            || attribute.ConstructorArguments[0].Kind == TypedConstantKind.Error
            || attribute.NamedArguments.Any(argument => argument.Value.Kind == TypedConstantKind.Error))
        {
            return Reading<QueueModel>.Broken;
        }

        var problems = new ProblemList();
        var name = attribute.ConstructorArguments[0].Value as string ?? "";
        var dynamic = attribute.Named("Dynamic")?.Value is true;
        if (!(dynamic ? QueueName.IsPattern(name, out var reason) : QueueName.IsValid(name, out reason)))
            problems.Add(ShapeRules.InvalidQueue, attribute.LocationOf(0, cancellationToken), name, reason);

        var maxWorkers = attribute.Named("MaxWorkers")?.Value as int? ?? DefaultMaxWorkers;
        if (maxWorkers is < 1 or > MostWorkers)
        {
            problems.Add(
                ShapeRules.InvalidValue,
                attribute.LocationOf("MaxWorkers", cancellationToken),
                name,
                $"MaxWorkers is {Text.Of(maxWorkers)}; it must be from 1 to 10000. A host that is not to work the queue says so by Work(…, maxWorkers: 0)",
                Text.Of(maxWorkers < 1 ? 1 : MostWorkers));
        }

        return Reading<QueueModel>.Of(new QueueModel(name, maxWorkers, dynamic, attribute.Named("External")?.Value is true), problems);
    }

    /// <summary>The valid declarations of one assembly.</summary>
    public static ImmutableArray<QueueModel> ReadAll(IAssemblySymbol assembly, KnownTypes known, CancellationToken cancellationToken)
    {
        var queues = ImmutableArray.CreateBuilder<QueueModel>();
        foreach (var attribute in assembly.FindAll(known.QueueAttribute))
        {
            if (Read(attribute, cancellationToken).Model is { } queue)
                queues.Add(queue);
        }

        return queues.ToImmutable();
    }
}

/// <summary>The queues that an assembly may name: its own, and those of its references. Its own settings go first.</summary>
internal sealed record DeclaredQueues(EquatableArray<QueueModel> All)
{
    public static DeclaredQueues Of(IEnumerable<QueueModel> own, IEnumerable<ManifestModel> references) =>
        new(own.Concat(references.SelectMany(reference => reference.Queues))
            .GroupBy(queue => queue.Name, System.StringComparer.Ordinal)
            .Select(declarations => declarations.First())
            .OrderBy(queue => queue.Name, System.StringComparer.Ordinal)
            .ToEquatableArray());

    /// <summary>For an analyzer, which has a compilation at hand.</summary>
    public static DeclaredQueues Of(KnownTypes known, CancellationToken cancellationToken) =>
        Of(QueueShape.ReadAll(known.Compilation.Assembly, known, cancellationToken), ManifestReader.Read(known, cancellationToken));

    public bool Knows(string name) => All.Any(queue => QueueName.Matches(queue.Name, name));

    /// <summary>The declared name that a misspelt one most likely stands for.</summary>
    public string? Nearest(string name) => Grammar.Nearest.Of(name, All.Where(queue => !queue.Dynamic).Select(queue => queue.Name));

    /// <summary>The name that a constant of the generated class <c>Queues</c> stands for; null where there is none.</summary>
    public string? NameOf(string constant) =>
        All.FirstOrDefault(queue => !queue.Dynamic && QueueConstant.Name(queue.Name) == constant)?.Name;

    /// <summary>The queue's name, however the attribute gives it; null where its constant doesn't exist.</summary>
    public string? Resolve(QueueReference reference) => reference.Name ?? NameOf(reference.Constant!);
}
