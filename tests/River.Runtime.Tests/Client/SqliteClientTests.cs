using River.Tests.Stores;
using River.Tests.Stores.Sqlite;
using Xunit;

namespace River.Tests.Client;

/// <summary>The client on SQLite.</summary>
public sealed class SqliteClientTests : ClientTests
{
    private protected override async Task<StoreDatabase> CreateDatabaseAsync() =>
        await SqliteDatabase.CreateAsync(TestContext.Current.CancellationToken);

    // river-facts 11.3 topic 5
    [Fact]
    public async Task A_unique_jobs_default_states_are_stored_as_Rivers_mask()
    {
        await Jobs.EnqueueAsync(new Charge("a", "1"), cancellationToken: Token);
        await using var connection = await Database.ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT unique_states FROM river_job";

        Assert.Equal(245L, await command.ExecuteScalarAsync(Token));
    }
}
