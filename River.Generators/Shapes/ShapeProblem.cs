using System.Collections.Generic;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace River.Shapes;

/// <summary>Why something can't be registered. Each one is an error of the rule that it names.</summary>
internal sealed class ShapeProblem
{
    public ShapeProblem(string ruleId, Location location, string subject, string reason, string? suggestion = null)
    {
        RuleId = ruleId;
        Location = location;
        Subject = subject;
        Reason = reason;
        Suggestion = suggestion;
    }

    /// <summary>One of <see cref="ShapeRules"/>.</summary>
    public string RuleId { get; }

    /// <summary>The attribute's argument, the member or the type's name.</summary>
    public Location Location { get; }

    /// <summary>What is wrong: a type, a member as <c>Type.Member</c>, or the written value, without quotes.</summary>
    public string Subject { get; }

    /// <summary>What is wrong with it, why that matters and what to do; a clause without a full stop at its end.</summary>
    public string Reason { get; }

    /// <summary>What a fix would write instead; null where there is nothing to offer.</summary>
    public string? Suggestion { get; }
}

/// <summary>What was read of a declaration. Without a model and without problems the code is broken otherwise, and the compiler says so.</summary>
internal readonly struct Reading<T>
    where T : class
{
    public Reading(T? model, ImmutableArray<ShapeProblem> problems)
    {
        Model = model;
        Problems = problems;
    }

    /// <summary>Null exactly where the generator emits nothing.</summary>
    public T? Model { get; }

    public ImmutableArray<ShapeProblem> Problems { get; }

    public static Reading<T> Broken => new(null, ImmutableArray<ShapeProblem>.Empty);

    public static Reading<T> Of(T model) => new(model, ImmutableArray<ShapeProblem>.Empty);

    /// <summary>The model if nothing is wrong.</summary>
    public static Reading<T> Of(T model, ProblemList problems) =>
        new(problems.IsEmpty ? model : null, problems.ToImmutable());
}

/// <summary>Collects what is wrong while a declaration is read.</summary>
internal sealed class ProblemList
{
    private readonly List<ShapeProblem> _problems = new();

    /// <summary>Whether something is wrong, or so broken that nothing can be said about it.</summary>
    public bool IsEmpty => _problems.Count == 0 && !IsBroken;

    /// <summary>Set where the compiler has an error of its own, so that no rule needs to speak.</summary>
    public bool IsBroken { get; set; }

    public void Add(string ruleId, Location location, string subject, string reason, string? suggestion = null) =>
        _problems.Add(new ShapeProblem(ruleId, location, subject, reason, suggestion));

    public ImmutableArray<ShapeProblem> ToImmutable() => _problems.ToImmutableArray();
}
