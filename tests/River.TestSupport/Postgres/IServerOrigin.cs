namespace River.TestSupport.Postgres;

/// <summary>Where a server comes from; disposing it gives back whatever was started for it.</summary>
internal interface IServerOrigin : IAsyncDisposable
{
    string ConnectionString { get; }
}

/// <summary>A server that somebody else runs.</summary>
internal sealed class GivenServer(string connectionString) : IServerOrigin
{
    public string ConnectionString => connectionString;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
