using Npgsql;
using River.Storage;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>Completions that meet rows, or a table, that another transaction holds: ADR 21.</summary>
public sealed class HeldRowTests(PostgresDatabases databases) : PostgresTest(databases)
{
    private static readonly SettleResult Locked = new(Accepted: false, JobState.Running, IsLocked: true);
    private static readonly SettleResult Done = new(Accepted: true, JobState.Completed);

    private readonly FakeTimeProvider _time = new();

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        // The database is another test's afterwards.
        await ScalarAsync("DROP FUNCTION IF EXISTS refuse(), dawdle() CASCADE");
        await base.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Completions_beside_one_whose_row_is_held_are_written(bool pollOnly)
    {
        var store = NewStore(new RiverOptions { PollOnly = pollOnly });
        var claimed = await ClaimedAsync(3);
        await using var holder = await HoldAsync(Row(claimed[1]));

        Assert.Equal([Done, Locked, Done], await SettleAsync(store, [.. claimed.Select(Completed)]));
        Assert.Equal(2L, await ScalarAsync("SELECT count(*) FROM river_job WHERE state = 'completed' AND finalized_at IS NOT NULL"));

        await holder.RollbackAsync(Token);
        Assert.Equal([Done], await SettleAsync(store, [Completed(claimed[1])]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Outcomes_of_all_sorts_beside_a_completion_whose_row_is_held_are_written_once(bool pollOnly)
    {
        var store = NewStore(new RiverOptions { PollOnly = pollOnly });
        var claimed = await ClaimedAsync(5);
        Settlement[] settlements =
        [
            new() { Token = claimed[4].Token, State = JobState.Retryable, Error = new AttemptError(DateTimeOffset.UnixEpoch, 1, "no", "") },
            Completed(claimed[3]),
            Completed(claimed[1]),
            new() { Token = claimed[2].Token, State = JobState.Cancelled },
            Completed(claimed[0]),
        ];
        await using var holder = await HoldAsync(Row(claimed[1]));

        Assert.Equal([new(Accepted: true, JobState.Retryable), Done, Locked, new(Accepted: true, JobState.Cancelled), Done], await SettleAsync(store, settlements));
        Assert.Equal(1L, await ScalarAsync($"SELECT count(*) FROM river_job WHERE id = {claimed[4].Row.Id} AND cardinality(errors) = 1"));

        await holder.RollbackAsync(Token);
        Assert.Equal([Done], await SettleAsync(store, settlements[2..3]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_follow_up_beside_a_completion_whose_row_is_held_is_inserted_once(bool pollOnly)
    {
        var store = NewStore(new RiverOptions { PollOnly = pollOnly });
        var claimed = await ClaimedAsync(3);
        await using var holder = await HoldAsync(Row(claimed[2]));

        Assert.Equal([Done, Done, Locked], await SettleAsync(store, [Completed(claimed[0]), Completed(claimed[1]) with { FollowUps = [Job()] }, Completed(claimed[2])]));
        await holder.RollbackAsync(Token);
        Assert.Equal([Done], await SettleAsync(store, [Completed(claimed[2])]));

        Assert.Equal(1L, await ScalarAsync("SELECT count(*) FROM river_job WHERE state = 'available'"));
    }

    [Fact]
    public async Task For_a_second_after_a_wait_in_vain_other_held_rows_are_not_waited_for()
    {
        var store = NewStore(new RiverOptions(), time: _time);
        var claimed = await ClaimedAsync(3);
        await using var holder = await HoldAsync(Row(claimed[0]));
        Assert.Equal([Locked], await SettleAsync(store, [Completed(claimed[0])]));
        await RefusePassingOverAsync();

        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal("passed over", (await Assert.ThrowsAsync<PostgresException>(() => SettleAsync(store, [Completed(claimed[1])]))).MessageText);

        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal([Done, Done], await SettleAsync(store, [Completed(claimed[1]), Completed(claimed[2])]));
    }

    [Fact]
    public async Task After_waits_that_took_all_of_a_statements_time_held_rows_are_not_waited_for_either()
    {
        var store = NewStore(new RiverOptions { StatementTimeout = TimeSpan.FromSeconds(2) }, time: _time);
        var claimed = await ClaimedAsync(1);
        await ScalarAsync("CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN new; END $$");
        await ScalarAsync("CREATE TRIGGER dawdle BEFORE UPDATE ON river_job FOR EACH ROW EXECUTE FUNCTION dawdle()");

        var error = await Assert.ThrowsAsync<PostgresException>(() => SettleAsync(store, [Completed(claimed[0])]));

        Assert.Equal((PostgresErrorCodes.QueryCanceled, true, true), (error.SqlState, store.IsTransient(error), store.WroteNothing(error)));
        await ScalarAsync("DROP FUNCTION dawdle() CASCADE");
        await RefusePassingOverAsync();
        Assert.Equal("passed over", (await Assert.ThrowsAsync<PostgresException>(() => SettleAsync(store, [Completed(claimed[0])]))).MessageText);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([Done], await SettleAsync(store, [Completed(claimed[0])]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_table_that_is_held_longer_than_a_row_may_be_is_waited_for(bool pollOnly)
    {
        var store = NewStore(new RiverOptions { PollOnly = pollOnly });
        var claimed = await ClaimedAsync(1);
        await using var holder = await HoldAsync("LOCK TABLE river_job IN ACCESS EXCLUSIVE MODE");

        var settling = SettleAsync(store, [Completed(claimed[0])]);
        await Eventually.Async(
            async () => settling.IsCompleted || await ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '300 ms'") is 1L,
            TimeSpan.FromSeconds(30),
            Token);
        await holder.RollbackAsync(Token);

        Assert.Equal([Done], await settling);
    }

    /// <summary>Fails the statement that passes over held rows, and not the one that waits: that doesn't write to this column.</summary>
    private async Task RefusePassingOverAsync()
    {
        await ScalarAsync("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'passed over'; END $$");
        await ScalarAsync("CREATE TRIGGER refuse BEFORE UPDATE OF errors ON river_job FOR EACH STATEMENT EXECUTE FUNCTION refuse()");
    }

    private async Task<IReadOnlyList<ClaimedJob>> ClaimedAsync(int jobs)
    {
        await Store.Jobs.InsertAsync([.. Enumerable.Repeat(Job(), jobs)], transaction: null, Token);
        return await ClaimAsync();
    }

    private static Task<IReadOnlyList<SettleResult>> SettleAsync(JobStore store, IReadOnlyList<Settlement> settlements) =>
        store.Claims.SettleAsync(settlements, transaction: null, Token);

    private static Settlement Completed(ClaimedJob job) => new() { Token = job.Token, State = JobState.Completed };

    private static string Row(ClaimedJob job) => $"SELECT FROM river_job WHERE id = {job.Row.Id} FOR UPDATE";

    private async Task<NpgsqlTransaction> HoldAsync(string text)
    {
        var connection = await ConnectAsync();
        var transaction = await connection.BeginTransactionAsync(Token);
        await using var command = new NpgsqlCommand(text, connection, transaction);
        await command.ExecuteNonQueryAsync(Token);
        return transaction;
    }
}
