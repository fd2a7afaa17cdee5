using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Election;

public sealed class ResignRequestTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // river-facts 11.3 topic 45
    [Theory, EachStore]
    public async Task Any_client_asks_the_leader_to_step_down_and_another_leads(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var first = Worker(database);
        await using var second = Worker(database);
        await using var asking = Worker(database);
        await asking.Store.OpenAsync(Token);

        // Nobody leads: nothing happens.
        await asking.Jobs.RequestResignAsync(Token);
        await first.StartAsync();
        var before = await LeaderAsync(asking, first);
        await HearsAsLeaderAsync(first);
        await second.StartAsync();
        await asking.Jobs.RequestResignAsync(Token);

        var after = await LeaderAsync(asking, second);
        Assert.True(after.ElectedAt > before.ElectedAt);
        await Eventually.Async(() => second.Host.IsLeader && !first.Host.IsLeader, Patience, Token);
    }

    [Theory, EachStore]
    public async Task A_request_in_a_transaction_is_sent_by_its_commit(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var first = Worker(database);
        await using var second = Worker(database);
        await first.StartAsync();
        await LeaderAsync(first, first);
        await HearsAsLeaderAsync(first);
        await second.StartAsync();

        await using (var connection = await OpenAsync(database))
        {
            await using (var undone = await connection.BeginTransactionAsync(Token))
            {
                await second.Jobs.In(undone).RequestResignAsync(Token);
                await undone.RollbackAsync(Token);
            }

            // Told on the same channel: a request that leaked out would have come before it.
            await second.Jobs.PauseQueueAsync("default", Token);
            await Eventually.Async(() => first.Host.Queues.Any(queue => queue is { Name: "default", IsPaused: true }), Patience, Token);
            Assert.True(first.Host.IsLeader);
            await using var transaction = await connection.BeginTransactionAsync(Token);
            await second.Jobs.In(transaction).RequestResignAsync(Token);
            await transaction.CommitAsync(Token);
        }

        await LeaderAsync(first, second);
    }

    private static TestClient Worker(TestDatabase database) => TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));

    /// <summary>What is asked before it listens, or before it knows that it leads, isn't asked of it.</summary>
    private static Task HearsAsLeaderAsync(TestClient client) =>
        Eventually.Async(() => client.Host.IsLeader && client.Logs.All.Any(record => record.Id == 2003), Patience, Token);

    private static async Task<LeaderInfo> LeaderAsync(TestClient asking, TestClient leader)
    {
        LeaderInfo? info = null;
        await Eventually.Async(async () => (info = await asking.Jobs.GetLeaderAsync(Token))?.Id == leader.Host.ClientId, Patience, Token);
        return info!;
    }

    private static async Task<DbConnection> OpenAsync(TestDatabase database)
    {
        DbConnection connection = database.Kind == Database.Sqlite
            ? new SqliteConnection($"{database.ConnectionString};Pooling=False")
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }
}
