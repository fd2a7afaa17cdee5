using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Grammar;
using River.Shapes.Contracts;
using River.Shapes.Json;

namespace River.Shapes;

/// <summary>
/// The one reading of a type with <c>[Job]</c>. Where it finds a problem the generator emits nothing and an analyzer
/// reports the problem. Whether the queue is declared is not asked here: a misspelt queue is one error at the attribute,
/// and emitting the job all the same keeps it from causing others.
/// </summary>
internal static class JobShape
{
    public static Reading<JobModel> Read(INamedTypeSymbol type, KnownTypes known, CancellationToken cancellationToken)
    {
        if (type.Find(known.JobAttribute) is not { } attribute)
            return Reading<JobModel>.Broken;

        var problems = new ProblemList();
        if (!JobTypeShape.Check(type, problems, cancellationToken))
            return new Reading<JobModel>(null, problems.ToImmutable());

        var values = new JobValues(type, attribute, known, problems, cancellationToken);
        var kind = values.Kind();
        var aliases = values.Aliases();
        var queue = values.Queue();
        var maxAttempts = values.Number("MaxAttempts", 1, short.MaxValue, ShapeRules.InvalidMaxAttempts, "the column is a 16-bit integer");
        var priority = values.Number("Priority", 1, 4, ShapeRules.InvalidValue, "1 goes first and 4 last");
        var tags = values.Tags();
        var timeout = values.Duration("Timeout");
        var external = attribute.Named("External")?.Value is true;
        var retryPolicy = RetryPolicy(type, attribute, known, problems, cancellationToken);

        var jsonContext = JsonContextShape.Read(type, attribute, known, problems, cancellationToken);
        var constructor = ConstructorShape.Find(type, known);
        if (constructor is null)
            problems.Add(ShapeRules.Unregistrable, Where(type), type.Name, ConstructorShape.NoConstructor);
        var json = constructor is not null && jsonContext is null && attribute.Named("JsonContext") is null
            ? JsonGraph.Read(type, known, problems, cancellationToken)
            : ImmutableArray<JsonTypeModel>.Empty;

        var unique = UniqueShape.Read(type, known, problems, cancellationToken);
        var selfWorking = SelfWorkingShape.Read(type, known, problems, cancellationToken);
        var schedules = ScheduleShape.Read(type, type, kind, known, problems, cancellationToken);
        var enqueue = constructor is null ? null : EnqueueShape.Read(type, constructor, known, problems, cancellationToken);

        if (!problems.IsEmpty)
            return new Reading<JobModel>(null, problems.ToImmutable());
        return Reading<JobModel>.Of(new JobModel(
            JobTypeShape.Read(type),
            kind,
            aliases,
            queue,
            maxAttempts,
            priority,
            tags,
            timeout,
            external,
            unique,
            retryPolicy,
            UpgradeShape.Read(type, known),
            jsonContext,
            jsonContext is null ? EquatableArray<ContractFact>.Empty : ContextArgs.Read(type, kind, known, cancellationToken),
            enqueue,
            new EquatableArray<JsonTypeModel>(json),
            selfWorking,
            schedules));
    }

    /// <summary>The kind of a job from here or from a reference, valid or not.</summary>
    public static string KindOf(INamedTypeSymbol type, KnownTypes known) =>
        type.Find(known.JobAttribute)?.Named("Kind")?.Value as string ?? KindName.FromTypeName(type.Name);

    /// <summary>
    /// The queue that a <c>[Job]</c> names; null where it names none. A constant of the generated class <c>Queues</c> has
    /// no value while the generator runs, so the name is read from the syntax, also behind a constant of the application's.
    /// </summary>
    public static QueueReference? QueueOf(AttributeData attribute, KnownTypes known, CancellationToken cancellationToken)
    {
        if (attribute.Named("Queue") is not { } value)
            return null;
        if (value.Kind != TypedConstantKind.Error)
            return value.Value is string name ? new QueueReference(name, null) : null;

        return new QueueReference(null, QueueConstantOf.Expression(attribute.ExpressionOf("Queue", cancellationToken), known, cancellationToken) ?? "");
    }

    /// <summary>Where a type is declared.</summary>
    public static Location Where(ISymbol symbol)
    {
        foreach (var location in symbol.Locations)
        {
            if (location.IsInSource)
                return location;
        }

        return Location.None;
    }

    private static FactoryModel? RetryPolicy(INamedTypeSymbol type, AttributeData attribute, KnownTypes known, ProblemList problems, CancellationToken cancellationToken)
    {
        if (attribute.Named("RetryPolicy") is not { IsNull: false } value)
            return null;
        if (value.Value is not INamedTypeSymbol policy || policy.TypeKind == TypeKind.Error)
        {
            problems.IsBroken = true;
            return null;
        }

        var where = attribute.LocationOf("RetryPolicy", cancellationToken);
        if (!policy.AllInterfaces.Any(one => KnownTypes.Same(one, known.RetryPolicy)))
        {
            problems.Add(ShapeRules.Unregistrable, where, type.Name, $"its RetryPolicy '{policy.Name}' doesn't implement IRetryPolicy; implement it, or name a type that does");
            return null;
        }

        return FactoryShape.Read(policy, known, where, type.Name, "RetryPolicy", ShapeRules.Unregistrable, problems, cancellationToken);
    }
}

