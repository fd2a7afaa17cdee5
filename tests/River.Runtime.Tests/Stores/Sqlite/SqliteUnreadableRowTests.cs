using River.Storage;
using Xunit;

namespace River.Tests.Stores.Sqlite;

/// <summary>Rows that only SQL written by hand can make, and no client can read as a whole.</summary>
public sealed class SqliteUnreadableRowTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tags = 'no list'")]
    [InlineData("tags = '{\"a\":1}'")]
    [InlineData("attempted_by = 'no list'")]
    [InlineData("attempted_by = '{\"a\":1}'")]
    [InlineData("errors = '[1, {}]'")]
    [InlineData("errors = 'no list'")]
    [InlineData("created_at = 9223372036854775807")]
    [InlineData("created_at = 'yesterday'")]
    [InlineData("attempted_at = 9223372036854775806")]
    public async Task An_unreadable_row_keeps_no_other_from_being_claimed_and_can_be_settled(string columns)
    {
        await using var database = await SqliteDatabase.CreateAsync(Token);
        await using var store = database.NewStore();
        var row = new JobInsert { Kind = "work", Queue = "default", Args = "{}"u8.ToArray(), MaxAttempts = 25 };
        await store.Jobs.InsertAsync([row, row], transaction: null, Token);
        await using (var connection = await database.ConnectAsync())
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"UPDATE river_job SET {columns} WHERE id = 1";
            Assert.Equal(1, await command.ExecuteNonQueryAsync(Token));
        }

        var start = await store.Presence.EnterAsync("client", TimeSpan.FromSeconds(15), Token);
        var claimed = await store.Claims.ClaimAsync(new ClaimDemand("client", [new QueueDemand("default", 2)], ["work"], start.StartedAt), Token);
        Assert.Equal([1, 2], claimed.Select(job => job.Row.Id).Order());

        await store.Presence.LeaveAsync(start, Token);
        Assert.Equal(2, (await store.Presence.OrphansAsync(expired: true, 0, 10, Token)).Count);
        Assert.Equal(2, (await store.Presence.StraysAsync(start, [], 10, Token)).Count);
        var results = await store.Claims.SettleAsync(
            [.. claimed.Select(job => new Settlement { Token = job.Token, State = JobState.Discarded, Error = new AttemptError(DateTimeOffset.UnixEpoch, 1, "bad", "") })],
            transaction: null,
            Token);
        Assert.All(results, result => Assert.True(result.Accepted));
    }
}
