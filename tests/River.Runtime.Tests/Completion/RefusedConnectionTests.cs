using Npgsql;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Completion;

/// <summary>Outcomes of jobs that end while the server lets this client in no more.</summary>
public sealed class RefusedConnectionTests(PostgresFixture postgres)
{
    private const int SettleRetried = 4001;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ALTER ROLE {role} PASSWORD 'two'", null, "refuses user")]
    [InlineData("ALTER ROLE {role} NOLOGIN", "ALTER ROLE {role} LOGIN", "refuses user")]
    [InlineData("ALTER DATABASE {database} ALLOW_CONNECTIONS false", "ALTER DATABASE {database} ALLOW_CONNECTIONS true", "refuses the connection")]
    [InlineData("ALTER ROLE {role} CONNECTION LIMIT 0", "ALTER ROLE {role} CONNECTION LIMIT -1", "Maximum Pool Size")]
    [InlineData("REVOKE CONNECT ON DATABASE {database} FROM PUBLIC", "GRANT CONNECT ON DATABASE {database} TO PUBLIC", "Grant it CONNECT")]
    public async Task An_outcome_waits_until_the_server_lets_the_client_in_again(string refuse, string? admit, string said)
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        var admin = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var (role, name) = ($"app_{Guid.NewGuid():N}", admin.Database!);
        admin.Database = "postgres";
        await using var server = NpgsqlDataSource.Create(admin);
        string Named(string text) => text.Replace("{role}", role, StringComparison.Ordinal).Replace("{database}", $"\"{name}\"", StringComparison.Ordinal);
        await ExecuteAsync(server, $"CREATE ROLE {role} LOGIN PASSWORD 'one'");
        await database.ScalarAsync($"GRANT ALL ON SCHEMA public TO {role}; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}");
        var passwords = Path.GetTempFileName();
        await AllowAsync(passwords, "one");
        var (started, go) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var runs = 0;
        var own = database.As(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = null, Passfile = passwords }.ConnectionString);
        var client = TestClient.Create(own, setup => setup.Work<Probe>(async (_, _) =>
        {
            Interlocked.Increment(ref runs);
            started.SetResult();
            await go.Task;
        }));
        try
        {
            await client.StartAsync();
            var id = await client.EnqueueAsync(new Probe(1));
            await started.Task.WaitAsync(Soon, Token);

            await ExecuteAsync(server, Named(refuse));
            await ExecuteAsync(server, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'");
            go.TrySetResult();
            await Eventually.Async(
                () => client.Logs.All.Any(record => record.Id == SettleRetried && record.Error?.Message.Contains(said, StringComparison.Ordinal) == true), Soon, Token);
            await AllowAsync(passwords, "two");
            if (admit is not null)
                await ExecuteAsync(server, Named(admit));

            await client.SettledAsync(id, JobState.Completed);
            Assert.Equal(1, runs);
        }
        finally
        {
            go.TrySetResult();
            File.Delete(passwords);
            // The server is the other tests' too.
            if (admit is not null)
                await ExecuteAsync(server, Named(admit), CancellationToken.None);
            await client.DisposeAsync();
            await using var owner = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false });
            await ExecuteAsync(owner, $"DROP OWNED BY {role}; DROP ROLE {role}", CancellationToken.None);
        }

        Task AllowAsync(string file, string password) =>
            File.WriteAllTextAsync(file, $"*:*:*:{role}:{(refuse.Contains("PASSWORD", StringComparison.Ordinal) ? password : "one")}\n", Token);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource server, string text, CancellationToken? token = null)
    {
        await using var command = server.CreateCommand(text);
        await command.ExecuteNonQueryAsync(token ?? Token);
    }
}
