using System.Data.Common;
using Npgsql;
using River.Postgres;
using River.Storage;
using River.Tests.Stores;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>The conformance suite on PostgreSQL.</summary>
public sealed class PostgresStoreTests(PostgresDatabases databases) : StoreConformance, IClassFixture<PostgresDatabases>
{
    private protected override async Task<StoreDatabase> CreateDatabaseAsync() =>
        new PostgresStoreDatabase(databases, await databases.RentMigratedAsync(), new RiverOptions());
}

/// <summary>The conformance suite as behind a pooler in transaction mode, where nothing is kept in a session.</summary>
public sealed class PooledPostgresStoreTests(PostgresDatabases databases) : StoreConformance, IClassFixture<PostgresDatabases>
{
    private protected override async Task<StoreDatabase> CreateDatabaseAsync() =>
        new PostgresStoreDatabase(databases, await databases.RentMigratedAsync(), new RiverOptions { PollOnly = true });
}

internal sealed class PostgresStoreDatabase(PostgresDatabases databases, string connectionString, RiverOptions options) : StoreDatabase
{
    public string ConnectionString => connectionString;

    public override JobStore NewStore() => new PostgresStore(PostgresSource.Build(connectionString, options), ownsSource: true, options);

    public override async Task<DbConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public override async ValueTask DisposeAsync() => await databases.ReturnAsync(connectionString);
}
