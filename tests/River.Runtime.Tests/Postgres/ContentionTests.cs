using Npgsql;
using River.Storage;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>What happens when others hold rows, cut connections or ask at the same moment.</summary>
public sealed class ContentionTests(PostgresDatabases databases) : PostgresTest(databases)
{
    private const string MendAsks = "DROP FUNCTION IF EXISTS fail() CASCADE";

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        try
        {
            // The database is another test's afterwards.
            await CleanUpAsync(MendAsks);
        }
        finally
        {
            await base.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_lost_connection_fails_one_call_as_passing_and_the_next_one_works()
    {
        await InsertAsync(Job());
        var claimed = Assert.Single(await ClaimAsync());
        await Store.Queues.NonEmptyAsync(Token);
        await SettleAsync(claimed, JobState.Available);

        await ScalarAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

        var error = await Assert.ThrowsAnyAsync<Exception>(() => ClaimAsync());
        Assert.True(Store.IsTransient(error), error.ToString());
        claimed = Assert.Single(await ClaimAsync());
        error = await Assert.ThrowsAnyAsync<Exception>(() => SettleAsync(claimed, JobState.Completed));
        Assert.True(Store.IsTransient(error), error.ToString());
        Assert.True((await SettleAsync(claimed, JobState.Completed)).Accepted);
    }

    [Fact]
    public async Task A_lost_connection_ends_the_listening()
    {
        await using var wakeups = Store.Wakeups.ListenAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await wakeups.MoveNextAsync());

        var next = wakeups.MoveNextAsync();
        await ScalarAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await next);
        Assert.True(Store.IsTransient(error), error.ToString());
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_given_up_as_passing()
    {
        var hasty = NewStore(new RiverOptions { StatementTimeout = TimeSpan.FromSeconds(5) });
        await InsertAsync(Job());
        var claimed = Assert.Single(await ClaimAsync(store: hasty));
        await using var transaction = await HoldAsync("LOCK TABLE river_job IN EXCLUSIVE MODE");

        var error = await Assert.ThrowsAnyAsync<Exception>(() => hasty.Claims.SettleAsync([new Settlement { Token = claimed.Token, State = JobState.Completed }], transaction: null, Token));

        Assert.True(hasty.IsTransient(error), error.ToString());
        await transaction.RollbackAsync(Token);
        Assert.True((await hasty.Claims.SettleAsync([new Settlement { Token = claimed.Token, State = JobState.Completed }], transaction: null, Token))[0].Accepted);
    }

    [Fact]
    public async Task A_claim_passes_over_rows_that_others_hold()
    {
        var held = await InsertAsync(Job());
        var free = await InsertAsync(Job());
        await using var transaction = await HoldAsync($"SELECT FROM river_job WHERE id = {held.Id} FOR UPDATE");

        Assert.Equal(free.Id, Assert.Single(await ClaimAsync()).Row.Id);

        await transaction.RollbackAsync(Token);
        Assert.Equal(held.Id, Assert.Single(await ClaimAsync()).Row.Id);
    }

    [Fact]
    public async Task A_row_that_a_transaction_holds_keeps_no_other_from_being_settled()
    {
        await Store.Jobs.InsertAsync([Job(key: 1), Job(), Job()], transaction: null, Token);
        var claimed = await ClaimAsync();
        Settlement[] settlements = [.. claimed.Select(job => new Settlement { Token = job.Token, State = JobState.Completed, FollowUps = [Job()] })];
        await using var connection = await ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(Token);

        // A duplicate of a running job touches its row, which stays locked for as long as the caller's transaction lasts.
        Assert.True((await Store.Jobs.InsertAsync([Job(key: 1)], transaction, Token))[0].IsDuplicate);
        var results = await Store.Claims.SettleAsync(settlements, transaction: null, Token);
        Assert.Equal([new SettleResult(Accepted: false, JobState.Running, IsLocked: true), new(Accepted: true, JobState.Completed), new(Accepted: true, JobState.Completed)], results);
        Assert.Equal(2L, await ScalarAsync("SELECT count(*) FROM river_job WHERE state = 'available'"));
        await transaction.CommitAsync(Token);

        Assert.Equal([new SettleResult(Accepted: true, JobState.Completed)], await Store.Claims.SettleAsync(settlements[..1], transaction: null, Token));
        Assert.Equal(3L, await ScalarAsync("SELECT count(*) FROM river_job WHERE state = 'available'"));
    }

