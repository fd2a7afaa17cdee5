using System.Collections.Concurrent;
using Npgsql;
using River.TestSupport.Postgres;

namespace River.Tests.Postgres;

/// <summary>A test class's databases on the assembly's server. Migrated ones are emptied and used again.</summary>
public sealed class PostgresDatabases(PostgresFixture postgres) : IAsyncDisposable
{
    private readonly ConcurrentBag<string> _idle = [];

    public Task<PostgresServer> ServerAsync() => postgres.ServerAsync();

    /// <summary>Creates an empty database and returns its connection string.</summary>
    public Task<string> CreateEmptyAsync() => postgres.CreateDatabaseAsync();

    /// <summary>Returns the connection string of an empty database with River's tables.</summary>
    public async Task<string> RentMigratedAsync()
    {
        if (_idle.TryTake(out var idle))
            return idle;
        var connectionString = await CreateEmptyAsync();
        await using var migrator = new RiverMigrator(connectionString);
        await migrator.MigrateUpAsync();
        return connectionString;
    }

    /// <summary>Empties a database for the next test.</summary>
    public async Task ReturnAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("TRUNCATE river_job, river_queue, river_leader, river_notification, river_dotnet_schedule, river_dotnet_client, river_dotnet_lease RESTART IDENTITY", connection);
        await command.ExecuteNonQueryAsync();
        _idle.Add(connectionString);
    }

    public async ValueTask DisposeAsync()
    {
        var server = await ServerAsync();
        foreach (var connectionString in _idle)
            await server.DropDatabaseAsync(new NpgsqlConnectionStringBuilder(connectionString).Database!);
    }
}
