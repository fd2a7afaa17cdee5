using System.Data.Common;
using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    [Fact]
    public async Task Jobs_inserted_in_a_transaction_are_there_when_it_commits()
    {
        await InTransactionAsync(commit: true, async transaction =>
        {
            var inserted = Assert.Single(await Store.Jobs.InsertAsync([Job()], transaction, Token)).Job;
            Assert.NotNull(await Store.Jobs.GetAsync(inserted.Id, transaction, Token));
            Assert.Single(await Store.Jobs.ListAsync(new JobFilter(), transaction, Token));
            Assert.Null(await Store.Jobs.GetAsync(inserted.Id, transaction: null, Token));
            Assert.Empty(await AllAsync());
        });

        await ClaimOneAsync();
    }

    [Fact]
    public async Task Jobs_inserted_in_a_transaction_are_gone_when_it_rolls_back()
    {
        await InTransactionAsync(commit: false, transaction => Store.Jobs.InsertAsync([Job(), Job(key: Key(1))], transaction, Token));

        Assert.Empty(await AllAsync());
        Assert.False(Assert.Single(await Store.Jobs.InsertAsync([Job(key: Key(1))], transaction: null, Token)).IsDuplicate);
    }

    [Fact]
    public async Task A_duplicate_is_found_inside_a_transaction()
    {
        var stored = await InsertAsync(Job(key: Key(1)));

        await InTransactionAsync(commit: true, async transaction =>
        {
            var first = await Store.Jobs.InsertAsync([Job(key: Key(1)), Job(key: Key(2))], transaction, Token);
            var second = await Store.Jobs.InsertAsync([Job(key: Key(2))], transaction, Token);
            Assert.Equal([true, false], first.Select(result => result.IsDuplicate));
            Assert.Equal(stored.Id, first[0].Job.Id);
            Assert.Equal((true, first[1].Job.Id), (second[0].IsDuplicate, second[0].Job.Id));
        });

        Assert.Equal(2, (await AllAsync()).Count);
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 0)]
    public async Task A_copy_joins_a_transaction(bool commit, int rows)
    {
        await InTransactionAsync(commit, async transaction => Assert.Equal(3, await Store.Jobs.CopyAsync([Job(), Job(), Job()], transaction, Token)));

        Assert.Equal(rows, (await AllAsync()).Count);
    }

    [Theory]
    [InlineData(true, JobState.Completed, 2)]
    [InlineData(false, JobState.Running, 1)]
    public async Task A_settlement_joins_a_transaction_with_its_follow_ups(bool commit, JobState state, int rows)
    {
        var claimed = await RunningAsync();

        await InTransactionAsync(commit, async transaction =>
        {
            var settlement = new Settlement { Token = claimed.Token, State = JobState.Completed, FollowUps = [Job(queue: "next")], Metadata = Utf8("""{"a":1}""") };
            Assert.Equal(new SettleResult(Accepted: true, JobState.Completed), Assert.Single(await Store.Claims.SettleAsync([settlement], transaction, Token)));
            Assert.False(Assert.Single(await Store.Claims.SettleAsync([settlement], transaction, Token)).Accepted);
        });

        Assert.Equal(state, (await GetAsync(claimed.Row.Id)).State);
        Assert.Equal(rows, (await AllAsync()).Count);
        Assert.Equal(!commit, (await SettleAsync(Completed(claimed.Token))).Accepted);
    }

    [Theory]
    [InlineData(true, JobState.Cancelled)]
    [InlineData(false, JobState.Scheduled)]
    public async Task A_cancel_joins_a_transaction(bool commit, JobState state)
    {
        var row = await InStateAsync(JobState.Scheduled);

        await InTransactionAsync(commit, async transaction => Assert.Equal(JobState.Cancelled, (await Store.Jobs.CancelAsync(row.Id, transaction, Token))!.State));

        Assert.Equal(state, (await GetAsync(row.Id)).State);
    }

    [Theory]
    [InlineData(true, JobState.Available)]
    [InlineData(false, JobState.Discarded)]
    public async Task A_retry_joins_a_transaction(bool commit, JobState state)
    {
        var row = await InStateAsync(JobState.Discarded);

        await InTransactionAsync(commit, async transaction => Assert.Equal(JobState.Available, (await Store.Jobs.RetryAsync(row.Id, transaction, Token))!.State));

        Assert.Equal(state, (await GetAsync(row.Id)).State);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task A_delete_joins_a_transaction(bool commit, int rows)
    {
        var row = await InStateAsync(JobState.Completed);

        await InTransactionAsync(commit, async transaction => Assert.NotNull(await Store.Jobs.DeleteAsync(row.Id, transaction, Token)));

        Assert.Equal(rows, (await AllAsync()).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pause_joins_a_transaction(bool commit)
    {
        await Store.Queues.UpsertAsync(["default"], Token);

        await InTransactionAsync(commit, async transaction => Assert.True(await Store.Queues.PauseAsync("default", transaction, Token)));

        Assert.Equal(commit, Assert.Single(await Store.Queues.UpsertAsync(["default"], Token)).IsPaused);
    }

    [Fact]
    public async Task Only_an_open_transaction_of_the_same_provider_can_be_joined()
    {
        await using var connection = await Database.ConnectAsync();
        foreach (var end in (Func<DbTransaction, Task>[])[ended => ended.CommitAsync(Token), ended => ended.RollbackAsync(Token), ended => ended.DisposeAsync().AsTask()])
        {
            await using var transaction = await connection.BeginTransactionAsync(Token);
            Store.CheckTransaction(transaction);
            await end(transaction);
            Assert.Throws<ArgumentException>(() => Store.CheckTransaction(transaction));
        }

        Assert.Throws<ArgumentException>(() => Store.CheckTransaction(new ForeignTransaction()));
    }

    private async Task InTransactionAsync(bool commit, Func<DbTransaction, Task> work)
    {
        await using var connection = await Database.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await work(transaction);
        if (commit)
            await transaction.CommitAsync(Token);
        else
            await transaction.RollbackAsync(Token);
    }
}
