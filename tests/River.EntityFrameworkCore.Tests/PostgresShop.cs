using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using River.TestSupport.Postgres;

namespace River.EntityFrameworkCore.Tests;

public sealed class SaveChangesOnPostgresTests(PostgresFixture postgres) : SaveChangesTests(new PostgresShop(postgres));

public sealed class TransactionsOnPostgresTests(PostgresFixture postgres) : TransactionTests(new PostgresShop(postgres));

public sealed class WorkOnPostgresTests(PostgresFixture postgres) : WorkTests(new PostgresShop(postgres));

/// <summary>The shop on PostgreSQL.</summary>
internal sealed class PostgresShop(PostgresFixture postgres) : ShopDatabase
{
    private string _connectionString = "";

    public override async Task CreateAsync(CancellationToken cancellationToken) => _connectionString = await postgres.CreateDatabaseAsync(cancellationToken: cancellationToken);

    public override RiverBuilder Use(RiverBuilder river) => river.UsePostgres(_connectionString);

    public override void Use(DbContextOptionsBuilder options, bool retries) => options.UseNpgsql(_connectionString, npgsql =>
    {
        if (retries)
            npgsql.EnableRetryOnFailure(3, TimeSpan.FromMilliseconds(1), errorCodesToAdd: null);
    });

    public override void Use(DbContextOptionsBuilder options, DbConnection connection) => options.UseNpgsql(connection);

    public override DbConnection Connect() => new NpgsqlConnection(_connectionString);

    public override ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearPool(new NpgsqlConnection(_connectionString));
        return ValueTask.CompletedTask;
    }
}
