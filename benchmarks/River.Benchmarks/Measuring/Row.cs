namespace River.Benchmarks.Measuring;

/// <summary>One row of the table: the same work done by each contender.</summary>
internal sealed record Row(string Id, string Title, string Target, params IReadOnlyList<Contender> Contenders);

/// <summary>What a contender is to us.</summary>
internal enum Role
{
    /// <summary>This library.</summary>
    River,

    /// <summary>The least that PostgreSQL must do for it, on bare Npgsql.</summary>
    Ceiling,

    /// <summary>Another job system.</summary>
    Peer,
}

/// <summary>Who does a row's work, and how. It is run once for each repeat, on a fresh database.</summary>
internal sealed record Contender(string Name, Role Role, Func<Trial, Task<IReadOnlyList<Sample>>> RunAsync)
{
    public Contender(string name, Role role, Func<Trial, Task<Sample>> runAsync)
        : this(name, role, async Task<IReadOnlyList<Sample>> (trial) => [await runAsync(trial)])
    {
    }

    /// <summary>Whether a small run goes ahead, uncounted, so that nothing is compiled while the clock runs.</summary>
    public bool WarmsUp { get; init; } = true;

    /// <summary>How often it is run at most, where one run takes several samples or very long.</summary>
    public int MostRepeats { get; init; } = int.MaxValue;
}
