using System.Text.Json.Nodes;

namespace River;

/// <summary>
/// Implemented by a <c>[Job]</c> type whose stored rows may hold arguments of an earlier shape: what is stored is brought up
/// before it is read, for workers and for <see cref="JobRow.ReadArgs{TArgs}"/>. The row itself is never rewritten.
/// </summary>
/// <example>
/// <code>
/// [Job]
/// public sealed partial record Charge(long Cents) : IArgsUpgrade
/// {
///     [Upgrades("euros", "cents")]
///     public static void Upgrade(JsonObject args, JobRow job)
///     {
///         if (args["euros"] is { } euros)
///             args["cents"] = euros.GetValue&lt;long&gt;() * 100;
///     }
/// }
/// </code>
/// </example>
public interface IArgsUpgrade
{
    /// <summary>
    /// Changes stored arguments to today's shape. Called before every reading, so also for arguments that have that shape:
    /// those it leaves alone. What it throws fails the attempt, as arguments that can't be read do.
    /// </summary>
    /// <param name="args">A copy of the stored arguments, to be changed. What isn't a JSON object is not passed here.</param>
    /// <param name="job">The row, whose <see cref="JobRow.Kind"/> and <see cref="JobRow.CreatedAt"/> may tell what shape it is.</param>
    static abstract void Upgrade(JsonObject args, JobRow job);
}

/// <summary>
/// Names, on a job's <see cref="IArgsUpgrade.Upgrade"/>, the arguments that it brings up, so that the job contract (RIVER027)
/// takes their change for what it is: by their paths in JSON, as the contract's lines have them.
/// </summary>
/// <param name="paths">Such as <c>flux_id</c> or <c>targets[].region</c>; what is inside belongs to it. New required arguments that it fills are named too.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UpgradesAttribute(params string[] paths) : Attribute
{
    /// <summary>The arguments by their paths in JSON.</summary>
    public IReadOnlyList<string> Paths { get; } = paths;
}
