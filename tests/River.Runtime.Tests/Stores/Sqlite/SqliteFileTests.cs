using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using River.Sqlite;
using River.Sqlite.Connections;
using River.Storage;
using Xunit;

namespace River.Tests.Stores.Sqlite;

/// <summary>Opening a file, and saying what is wrong with it.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private static readonly ClaimDemand Demand = new("client", [new("default", 1)], ["work"]);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("river_sqlite_");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_missing_file_is_created()
    {
        await using (var store = StoreOn("new.db"))
        {
            await store.OpenAsync(Token);
            Assert.Equal([("main", 7), ("dotnet", 1), ("dotnet", 2)], (await store.Schema.MigrateAsync(Token)).Select(migration => (migration.Line, migration.Version)));
            await store.Schema.ValidateAsync(Token);
        }

        Assert.True(File.Exists(PathOf("new.db")));
    }

    [Fact]
    public async Task A_folder_that_is_missing_is_named()
    {
        await using var store = StoreOn(Path.Combine("nowhere", "river.db"));

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.OpenAsync(Token));

        Assert.Contains(PathOf("nowhere"), error.Message, StringComparison.Ordinal);
        Assert.Contains("doesn't exist", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_not_taken_for_a_file()
    {
        _folder.CreateSubdirectory("folder.db");
        await using var store = StoreOn("folder.db");

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.OpenAsync(Token));

        Assert.Contains("It is a folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_another_format_is_left_alone()
    {
        await File.WriteAllTextAsync(PathOf("notes.txt"), new string('x', 5_000), Token);
        await using var store = StoreOn("notes.txt");

        foreach (var open in (Func<Task>[])[() => store.OpenAsync(Token), () => store.Schema.ValidateAsync(Token), () => store.Schema.MigrateAsync(Token)])
        {
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(open);
            Assert.Contains("is not a SQLite database", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(new string('x', 5_000), await File.ReadAllTextAsync(PathOf("notes.txt"), Token));
    }

    [Fact]
    public async Task A_file_that_can_not_be_written_is_refused()
    {
        await using (var store = StoreOn("river.db"))
            await store.Schema.MigrateAsync(Token);
        // A format version of the future makes SQLite open a file for reading only, for root as well.
        await using (var file = File.OpenWrite(PathOf("river.db")))
        {
            file.Position = 18;
            file.WriteByte(3);
        }

        await using var readOnly = StoreOn("river.db");
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => readOnly.OpenAsync(Token));

        Assert.Contains("can't be written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_rights_to_the_file_it_is_refused()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Skip("Rights don't bind a privileged user.");
            return;
        }

        await using (var store = StoreOn("river.db"))
            await store.Schema.MigrateAsync(Token);
        File.SetUnixFileMode(PathOf("river.db"), UnixFileMode.UserRead);

        await using var readOnly = StoreOn("river.db");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => readOnly.OpenAsync(Token));
    }

    [Theory]
    [InlineData("Data Source=:memory:", "in-memory")]
    [InlineData("Data Source=shared;Mode=Memory;Cache=Shared", "in-memory")]
    [InlineData("Data Source=", "names no file")]
    [InlineData("Foreign Keys=true", "names no file")]
    [InlineData("Data Source=river.db;Mode=ReadOnly", "Mode=ReadOnly")]
    [InlineData("Data Source=river.db;Cache=Shared", "Cache=Shared")]
    [InlineData("Data Source=file:river.db?mode=rwc", "URI")]
    [InlineData("Host=localhost;Database=river", "isn't a SQLite connection string")]
    [InlineData(" ", "empty")]
    public void A_connection_string_that_can_not_work_is_refused_at_once(string connectionString, string reason)
    {
        var river = new RiverBuilder(new ServiceCollection(), works: false);

        var error = Assert.Throws<ArgumentException>(() => river.UseSqlite(connectionString));

        Assert.Contains(reason, error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Null(river.Store);
    }

    [Fact]
    public async Task UseSqlite_makes_a_store_on_the_file()
    {
        var river = new RiverBuilder(new ServiceCollection(), works: true).UseSqlite($"Data Source={PathOf("river.db")}");
        await using var services = new ServiceCollection().BuildServiceProvider();

        await using var store = river.Store!(services, new RiverOptions());
        await store.OpenAsync(Token);

        Assert.Equal("SQLite", store.Name);
    }

    [Fact]
    public async Task A_file_without_tables_is_told_apart_wherever_it_is_noticed()
    {
        await using var store = StoreOn("river.db");
        await store.OpenAsync(Token);

        foreach (var work in (Func<Task>[])[() => store.Schema.ValidateAsync(Token), () => store.Claims.ClaimAsync(Demand, Token), () => store.Jobs.GetAsync(1, transaction: null, Token)])
        {
            var error = await Assert.ThrowsAsync<SchemaVersionException>(work);
            Assert.Contains("MigrateOnStart()", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_older_schema_is_told_by_what_it_lacks_and_can_be_migrated()
    {
        await using var store = StoreOn("river.db");
        await store.Schema.MigrateAsync(Token);
        await ExecuteAsync("DELETE FROM river_migration WHERE line = 'dotnet'; DROP TABLE river_dotnet_schedule; DROP TABLE river_dotnet_client; DROP TABLE river_dotnet_lease");

        var error = await Assert.ThrowsAsync<SchemaVersionException>(() => store.Schema.ValidateAsync(Token));
        Assert.Contains("version 1 of line 'dotnet'", error.Message, StringComparison.Ordinal);

        Assert.Equal(["dotnet", "dotnet"], (await store.Schema.MigrateAsync(Token)).Select(migration => migration.Line));
        await store.Schema.ValidateAsync(Token);
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        await using var store = StoreOn("river.db");
        await store.Schema.MigrateAsync(Token);
        await ExecuteAsync("INSERT INTO river_migration (line, version, created_at) VALUES ('dotnet', 3, 0)");

        foreach (var work in (Func<Task>[])[() => store.Schema.ValidateAsync(Token), () => store.Schema.MigrateAsync(Token)])
            Assert.Contains("newer River.Sqlite", (await Assert.ThrowsAsync<SchemaVersionException>(work)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_that_migrate_a_new_file_at_once_one_does()
    {
        var stores = Enumerable.Range(0, 6).Select(_ => StoreOn("river.db")).ToArray();

        var applied = await Task.WhenAll(stores.Select(store => store.Schema.MigrateAsync(Token)));

        Assert.Single(applied, migrations => migrations.Count == 3);
        Assert.Equal(5, applied.Count(migrations => migrations.Count == 0));
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [Fact]
    public async Task Tables_of_the_application_stay_as_they_are()
    {
        await ExecuteAsync("CREATE TABLE orders (id INTEGER PRIMARY KEY); INSERT INTO orders VALUES (1)");
        await using var store = StoreOn("river.db");

        await store.Schema.MigrateAsync(Token);

        Assert.Equal(1L, await ExecuteAsync("SELECT count(*) FROM orders"));
    }

    [Fact]
    public void A_statement_that_takes_too_long_is_given_up()
    {
        using var session = Session.Over(Open(), TimeSpan.FromMilliseconds(500));

        var error = Assert.Throws<SqliteException>(() =>
            session["WITH RECURSIVE endless (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless) SELECT count(*) FROM endless"].Value());

        Assert.True(SqliteErrors.IsTransient(error));
        Assert.IsType<StoreUnavailableException>(SqliteErrors.InWords(error, "river.db", TimeSpan.FromMilliseconds(500)));
        Assert.Equal(2L, session["SELECT 2"].Value());
    }

    [Theory]
    [InlineData(2026, 11, 21, 1_234_567)]
    [InlineData(1969, 12, 31, 0)]
    [InlineData(9999, 12, 31, 9_999_990)]
    public void A_time_is_kept_to_the_microsecond(int year, int month, int day, long ticks)
    {
        var time = new DateTimeOffset(year, month, day, 23, 59, 59, TimeSpan.Zero).AddTicks(ticks);

        Assert.Equal(time.AddTicks(-(ticks % 10)), Micros.Time(Micros.Of(time)));
    }

    [Fact]
    public void A_wait_without_end_still_gives_a_time_that_can_be_read() =>
        Assert.Equal(9999, Micros.Time(Micros.After(Micros.Of(DateTimeOffset.UnixEpoch), TimeSpan.MaxValue)).Year);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private SqliteStore StoreOn(string name) => new(new SqliteFile($"Data Source={PathOf(name)}", TimeSpan.FromSeconds(10)), TimeProvider.System);

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={PathOf("river.db")};Pooling=False");
        connection.Open();
        return connection;
    }

    private async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = Open();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(Token);
    }
}