    [Fact]
    public async Task Recording_does_not_wait_for_a_row_that_a_transaction_holds()
    {
        await Store.Jobs.InsertAsync([Job()], transaction: null, Token);
        var claimed = Assert.Single(await ClaimAsync());
        await using var transaction = await HoldAsync($"SELECT FROM river_job WHERE id = {claimed.Row.Id} FOR UPDATE");

        Assert.Equal(new SettleResult(Accepted: false, JobState.Running, IsLocked: true), await Store.Claims.RecordAsync(claimed.Token, "{}"u8.ToArray(), transaction: null, Token));

        await transaction.RollbackAsync(Token);
        Assert.True((await Store.Claims.RecordAsync(claimed.Token, "{}"u8.ToArray(), transaction: null, Token)).Accepted);
    }

    [Fact]
    public async Task Many_claimers_take_each_job_once()
    {
        const int Jobs = 2000;
        await Store.Jobs.CopyAsync([.. Enumerable.Repeat(Job(), Jobs)], transaction: null, Token);
        var stores = Enumerable.Range(0, 4).Select(_ => NewStore(new RiverOptions())).ToArray();

        var claimed = await Task.WhenAll(stores.Select(async (store, i) =>
        {
            var ids = new List<long>();
            while (await ClaimAsync($"client {i}", store) is { Count: > 0 } jobs)
            {
                ids.AddRange(jobs.Select(job => job.Row.Id));
                // Another claimer may look at a row that was just claimed, and hold it for that moment.
                IReadOnlyList<Settlement> left = [.. jobs.Select(job => new Settlement { Token = job.Token, State = JobState.Completed })];
                while (left.Count > 0)
                {
                    var results = await store.Claims.SettleAsync(left, transaction: null, Token);
                    Assert.All(results, result => Assert.True(result.Accepted || result.IsLocked));
                    left = [.. left.Where((_, i) => results[i].IsLocked)];
                }
            }

            return ids;
        }));

        Assert.Equal(Jobs, claimed.Sum(ids => ids.Count));
        Assert.Equal(Jobs, claimed.SelectMany(ids => ids).Distinct().Count());
        Assert.Equal((long)Jobs, await ScalarAsync("SELECT count(*) FROM river_job WHERE state = 'completed' AND attempt = 1"));
    }

