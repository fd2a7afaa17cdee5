using System.Data.Common;
using Microsoft.Data.Sqlite;
using River.Sqlite;
using River.Sqlite.Connections;
using River.Storage;

namespace River.Tests.Stores.Sqlite;

/// <summary>A file in a folder of its own under the temp folder.</summary>
internal sealed class SqliteDatabase : StoreDatabase
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("river_sqlite_");

    public string Folder => _folder.FullName;

    public string FileName => Path.Combine(Folder, "river.db");

    public string ConnectionString => $"Data Source={FileName}";

    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public static async Task<SqliteDatabase> CreateAsync(CancellationToken cancellationToken)
    {
        var database = new SqliteDatabase();
        await using var store = database.NewStore();
        await store.Schema.MigrateAsync(cancellationToken);
        return database;
    }

    public override JobStore NewStore() => new SqliteStore(new SqliteFile(ConnectionString, StatementTimeout), TimeProvider.System);

    public override async Task<DbConnection> ConnectAsync()
    {
        var connection = new SqliteConnection($"{ConnectionString};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }

    public override ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
