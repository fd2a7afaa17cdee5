using River.Tests.Postgres;
using River.Tests.Stores;
using Xunit;

namespace River.Tests.Client;

/// <summary>The client on PostgreSQL.</summary>
public sealed class PostgresClientTests(PostgresDatabases databases) : ClientTests, IClassFixture<PostgresDatabases>
{
    private protected override async Task<StoreDatabase> CreateDatabaseAsync() =>
        new PostgresStoreDatabase(databases, await databases.RentMigratedAsync(), new RiverOptions());

    // river-facts 11.3 topic 5
    [Fact]
    public async Task A_unique_jobs_default_states_are_stored_as_Rivers_mask()
    {
        await Jobs.EnqueueAsync(new Charge("a", "1"), cancellationToken: Token);
        await using var connection = await Database.ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT unique_states::text || ' ' || unique_states::integer FROM river_job";

        Assert.Equal("11110101 245", await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task A_read_survives_the_loss_of_its_connection()
    {
        var id = (await Jobs.EnqueueAsync(new SendMail(1), cancellationToken: Token)).Job.Id;
        // Leaves a connection in the pool, which the enqueue doesn't.
        await Jobs.GetAsync(id, Token);
        await using (var connection = await Database.ConnectAsync())
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
            await command.ExecuteNonQueryAsync(Token);
        }

        var read = Jobs.GetAsync(id, Token);
        await Time.AdvanceToNextTimerAsync(Token);

        Assert.Equal(id, (await read)?.Id);
    }
}
