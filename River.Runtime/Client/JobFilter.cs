using System.Text.Json.Nodes;
using River.Serialization;

namespace River;

/// <summary>
/// Which jobs, in which order and how many. Conditions of different sorts must all hold. A list that is null doesn't
/// restrict; an empty one holds for no job, so that a list of ids which turned out empty never means all jobs. Only an empty
/// <see cref="TagsAll"/> holds for every job.
/// </summary>
public sealed record JobFilter
{
    /// <summary>The most rows that one call reads or deletes: 10,000.</summary>
    public const int MaxLimit = 10_000;

    /// <summary>Any of these numbers.</summary>
    public IReadOnlyList<long>? Ids { get; init; }

    /// <summary>Any of these kinds, exactly as stored: a job's old kinds are not found by its new one.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>Any of these queues.</summary>
    public IReadOnlyList<string>? Queues { get; init; }

    /// <summary>Any of these priorities, 1 to 4.</summary>
    public IReadOnlyList<int>? Priorities { get; init; }

    /// <summary>Any of these states; <see cref="JobStates.None"/> for all. Default: all.</summary>
    public JobStates States { get; init; }

    /// <summary>At least one of these tags; an empty list holds for no job.</summary>
    public IReadOnlyList<string>? TagsAny { get; init; }

    /// <summary>Every one of these tags; an empty list holds for every job.</summary>
    public IReadOnlyList<string>? TagsAll { get; init; }

    /// <summary>
    /// What the metadata must contain, as PostgreSQL's <c>@&gt;</c> says: every key with an equal value, objects inside
    /// likewise, and of arrays every element in any place. The same on SQLite, which looks at every row for it.
    /// </summary>
    public JsonObject? Metadata { get; init; }

    /// <summary>Only jobs with a greater number. Default: 0.</summary>
    public long AfterId { get; init; }

    /// <summary>The order of a list; jobs of one moment are in the order of their numbers. Default: by number.</summary>
    public JobOrder OrderBy { get; init; }

    /// <summary>Whether the greatest or latest comes first. Default: false.</summary>
    public bool Descending { get; init; }

    /// <summary>Where the list goes on: <see cref="JobPage.Next"/> of the page before, from a list of the same order. Default: from the start.</summary>
    public JobCursor? After { get; init; }

    /// <summary>How many rows at most: 1 to 10,000. Default: 100.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Whether there is any condition on what a job is. A number to begin at is none: everything later may be meant by mistake.</summary>
    internal bool Restricts =>
        Ids is not null || Kinds is not null || Queues is not null || Priorities is not null || States != JobStates.None
        || TagsAny is not null || TagsAll is { Count: > 0 } || Metadata is { Count: > 0 };

    /// <exception cref="InvalidFilterException">A text that no row can have, which PostgreSQL wouldn't even take.</exception>
    internal void CheckTexts()
    {
        Check(nameof(Kinds), Kinds);
        Check(nameof(Queues), Queues);
        Check(nameof(TagsAny), TagsAny);
        Check(nameof(TagsAll), TagsAll);

        static void Check(string member, IReadOnlyList<string>? texts)
        {
            foreach (var text in texts ?? [])
            {
                if (StorableText.FaultOf(text) is { } fault)
                    throw new InvalidFilterException(member, $"has a text that {fault}");
            }
        }
    }
}

/// <summary>By what jobs are listed.</summary>
public enum JobOrder
{
    /// <summary>By number, which is about the order in which they were enqueued.</summary>
    Id,

    /// <summary>By the earliest time of the next attempt.</summary>
    ScheduledAt,

    /// <summary>By the time at which they were completed, cancelled or discarded; only such jobs are listed.</summary>
    FinalizedAt,

    /// <summary>
    /// By the time that says most about the states asked for: when waiting jobs are due, when running ones started, when
    /// finished ones ended. <see cref="JobFilter.States"/> must name states of one of these sorts.
    /// </summary>
    Time,
}
