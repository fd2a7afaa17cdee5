namespace River.TestSupport.Postgres;

/// <summary>
/// One server for a whole test assembly, started when the first test asks for it:
/// <c>[assembly: AssemblyFixture(typeof(PostgresFixture))]</c>, then a constructor parameter.
/// </summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartAsync());

    public Task<PostgresServer> ServerAsync() => _server.Value;

    /// <summary>Creates an empty database and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string template = "template0", CancellationToken cancellationToken = default)
    {
        var server = await ServerAsync().ConfigureAwait(false);
        return await server.CreateDatabaseAsync(template: template, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated && _server.Value.IsCompletedSuccessfully)
            await (await _server.Value.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }
}