    [Fact]
    public async Task Batches_of_the_same_unique_keys_in_opposite_order_do_not_block_each_other()
    {
        var jobs = Enumerable.Range(0, 100).Select(i => Job(key: (byte)i)).ToArray();

        var inserted = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            () => Store.Jobs.InsertAsync(i % 2 == 0 ? jobs : [.. jobs.Reverse()], transaction: null, Token), Token)));

        Assert.Equal(100, inserted.SelectMany(results => results).Count(result => !result.IsDuplicate));
        Assert.All(inserted, results => Assert.Equal(100, results.Select(result => result.Job.Id).Distinct().Count()));
    }

    [Fact]
    public async Task Results_stand_in_the_order_of_a_large_call()
    {
        var jobs = Enumerable.Range(0, 3000).Select(i => new JobInsert { Kind = $"kind_{i}", Queue = "default", Args = Utf8($$"""{"i":{{i}}}"""), MaxAttempts = 25, UniqueKey = i % 3 == 0 ? Key(i) : null, UniqueStates = i % 3 == 0 ? JobStates.Default : JobStates.None }).ToArray();

        foreach (var call in new[] { jobs.Where(job => job.UniqueKey is null).ToArray(), jobs })
        {
            var results = await Store.Jobs.InsertAsync(call, transaction: null, Token);
            var kinds = (await Store.Jobs.ListAsync(new JobFilter { Limit = 10_000 }, transaction: null, Token)).ToDictionary(row => row.Id, row => row.Kind);
            Assert.Equal(call.Select(job => job.Kind), results.Select(result => kinds[result.Job.Id]));
        }

        static byte[] Key(int i) => [.. BitConverter.GetBytes(i), .. new byte[28]];
    }

    [Fact]
    public async Task A_key_that_somebody_is_inserting_holds_up_its_own_job_only()
    {
        const JobStates WithoutRetryable = JobStates.Default & ~JobStates.Retryable;
        var waiting = await FailedAsync(Job(key: 1, states: WithoutRetryable));
        var other = await FailedAsync(Job(key: 2, states: WithoutRetryable));
        var plain = await FailedAsync(Job());
        var term = (await Store.Lease.LeadAsync("leader", TimeSpan.FromMinutes(1), Token))!;
        var connection = await ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(Token);
        var rival = await Store.Jobs.InsertAsync([Job(key: 1, states: WithoutRetryable)], transaction, Token);
        Assert.False(rival[0].IsDuplicate);

        var promotion = await Store.Due.PromoteAsync(term, 100, Token);

        Assert.Equal(JobState.Available, (await GetAsync(plain)).State);
        Assert.True(promotion.Count >= 1);
        await transaction.CommitAsync(Token);
        await Store.Due.PromoteAsync(term, 100, Token);
        Assert.Equal((JobState.Discarded, JobState.Available), ((await GetAsync(waiting)).State, (await GetAsync(other)).State));
    }

    [Fact]
    public async Task A_discarded_row_does_not_block_even_if_its_states_say_so()
    {
        const JobStates States = (JobStates.Default | JobStates.Discarded) & ~JobStates.Retryable;
        var waiting = await FailedAsync(Job(key: 1, states: States));
        await InsertAsync(Job(key: 1, states: States));
        var term = (await Store.Lease.LeadAsync("leader", TimeSpan.FromMinutes(1), Token))!;

        await Store.Due.PromoteAsync(term, 100, Token);

        Assert.Equal((JobState.Discarded, States & ~JobStates.Discarded), ((await GetAsync(waiting)).State, (await GetAsync(waiting)).UniqueStates));
    }

    [Fact]
    public async Task A_promotion_takes_a_share_of_every_queue()
    {
        await Store.Jobs.InsertAsync([.. Enumerable.Repeat(Job("deep", JobState.Scheduled), 500), .. Enumerable.Repeat(Job("small", JobState.Scheduled), 3)], transaction: null, Token);
        var term = (await Store.Lease.LeadAsync("leader", TimeSpan.FromMinutes(1), Token))!;

        var first = await Store.Due.PromoteAsync(term, 100, Token);

        Assert.Equal(100, first.Count);
        Assert.Equal(3L, await ScalarAsync("SELECT count(*) FROM river_job WHERE queue = 'small' AND state = 'available'"));
        while ((await Store.Due.PromoteAsync(term, 100, Token)).Count == 100)
        {
        }

        Assert.Equal(503L, await ScalarAsync("SELECT count(*) FROM river_job WHERE state = 'available'"));
    }

    [Fact]
    public async Task Attempted_by_keeps_the_newest_hundred_and_attempts_stop_at_what_the_column_holds()
    {
        var row = await InsertAsync(Job(maxAttempts: 32767));
        await ScalarAsync($"UPDATE river_job SET attempt = 32767, attempted_by = ARRAY(SELECT 'old ' || i FROM generate_series(1, 150) AS i) WHERE id = {row.Id}");

        var claimed = Assert.Single(await ClaimAsync("newest"));

        Assert.Equal(100, claimed.Row.AttemptedBy.Count);
        Assert.Equal(("old 52", "newest"), (claimed.Row.AttemptedBy[0], claimed.Row.AttemptedBy[^1]));
        Assert.Equal(32767, claimed.Row.Attempt);
        await SettleAsync(claimed, JobState.Discarded);
        Assert.Equal(32767, (await Store.Jobs.RetryAsync(row.Id, transaction: null, Token))!.MaxAttempts);
    }

    [Fact]
    public async Task An_error_with_a_null_character_is_recorded()
    {
        await InsertAsync(Job());
        var claimed = Assert.Single(await ClaimAsync());

        await Store.Claims.SettleAsync([new Settlement { Token = claimed.Token, State = JobState.Retryable, Error = new AttemptError(DateTimeOffset.UnixEpoch, 1, "a\0b\ud800", "\0") }], transaction: null, Token);

        Assert.Equal(("a\uFFFDb\uFFFD", "\uFFFD"), ((await GetAsync(claimed.Row.Id)).Errors[0].Error, (await GetAsync(claimed.Row.Id)).Errors[0].Trace));
    }

    [Fact]
    public async Task Odd_error_entries_of_others_do_not_stop_a_claim()
    {
        var row = await InsertAsync(Job());
        await ScalarAsync($$"""UPDATE river_job SET errors = ARRAY['1', '"text"', 'null', '{}', '{"at": "yesterday", "attempt": "2", "error": 3, "trace": null}', '[]', repeat('[', 100) || repeat(']', 100)]::jsonb[] WHERE id = {{row.Id}}""");

        Assert.Equal(7, Assert.Single(await ClaimAsync()).Row.Errors.Count);
    }

    [Fact]
    public async Task A_working_client_holds_three_connections_for_long_and_no_more_than_it_uses()
    {
        var store = NewStore(new RiverOptions(), $"{Database};Application Name=budget");
        await using var wakeups = store.Wakeups.ListenAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await wakeups.MoveNextAsync());

        for (var i = 0; i < 20; i++)
        {
            await store.Jobs.InsertAsync([Job($"queue_{i}")], transaction: null, Token);
            await store.Queues.NonEmptyAsync(Token);
            await store.Claims.ClaimAsync(new ClaimDemand("client", [new QueueDemand($"queue_{i}", 10)], ["work"]), Token);
            await store.Claims.SettleAsync([new Settlement { Token = new ClaimToken(1, 1, DateTimeOffset.UnixEpoch), State = JobState.Completed }], transaction: null, Token);
        }

        Assert.Equal(4L, await ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'budget'"));
    }

    [Theory]
    [InlineData("PERFORM pg_terminate_backend(pg_backend_pid());")]
    [InlineData("RAISE EXCEPTION 'not like this';")]
    [InlineData("PERFORM pg_sleep(60);")]
    public async Task What_was_accepted_is_told_when_it_cannot_be_found_out_what_became_of_the_rest(string fault)
    {
        await Store.Jobs.InsertAsync([Job(), Job(), Job()], transaction: null, Token);
        var claimed = await ClaimAsync();
        await ScalarAsync($"UPDATE river_job SET attempt = attempt + 1 WHERE id = {claimed[1].Row.Id}");
        Settlement[] settlements = [.. claimed.Select(job => new Settlement { Token = job.Token, State = JobState.Completed })];

        await BreakAsksAsync(fault);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var settling = Store.Claims.SettleAsync(settlements, transaction: null, cancel.Token);
        if (fault.Contains("pg_sleep", StringComparison.Ordinal))
        {
            await Eventually.Async(async () => await ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'") is 1L, TimeSpan.FromSeconds(30), Token);
            await cancel.CancelAsync();
        }

        var results = await settling;
        await MendAsksAsync();

        Assert.Equal([(true, false, false), (false, true, true), (true, false, false)], results.Select(result => (result.Accepted, result.IsLocked, result.Fault is not null)));
        Assert.Equal(new SettleResult(Accepted: false, JobState.Running), await SettleAsync(claimed[1], JobState.Completed));
    }

    [Fact]
    public async Task Where_nothing_was_accepted_the_error_of_finding_out_why_is_told()
    {
        await InsertAsync(Job());
        var claimed = Assert.Single(await ClaimAsync());
        await ScalarAsync("UPDATE river_job SET attempt = attempt + 1");
        await BreakAsksAsync("RAISE EXCEPTION 'not like this';");

        var error = await Record.ExceptionAsync(() => SettleAsync(claimed, JobState.Completed));

        Assert.Equal("not like this", Assert.IsType<PostgresException>(error).MessageText);
    }

    /// <summary>Breaks the statement that asks why completions weren't accepted: the one before it doesn't write to this column.</summary>
    private async Task BreakAsksAsync(string fault)
    {
        await ScalarAsync($"CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {fault} RETURN NULL; END $$");
        await ScalarAsync("CREATE TRIGGER fail BEFORE UPDATE OF errors ON river_job FOR EACH STATEMENT EXECUTE FUNCTION fail()");
    }

    private Task MendAsksAsync() => ScalarAsync(MendAsks);

    private async Task<long> FailedAsync(JobInsert job)
    {
        await InsertAsync(job);
        var claimed = Assert.Single(await ClaimAsync());
        await SettleAsync(claimed, JobState.Retryable);
        return claimed.Row.Id;
    }

    private async Task<JobRow> GetAsync(long id) => (await Store.Jobs.GetAsync(id, transaction: null, Token))!;

    private async Task<NpgsqlTransaction> HoldAsync(string text)
    {
        var connection = await ConnectAsync();
        var transaction = await connection.BeginTransactionAsync(Token);
        await using var command = new NpgsqlCommand(text, connection, transaction);
        await command.ExecuteNonQueryAsync(Token);
        return transaction;
    }
}
