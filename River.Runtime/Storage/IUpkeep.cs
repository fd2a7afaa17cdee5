namespace River.Storage;

/// <summary>
/// What keeps the tables small and quick. Done by the leader only: every operation does nothing when the term is over,
/// which the statement itself looks at.
/// </summary>
internal interface IUpkeep
{
    /// <summary>What is built anew unless the options name something else.</summary>
    IReadOnlyList<string> Indexes { get; }

    /// <summary>
    /// Deletes finalized jobs that were kept long enough, in the order in which they were finalized. Looks at a bounded
    /// stretch of that order, so that jobs which are kept longer don't make it slow; rows that somebody holds are left alone.
    /// </summary>
    Task<Pruned> PruneJobsAsync(LeaderTerm term, PruneDemand demand, CancellationToken cancellationToken);

    /// <summary>Deletes the rows of queues that nobody has worked for long. One that is paused or carries metadata stays: that is somebody's decision.</summary>
    /// <returns>How many; as many as the limit when there may be more.</returns>
    Task<int> ExpireQueuesAsync(LeaderTerm term, TimeSpan unstampedFor, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes notifications kept as rows that every living listener has long seen.</summary>
    /// <returns>How many; as many as the limit when there may be more.</returns>
    Task<int> PruneNotificationsAsync(LeaderTerm term, TimeSpan olderThan, int limit, CancellationToken cancellationToken);

    /// <summary>Builds an index of River's anew beside the old one, which serves meanwhile.</summary>
    /// <exception cref="TimeoutException">It took too long and was given up; what it left is for <see cref="DropLeftoversAsync"/>.</exception>
    Task<Reindexed> ReindexAsync(LeaderTerm term, string index, TimeSpan limit, CancellationToken cancellationToken);

    /// <summary>Drops the invalid indexes that interrupted builds have left on River's tables, unless a build is under way.</summary>
    /// <returns>Their names.</returns>
    Task<IReadOnlyList<string>> DropLeftoversAsync(LeaderTerm term, TimeSpan limit, CancellationToken cancellationToken);
}

/// <summary>One stretch of the finalized jobs of one state, and which of them are to go.</summary>
internal sealed record PruneDemand
{
    /// <summary><see cref="JobState.Completed"/>, <see cref="JobState.Cancelled"/> or <see cref="JobState.Discarded"/>.</summary>
    public required JobState State { get; init; }

    /// <summary>How long ago they were finalized, at least.</summary>
    public required TimeSpan KeptFor { get; init; }

    public PruneScope Scope { get; init; } = PruneScope.All;

    /// <summary>Where to begin; null for the oldest.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>How many rows to look at.</summary>
    public required int Looks { get; init; }

    /// <summary>How many rows to delete at most.</summary>
    public required int Limit { get; init; }
}

/// <summary>
/// The jobs that one retention is for: those of <paramref name="Kinds"/>, those of <paramref name="Queues"/>, and where
/// <paramref name="Rest"/> says so those without a retention of their own. A kind's own goes before its queue's own.
/// </summary>
/// <param name="Kinds">Kinds with this retention.</param>
/// <param name="OwnKinds">All kinds with a retention of their own.</param>
/// <param name="Queues">Queues with this retention.</param>
/// <param name="OwnQueues">All queues with a retention of their own.</param>
/// <param name="Rest">Whether it is for everything else as well.</param>
internal sealed record PruneScope(string[] Kinds, string[] OwnKinds, string[] Queues, string[] OwnQueues, bool Rest)
{
    public static PruneScope All { get; } = new([], [], [], [], Rest: true);
}

/// <param name="Count">How many jobs were deleted.</param>
/// <param name="Next">Where to go on; jobs before it have been looked at.</param>
/// <param name="IsDone">Whether nothing more is to be looked at for now, as also when the term is over.</param>
internal readonly record struct Pruned(int Count, DateTimeOffset? Next, bool IsDone);

/// <summary>What became of building an index anew.</summary>
internal enum Reindexed
{
    /// <summary>It was built, or the store looks after its indexes itself.</summary>
    Done,

    /// <summary>There is no index of that name.</summary>
    Missing,

    /// <summary>Another build is under way on its table.</summary>
    Busy,

    /// <summary>The term is over.</summary>
    NotLeading,
}
