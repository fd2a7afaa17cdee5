using Npgsql;
using River.TestSupport.Faults;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.TestSupport.Tests;

public sealed class PostgresProxyTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Statements_pass_and_are_known_by_their_texts_also_when_prepared()
    {
        await using var way = await WayAsync();
        await using var connection = await way.Source.OpenConnectionAsync(Token);
        await using var command = new NpgsqlCommand("SELECT 1 + $1", connection) { Parameters = { new() { Value = 2 } } };
        await command.PrepareAsync(Token);

        Assert.Equal(3, await command.ExecuteScalarAsync(Token));
        Assert.Equal(3, await command.ExecuteScalarAsync(Token));

        var link = Assert.Single(way.Proxy.Links);
        Assert.Equal(2, link.Statements.Count(statement => statement == "SELECT 1 + $1"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_swallowed_reply_leaves_the_statement_done_and_the_client_in_doubt(bool prepared)
    {
        await using var way = await WayAsync();
        await way.RunAsync("CREATE TABLE t (x int)");
        await using var connection = await way.Source.OpenConnectionAsync(Token);
        await using var command = new NpgsqlCommand("INSERT INTO t VALUES ($1)", connection) { Parameters = { new() { Value = 2 } } };
        if (prepared)
            await command.PrepareAsync(Token);
        var cut = way.Proxy.CutReplyAsync("INSERT INTO t");

        await Assert.ThrowsAsync<NpgsqlException>(() => command.ExecuteNonQueryAsync(Token));

        await cut.WaitAsync(Token);
        Assert.Equal(1L, await way.RunAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_request_that_is_cut_never_reaches_the_server()
    {
        await using var way = await WayAsync();
        await way.RunAsync("CREATE TABLE t (x int)");
        var cut = way.Proxy.CutRequestAsync("INSERT INTO t");

        await Assert.ThrowsAsync<NpgsqlException>(() => way.RunAsync("INSERT INTO t VALUES (1)"));

        await cut.WaitAsync(Token);
        Assert.Equal(0L, await way.RunAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_swallowed_reply_to_a_commit_leaves_the_transaction_committed()
    {
        await using var way = await WayAsync();
        await way.RunAsync("CREATE TABLE t (x int)");
        await using var connection = await way.Source.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await using var command = new NpgsqlCommand("INSERT INTO t VALUES (1)", connection, transaction);
        await command.ExecuteNonQueryAsync(Token);
        var cut = way.Proxy.CutReplyAsync("COMMIT");

        await Assert.ThrowsAsync<NpgsqlException>(() => transaction.CommitAsync(Token));

        await cut.WaitAsync(Token);
        Assert.Equal(1L, await way.RunAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_silent_connection_stays_open_and_others_go_on()
    {
        await using var way = await WayAsync();
        await using var silent = await way.Source.OpenConnectionAsync(Token);
        Assert.Single(way.Proxy.Links).Silence();

        await using var command = new NpgsqlCommand("SELECT 1", silent);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => command.ExecuteScalarAsync(limit.Token));

        Assert.Equal(1L, await way.RunAsync("SELECT 1::bigint"));
    }

    [Fact]
    public async Task Nothing_passes_an_interruption_until_it_is_healed()
    {
        await using var way = await WayAsync();
        await way.RunAsync("SELECT 1::bigint");
        way.Proxy.Interrupt();
        var held = way.RunAsync("SELECT 2::bigint");
        await Assert.ThrowsAsync<TimeoutException>(() => held.WaitAsync(TimeSpan.FromMilliseconds(200), Token));

        way.Proxy.Heal();

        Assert.Equal(2L, await held);
    }

    [Fact]
    public async Task A_connection_that_is_cut_fails_on_both_sides()
    {
        await using var way = await WayAsync();
        await using var connection = await way.Source.OpenConnectionAsync(Token);
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        var backend = await command.ExecuteScalarAsync(Token);

        Assert.Single(way.Proxy.Links).Cut();

        await Assert.ThrowsAsync<NpgsqlException>(() => command.ExecuteScalarAsync(Token));
        await Eventually.Async(async () => await way.RunAsync($"SELECT count(*) FROM pg_stat_activity WHERE pid = {backend}") is 0L, TimeSpan.FromSeconds(60), Token);
    }

    private async Task<Way> WayAsync() => new(await postgres.CreateDatabaseAsync(cancellationToken: Token));

    private sealed class Way : IAsyncDisposable
    {
        public Way(string connectionString)
        {
            Proxy = PostgresProxy.Start(connectionString);
            Source = NpgsqlDataSource.Create(Proxy.ConnectionString);
        }

        public PostgresProxy Proxy { get; }

        public NpgsqlDataSource Source { get; }

        public async Task<object?> RunAsync(string sql)
        {
            await using var command = Source.CreateCommand(sql);
            return await command.ExecuteScalarAsync(Token);
        }

        public async ValueTask DisposeAsync()
        {
            await Source.DisposeAsync();
            await Proxy.DisposeAsync();
        }
    }
}
