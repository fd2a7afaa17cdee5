using Npgsql;
using River.Postgres;
using River.Postgres.Connections;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>A connection whose session isn't clean is closed where nothing resets it, and otherwise left to the application's pool.</summary>
public sealed class DiscardTests(PostgresDatabases databases) : PostgresTest(databases)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_our_own_pool_closes_what_is_discarded(bool isOurs)
    {
        var options = new RiverOptions();
        await using var source = isOurs ? PostgresSource.Build(Database, options) : NpgsqlDataSource.Create(Database);
        await using var database = new PostgresDatabase(source, isOurs, options, static () => null);
        int discarded;
        await using (var connection = await database.OpenAsync(Token))
        {
            discarded = connection.ProcessID;
            await using var set = new NpgsqlCommand("SET enable_seqscan = off; LISTEN leftover", connection);
            await set.ExecuteNonQueryAsync(Token);
            database.Discard();
        }

        await using var next = await database.OpenAsync(Token);
        await using var show = new NpgsqlCommand("SELECT current_setting('enable_seqscan') || ' ' || (SELECT count(*) FROM pg_listening_channels())", next);
        Assert.Equal("on 0", await show.ExecuteScalarAsync(Token));
        Assert.Equal(isOurs, next.ProcessID != discarded);
    }
}
