using System.Diagnostics;
using Npgsql;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace River.TestSupport.Tests;

public sealed class PostgresServerTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_database_is_empty_and_its_own()
    {
        var first = await postgres.CreateDatabaseAsync(cancellationToken: Token);
        var second = await postgres.CreateDatabaseAsync(cancellationToken: Token);
        await ScalarAsync(first, "CREATE TABLE here (id int)");

        Assert.Equal(1L, await ScalarAsync(first, "SELECT count(*) FROM pg_class WHERE relname = 'here'"));
        Assert.Equal(0L, await ScalarAsync(second, "SELECT count(*) FROM pg_class WHERE relname = 'here'"));
    }

    [Fact]
    public async Task A_database_copied_from_a_template_has_its_rows()
    {
        var server = await postgres.ServerAsync();
        var template = await server.CreateDatabaseAsync(cancellationToken: Token);
        await ScalarAsync(template, "CREATE TABLE kept AS SELECT 42 AS answer");

        var copy = await server.CreateDatabaseAsync(template: new NpgsqlConnectionStringBuilder(template).Database!, cancellationToken: Token);

        Assert.Equal(42, await ScalarAsync(copy, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task A_stopped_server_starts_again_with_its_committed_data()
    {
        await using var server = await StartPrivateAsync(new() { Fsync = true });
        var database = await server.CreateDatabaseAsync(cancellationToken: Token);
        await ScalarAsync(database, "CREATE TABLE kept AS SELECT 42 AS answer");

        await server.StopImmediateAsync(Token);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ScalarAsync(database, "SELECT 1"));
        await server.StartAgainAsync(Token);

        Assert.Equal(42, await ScalarAsync(database, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task Disposing_stops_the_server_and_deletes_its_folder()
    {
        var server = await StartPrivateAsync();
        var (pid, folder) = await IdentityAsync(server.AdminConnectionString);

        await server.DisposeAsync();

        Assert.False(IsRunning(pid));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_killed_process_leaves_no_server_and_no_folder_behind()
    {
        Assert.SkipWhen(PostgresUrl.IsGiven, "The server was given by its URL, so that no process of ours holds one.");
        var holder = typeof(PostgresServerTests).Assembly.Location.Replace("River.TestSupport.Tests.dll", "River.TestSupport.ServerHolder.dll", StringComparison.Ordinal);
        using var process = Process.Start(new ProcessStartInfo("dotnet", [holder]) { RedirectStandardOutput = true })!;
        try
        {
            var connectionString = await process.StandardOutput.ReadLineAsync(Token);
            var (pid, folder) = await IdentityAsync(connectionString!);
            Assert.True(IsRunning(pid));

            process.Kill(); // SIGKILL, to this one process and none of its children
            await process.WaitForExitAsync(Token);

            await Eventually.Async(() => !IsRunning(pid) && !Directory.Exists(folder), TimeSpan.FromMinutes(2), Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    [Fact]
    public async Task A_server_that_cannot_start_says_why()
    {
        Assert.SkipWhen(PostgresUrl.IsGiven, "The server was given by its URL.");
        var options = new PostgresServerOptions { Settings = new Dictionary<string, string> { ["shared_buffers"] = "a lot" } };

        var error = await Assert.ThrowsAsync<PostgresUnavailableException>(() => PostgresServer.StartAsync(options, Token));

        Assert.Contains("invalid value for parameter \"shared_buffers\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://river:p%40ss@db.example:6432/jobs?sslmode=verify-full", "db.example", 6432, "river", "p@ss", "jobs", SslMode.VerifyFull)]
    [InlineData("postgresql://river@db.example/jobs", "db.example", 5432, "river", null, "jobs", SslMode.Prefer)]
    [InlineData("Host=db.example;Username=river;Database=jobs", "db.example", 5432, "river", null, "jobs", SslMode.Prefer)]
    public void A_url_and_a_connection_string_are_read_alike(string text, string host, int port, string user, string? password, string database, SslMode ssl)
    {
        var read = new NpgsqlConnectionStringBuilder(PostgresUrl.ToConnectionString(text));

        Assert.Equal((host, port, user, password, database, ssl), (read.Host, read.Port, read.Username, read.Password, read.Database, read.SslMode));
    }

    private static async Task<PostgresServer> StartPrivateAsync(PostgresServerOptions? options = null)
    {
        Assert.SkipWhen(PostgresUrl.IsGiven, "The server was given by its URL and is not ours to stop.");
        return await PostgresServer.StartAsync(options, Token);
    }

    private static async Task<(int Pid, string Folder)> IdentityAsync(string connectionString)
    {
        var data = (string)(await ScalarAsync(connectionString, "SHOW data_directory"))!;
        var pid = (await File.ReadAllLinesAsync(Path.Combine(data, "postmaster.pid"), Token))[0];
        return (int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture), Path.GetDirectoryName(data)!);
    }

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Token);
    }

    private static bool IsRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
