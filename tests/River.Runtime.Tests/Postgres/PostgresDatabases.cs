using Npgsql;
using River.TestSupport.Postgres;
using River.Tests.Postgres;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresDatabases))]

namespace River.Tests.Postgres;

/// <summary>Databases on one server for the whole assembly, empty or migrated; the migrated ones are copies of a template.</summary>
public sealed class PostgresDatabases : IAsyncDisposable
{
    private readonly PostgresFixture _fixture = new();
    private readonly Lazy<Task<string>> _template;

    public PostgresDatabases() => _template = new Lazy<Task<string>>(MakeTemplateAsync);

    public Task<PostgresServer> ServerAsync() => _fixture.ServerAsync();

    /// <summary>Creates an empty database and returns its connection string.</summary>
    public Task<string> CreateEmptyAsync() => _fixture.CreateDatabaseAsync();

    /// <summary>Creates a database with River's tables and returns its connection string.</summary>
    public async Task<string> CreateMigratedAsync() => await _fixture.CreateDatabaseAsync(await _template.Value);

    public async Task DropAsync(string connectionString)
    {
        var server = await ServerAsync();
        await server.DropDatabaseAsync(new NpgsqlConnectionStringBuilder(connectionString).Database!);
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    private async Task<string> MakeTemplateAsync()
    {
        var connectionString = await CreateEmptyAsync();
        await using (var migrator = new RiverMigrator(connectionString))
            await migrator.MigrateUpAsync();
        return new NpgsqlConnectionStringBuilder(connectionString).Database!;
    }
}
