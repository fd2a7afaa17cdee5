#if TESTCONTAINERS
using Testcontainers.PostgreSql;

namespace River.TestSupport.Postgres;

/// <summary>A server in a container; its engine's reaper removes it when this process dies.</summary>
internal sealed class ContainerServer(PostgreSqlContainer container) : IServerOrigin
{
    public string ConnectionString => container.GetConnectionString();

    public static async Task<IServerOrigin> StartAsync(CancellationToken cancellationToken)
    {
        var container = new PostgreSqlBuilder().WithImage("postgres:17-alpine").WithCommand("-c", "fsync=off", "-c", "max_connections=300").Build();
        await container.StartAsync(cancellationToken).ConfigureAwait(false);
        return new ContainerServer(container);
    }

    public ValueTask DisposeAsync() => container.DisposeAsync();
}
#endif