/// <summary>The plain values of one <c>[Job]</c>.</summary>
internal sealed class JobValues
{
    private readonly INamedTypeSymbol _type;
    private readonly AttributeData _attribute;
    private readonly KnownTypes _known;
    private readonly ProblemList _problems;
    private readonly CancellationToken _cancellationToken;

    public JobValues(INamedTypeSymbol type, AttributeData attribute, KnownTypes known, ProblemList problems, CancellationToken cancellationToken)
    {
        _type = type;
        _attribute = attribute;
        _known = known;
        _problems = problems;
        _cancellationToken = cancellationToken;
        foreach (var argument in attribute.NamedArguments)
        {
            // A constant that the compiler can't find is its own error; Queues.X is ours, and has no value yet.
            if (argument.Value.Kind == TypedConstantKind.Error && argument.Key != "Queue")
                problems.IsBroken = true;
        }
    }

    public string Kind()
    {
        var written = _attribute.Named("Kind")?.Value as string;
        var kind = written ?? KindName.FromTypeName(_type.Name);
        if (!KindName.IsValid(kind, out var reason))
        {
            var where = written is null ? JobShape.Where(_type) : _attribute.LocationOf("Kind", _cancellationToken);
            _problems.Add(ShapeRules.InvalidKind, where, kind, written is null ? reason + "; name another by Kind" : reason);
        }

        return kind;
    }

    public EquatableArray<string> Aliases() => Texts("KindAliases", (alias, where) =>
    {
        if (!KindName.IsValid(alias, out var reason))
            _problems.Add(ShapeRules.InvalidKind, where, alias ?? "", reason);
    });

    public QueueReference Queue()
    {
        if (JobShape.QueueOf(_attribute, _known, _cancellationToken) is not { } queue)
            return QueueReference.Default;
        if (queue.Constant == "")
            _problems.IsBroken = true;
        else if (queue.Name is not null && _attribute.ExpressionOf("Queue", _cancellationToken) is { } written && QueueConstantOf.IsWithin(written, _known, _cancellationToken))
        {
            _problems.Add(
                ShapeRules.InvalidQueue,
                written.GetLocation(),
                written.ToString(),
                $"is put together from a generated constant, which the generator can't read while it writes it, so nothing would be generated for '{_type.Name}'; write the name \"{queue.Name}\", or declare that queue and use its own constant");
        }

        return queue;
    }

    public EquatableArray<string> Tags() => Texts("Tags", (tag, where) =>
    {
        if (!TagName.IsValid(tag, out var reason))
            _problems.Add(ShapeRules.InvalidValue, where, tag ?? "", "the tag is refused: " + reason);
    });

    public int? Number(string name, int least, int most, string rule, string why)
    {
        if (_attribute.Named(name)?.Value is not int number)
            return null;
        if (number < least || number > most)
        {
            _problems.Add(
                rule,
                _attribute.LocationOf(name, _cancellationToken),
                _type.Name,
                $"{name} is {Text.Of(number)}; it must be from {Text.Of(least)} to {Text.Of(most)}: {why}",
                Text.Of(number < least ? least : most));
        }

        return number;
    }

    /// <summary>The ticks of a duration; those of −1 ms for an infinite one.</summary>
    public long? Duration(string name)
    {
        if (Parsed(name) is not { } duration)
            return null;
        if (duration.Ticks == 0)
            _problems.Add(ShapeRules.InvalidValue, _attribute.LocationOf(name, _cancellationToken), Written(name), $"the duration of {name} is zero; write a positive one, or 'infinite'");
        return duration.Ticks;
    }

    /// <summary>The ticks of the time bucket that belongs to a unique key.</summary>
    public long? Period()
    {
        const string name = "Period";
        if (Parsed(name) is not { } period)
            return null;
        if (period == Grammar.Duration.Infinite || period < TimeSpan.FromSeconds(1))
        {
            _problems.Add(
                ShapeRules.InvalidUnique,
                _attribute.LocationOf(name, _cancellationToken),
                _type.Name,
                $"its unique period is '{Written(name)}', but a period cuts time into buckets of at least one second; "
                + (period == Grammar.Duration.Infinite ? "without a Period the job is unique for as long as it is in one of its unique states" : "write '1s' or more, or leave Period out"));
        }

        return period.Ticks;
    }

    private TimeSpan? Parsed(string name)
    {
        if (_attribute.Named(name) is not { IsNull: false } value || value.Kind == TypedConstantKind.Error)
            return null;
        if (Grammar.Duration.TryParse(value.Value as string, out var duration, out var error))
            return duration;
        _problems.Add(ShapeRules.InvalidValue, _attribute.LocationOf(name, _cancellationToken), Written(name), $"the duration of {name} is refused: {error}");
        return null;
    }

    private string Written(string name) => _attribute.Named(name)?.Value as string ?? "";

    private EquatableArray<string> Texts(string name, Action<string?, Location> check)
    {
        if (_attribute.Named(name) is not { Kind: TypedConstantKind.Array, IsNull: false } array)
            return EquatableArray<string>.Empty;

        var texts = new List<string>();
        for (var i = 0; i < array.Values.Length; i++)
        {
            if (array.Values[i].Kind == TypedConstantKind.Error)
            {
                _problems.IsBroken = true;
                continue;
            }

            var text = array.Values[i].Value as string;
            check(text, _attribute.LocationOf(name, i, _cancellationToken));
            texts.Add(text ?? "");
        }

        return texts.ToEquatableArray();
    }
}
