namespace River.TestSupport.Postgres;

/// <summary>How a private cluster is set up. A server given by its URL keeps its own settings.</summary>
public sealed record PostgresServerOptions
{
    /// <summary>Off by default: a private cluster never outlives its test run.</summary>
    public bool Fsync { get; init; }

    public int MaxConnections { get; init; } = 300;

    /// <summary>Further settings, as <c>postgres -c name=value</c> takes them.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
