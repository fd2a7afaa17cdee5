using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using River.Storage;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Harness;

/// <summary>A migrated database of a test's own, which several clients may open.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string? _folder;

    private TestDatabase(Database kind, string connectionString, string? folder)
    {
        Kind = kind;
        ConnectionString = connectionString;
        _folder = folder;
    }

    public Database Kind { get; }

    public string ConnectionString { get; }

    public static async Task<TestDatabase> CreateAsync(Database kind, PostgresFixture postgres)
    {
        var folder = kind == Database.Sqlite ? Directory.CreateTempSubdirectory("river-engine-").FullName : null;
        var connectionString = folder is null
            ? await postgres.CreateDatabaseAsync(cancellationToken: TestContext.Current.CancellationToken)
            : $"Data Source={Path.Combine(folder, "river.db")}";
        return await MigratedAsync(new TestDatabase(kind, connectionString, folder));
    }

    /// <summary>On a server that the test chose.</summary>
    public static async Task<TestDatabase> CreateAsync(PostgresServer server) =>
        await MigratedAsync(new TestDatabase(Database.Postgres, await server.CreateDatabaseAsync(cancellationToken: TestContext.Current.CancellationToken), folder: null));

    private static async Task<TestDatabase> MigratedAsync(TestDatabase database)
    {
        await using var store = database.Open(new RiverOptions());
        await store.OpenAsync(TestContext.Current.CancellationToken);
        await store.Schema.MigrateAsync(TestContext.Current.CancellationToken);
        return database;
    }

    public JobStore Open(RiverOptions options)
    {
        var services = new ServiceCollection().AddLogging();
        var builder = new RiverBuilder(services, works: true);
        if (Kind == Database.Sqlite)
            builder.UseSqlite(ConnectionString);
        else
            builder.UsePostgres(ConnectionString);
        return builder.Store!(services.BuildServiceProvider(), options);
    }

    /// <summary>The same database over another connection; not to be disposed.</summary>
    public TestDatabase As(string connectionString) => new(Kind, connectionString, folder: null);

    /// <summary>Runs a statement as somebody else would, on a connection of its own, and returns its first value.</summary>
    public async Task<object?> ScalarAsync(string text)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Opens a connection as an application would.</summary>
    public async Task<DbConnection> ConnectAsync()
    {
        DbConnection connection = Kind == Database.Sqlite
            ? new SqliteConnection($"{ConnectionString};Pooling=False")
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public ValueTask DisposeAsync()
    {
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
