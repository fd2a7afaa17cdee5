using System.Globalization;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Maintenance;

public sealed class IdleCostTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_idle_leader_makes_at_most_two_transactions_a_second()
    {
        // One of its own: the notifications of other databases wake a listener, too, once they are many, and that is counted here.
        await using var server = await PostgresServer.StartAsync(cancellationToken: Token);
        Assert.SkipUnless(server.IsPrivate, "The server was given by its URL, and what else it does is counted too.");
        await using var database = await TestDatabase.CreateAsync(server);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.PollInterval = TimeSpan.FromSeconds(1);
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();
        await Eventually.Async(() => client.Engine.Run!.IsLeader, TimeSpan.FromSeconds(30), Token);

        // The first look of each loop is over, and the server has counted it: an idle session reports after ten seconds.
        await Task.Delay(TimeSpan.FromSeconds(12), Token);
        var (began, before) = (TimeProvider.System.GetTimestamp(), await TransactionsAsync(database));
        await Task.Delay(TimeSpan.FromSeconds(60), Token);
        var rate = (await TransactionsAsync(database) - before) / TimeProvider.System.GetElapsedTime(began).TotalSeconds;

        output.WriteLine($"{rate:0.00} transactions a second");
        Assert.InRange(rate, 0.5, 2);
    }

    /// <summary>Counted from another database, so that asking isn't counted.</summary>
    private static async Task<long> TransactionsAsync(TestDatabase database)
    {
        var own = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString);
        var name = own.Database;
        own.Database = "postgres";
        var count = await database.As(own.ConnectionString).ScalarAsync($"SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = '{name}'");
        return Convert.ToInt64(count, CultureInfo.InvariantCulture);
    }
}
