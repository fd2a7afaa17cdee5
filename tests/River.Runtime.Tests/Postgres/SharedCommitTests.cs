using System.Text;
using Npgsql;
using River.Storage;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>
/// Enqueues that share a statement. A trigger keeps rows of kind "held" on the wire until the gate is opened, so that a test
/// says what waits meanwhile.
/// </summary>
public sealed class SharedCommitTests(PostgresDatabases databases) : PostgresTest(databases)
{
    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        try
        {
            await CleanUpAsync("DROP TRIGGER IF EXISTS hold ON river_job; DROP TRIGGER IF EXISTS refuse ON river_job; DROP FUNCTION IF EXISTS hold; DROP FUNCTION IF EXISTS refuse; DROP TABLE IF EXISTS gate; ALTER TABLE river_job ALTER COLUMN created_at TYPE timestamptz");
        }
        finally
        {
            await base.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_comes_while_a_statement_is_under_way_leaves_together()
    {
        await CloseGateAsync();
        var first = InsertAsync("held", 0);
        var others = Enumerable.Range(1, 20).Select(number => InsertAsync("work", number)).ToArray();

        await OpenGateAsync();
        await Task.WhenAll([first, .. others]);

        Assert.Equal(21L, await ScalarAsync("SELECT count(*) FROM river_job"));
        Assert.Equal(2L, await ScalarAsync("SELECT count(DISTINCT xmin::text) FROM river_job"));
    }

    [Fact]
    public async Task A_call_of_many_rows_and_a_callers_transaction_wait_for_nobody()
    {
        await CloseGateAsync();
        var first = InsertAsync("held", 0);

        await Store.Jobs.InsertAsync([.. Enumerable.Repeat(Job(), 200)], transaction: null, Token);
        await using var connection = await ConnectAsync();
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await Store.Jobs.InsertAsync([Job()], transaction, Token);
            await transaction.RollbackAsync(Token);
        }

        Assert.False(first.IsCompleted);
        Assert.Equal(200L, await ScalarAsync("SELECT count(*) FROM river_job"));
        await OpenGateAsync();
        await first;
    }

    [Fact]
    public async Task Who_cancels_while_waiting_leaves_at_once_and_is_never_enqueued()
    {
        await CloseGateAsync();
        using var cancel = new CancellationTokenSource();
        var store = Patient();
        var first = InsertAsync("held", 0, store: store);
        var leaving = InsertAsync("work", 1, cancel.Token, store);
        var staying = InsertAsync("work", 2, store: store);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.False(first.IsCompleted || staying.IsCompleted);
        await OpenGateAsync();
        await Task.WhenAll(first, staying);
        Assert.Equal("0,2", await NumbersAsync());
    }

    [Fact]
    public async Task Who_cancels_once_it_was_sent_leaves_a_second_later_without_calling_off_what_others_share()
    {
        await CloseGateAsync();
        var time = new FakeTimeProvider();
        var store = NewStore(new RiverOptions(), time: time);
        using var cancel = new CancellationTokenSource();
        var opening = InsertAsync("held", 0, store: store);
        var leaving = InsertAsync("held again", 1, cancel.Token, store);
        var staying = InsertAsync("held again", 2, store: store);
        await OpenGateAsync();
        await opening;
        await HeldAsync("held again");

        await cancel.CancelAsync();
        time.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.False(leaving.IsCompleted);
        time.Advance(TimeSpan.FromTicks(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.False(staying.IsCompleted);
        await OpenGateAsync("held again");
        await staying;
        Assert.Equal("0,1,2", await NumbersAsync());
    }

    [Theory]
    [InlineData("RAISE EXCEPTION 'not today'", "not today")]
    [InlineData("RETURN NULL", "swallow")]
    [InlineData("NEW.priority := 1 / (NEW.priority - NEW.priority); RETURN NEW", "division by zero")]
    [InlineData("NEW.args := '{}'; NEW.kind := ''; RETURN NEW", "kind_length")]
    public async Task What_a_trigger_does_to_one_callers_row_fails_that_caller_alone(string refusal, string message)
    {
        await CloseGateAsync();
        await ScalarAsync($"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refusal}; END $$; CREATE TRIGGER refuse BEFORE INSERT ON river_job FOR EACH ROW WHEN (NEW.kind = 'refused') EXECUTE FUNCTION refuse()");
        var first = InsertAsync("held", 0);
        var others = Enumerable.Range(1, 30).Select(number => InsertAsync(number % 10 == 3 ? "refused" : "work", number)).ToArray();

        await OpenGateAsync();
        await first;

        for (var number = 1; number <= others.Length; number++)
        {
            if (number % 10 == 3)
                Assert.Contains(message, (await Assert.ThrowsAnyAsync<Exception>(() => others[number - 1])).Message, StringComparison.Ordinal);
            else
                Assert.Equal($$"""{"n":{{number}}}""", Encoding.UTF8.GetString((await others[number - 1]).EncodedArgs.Span));
        }

        Assert.Equal(string.Join(',', Enumerable.Range(0, 31).Where(number => number % 10 != 3)), await NumbersAsync());
    }

    [Fact]
    public async Task What_is_refused_at_the_commit_fails_its_caller_alone()
    {
        await CloseGateAsync();
        await ScalarAsync("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'too late'; END $$; CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON river_job DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'refused') EXECUTE FUNCTION refuse()");
        var first = InsertAsync("held", 0);
        var refused = InsertAsync("refused", 1);
        var others = Enumerable.Range(2, 5).Select(number => InsertAsync("work", number)).ToArray();

        await OpenGateAsync();

        await Task.WhenAll([first, .. others]);
        Assert.Equal("too late", (await Assert.ThrowsAsync<PostgresException>(() => refused)).MessageText);
        Assert.Equal("0,2,3,4,5,6", await NumbersAsync());
    }

    [Fact]
    public async Task A_key_that_another_transaction_holds_keeps_only_its_own_caller_waiting()
    {
        await using var connection = await ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(Token);
        var holder = (await Store.Jobs.InsertAsync([Job(key: 1)], transaction, Token))[0].Job;
        var waiting = Store.Jobs.InsertAsync([Job(key: 1)], transaction: null, Token);
        var sharing = Enumerable.Range(2, 10).Select(key => Store.Jobs.InsertAsync([Job(key: (byte)key)], transaction: null, Token)).ToArray();

        // Would wait for ever if they shared the fate of the first: the holder commits after them.
        await Task.WhenAll(sharing);
        Assert.False(waiting.IsCompleted);
        await transaction.CommitAsync(Token);

        Assert.Equal((true, holder.Id), ((await waiting)[0].IsDuplicate, (await waiting)[0].Job.Id));
    }

    [Fact]
    public async Task When_the_connection_breaks_nothing_is_tried_again_and_the_next_call_gets_another()
    {
        await CloseGateAsync();
        var opening = InsertAsync("held", 0);
        var lost = Enumerable.Range(1, 3).Select(number => InsertAsync("held again", number)).ToArray();
        await OpenGateAsync();
        await opening;
        await HeldAsync("held again");

        await ScalarAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%INSERT INTO%' AND state = 'active' AND pid <> pg_backend_pid()");

        foreach (var insert in lost)
            Assert.True(Store.IsTransient(await Assert.ThrowsAnyAsync<NpgsqlException>(() => insert)));
        await OpenGateAsync("held again");
        await InsertAsync("work", 4);
        Assert.Equal("0,4", await NumbersAsync());
    }

    [Fact]
    public async Task A_poolers_word_that_it_lost_the_server_proves_nothing_and_nothing_is_tried_again()
    {
        await CloseGateAsync();
        await ScalarAsync("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'server closed the connection' USING ERRCODE = '08P01'; END $$; CREATE TRIGGER refuse BEFORE INSERT ON river_job FOR EACH ROW WHEN (NEW.kind = 'lost') EXECUTE FUNCTION refuse()");
        var first = InsertAsync("held", 0);
        var sharing = new[] { InsertAsync("work", 1), InsertAsync("lost", 2), InsertAsync("work", 3) };

        await OpenGateAsync();
        await first;

        foreach (var insert in sharing)
            Assert.Equal("08P01", (await Assert.ThrowsAsync<PostgresException>(() => insert)).SqlState);
        await InsertAsync("work", 4);
        Assert.Equal("0,4", await NumbersAsync());
    }

    [Fact]
    public async Task Who_cancels_before_a_refused_statement_is_sent_in_parts_is_never_enqueued()
    {
        await CloseGateAsync();
        await ScalarAsync("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$; CREATE TRIGGER refuse BEFORE INSERT ON river_job FOR EACH ROW WHEN (NEW.kind = 'held refused') EXECUTE FUNCTION refuse()");
        using var cancel = new CancellationTokenSource();
        var first = InsertAsync("held", 0);
        var refused = InsertAsync("held refused", 1);
        var leaving = InsertAsync("work", 2, cancel.Token);
        var staying = InsertAsync("work", 3);
        await OpenGateAsync();
        await first;
        await HeldAsync("held refused");

        await cancel.CancelAsync();
        await OpenGateAsync("held refused");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        await Assert.ThrowsAsync<PostgresException>(() => refused);
        await staying;
        Assert.Equal("0,3", await NumbersAsync());
    }

    [Fact]
    public async Task A_duplicate_of_a_row_that_nobody_can_read_fails_neither_its_caller_nor_those_that_share_the_statement()
    {
        var there = (await Store.Jobs.InsertAsync([Job(key: 1)], transaction: null, Token))[0].Job;
        await ScalarAsync("UPDATE river_job SET tags = '{{a,b},{c,d}}'");

        var inserts = new byte[] { 2, 1, 3, 4 }.Select(key => Store.Jobs.InsertAsync([Job(key: key)], transaction: null, Token)).ToArray();
        var results = (await Task.WhenAll(inserts)).Select(result => result[0]).ToArray();

        Assert.Equal([false, true, false, false], results.Select(result => result.IsDuplicate));
        Assert.Equal(there.Id, results[1].Job.Id);
        Assert.Equal(4L, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    [Fact]
    public async Task Where_no_connection_can_be_opened_those_who_wait_are_told_with_the_first()
    {
        var store = NewStore(new RiverOptions(), new NpgsqlConnectionStringBuilder(Database) { Host = "127.0.0.1", Port = 1 }.ConnectionString);

        var inserts = Enumerable.Range(0, 20).Select(number => InsertAsync("work", number, store: store)).ToArray();

        foreach (var insert in inserts)
            await Assert.ThrowsAsync<StoreUnavailableException>(() => insert);
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_fails_whose_row_took_so_long()
    {
        await CloseGateAsync();
        var store = NewStore(new RiverOptions { StatementTimeout = TimeSpan.FromSeconds(5) });
        var opening = InsertAsync("held", 0, store: store);
        var slow = InsertAsync("held again", 1, store: store);
        var quick = InsertAsync("work", 2, store: store);
        await OpenGateAsync();
        await opening;

        await quick;

        Assert.True(store.IsTransient(await Assert.ThrowsAnyAsync<Exception>(() => slow)));
        Assert.Equal("0,2", await NumbersAsync());
    }

    [Fact]
    public async Task The_end_of_the_store_sends_what_waits_or_says_that_it_was_not_sent()
    {
        await CloseGateAsync();
        var store = Patient();
        var sent = InsertAsync("held", 0, store: store);
        var waiting = InsertAsync("work", 1, store: store);

        await store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => InsertAsync("work", 2, store: store));
        await OpenGateAsync();
        await ((Task)sent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.DoesNotContain("1", await NumbersAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_store_waits_for_what_is_quickly_done()
    {
        var store = NewStore(new RiverOptions());
        var inserts = Enumerable.Range(0, 50).Select(number => InsertAsync("work", number, store: store)).ToArray();

        await store.DisposeAsync();

        await Task.WhenAll(inserts);
        Assert.Equal(50L, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    [Fact]
    public async Task From_a_small_pool_no_connection_is_kept()
    {
        var store = NewStore(new RiverOptions(), new NpgsqlConnectionStringBuilder(Database) { MaxPoolSize = 1 }.ConnectionString);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => InsertAsync("work", number, store: store)));

        Assert.Equal(20, (await store.Jobs.ListAsync(new JobFilter(), transaction: null, Token)).Count);
    }

    [Fact]
    public async Task A_change_of_the_tables_is_not_noticed()
    {
        await InsertAsync("work", 0);

        await ScalarAsync("ALTER TABLE river_job ALTER COLUMN created_at TYPE timestamptz(3)");

        await InsertAsync("work", 1);
        await Task.WhenAll(Enumerable.Range(2, 20).Select(number => InsertAsync("work", number)));
        Assert.Equal(22L, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    [Fact]
    public async Task Each_queue_of_shared_rows_is_told_once()
    {
        await CloseGateAsync();
        await using var listening = await ConnectAsync();
        var told = new List<string>();
        listening.Notification += (_, message) => told.Add(message.Payload);
        await using (var listen = new NpgsqlCommand("LISTEN \"public.river_insert\"; LISTEN \"end\"", listening))
            await listen.ExecuteNonQueryAsync(Token);
        var first = InsertAsync("held", 0);
        var others = Enumerable.Range(1, 10).Select(number => Store.Jobs.InsertAsync([Job(queue: number % 2 == 0 ? "even" : "odd")], transaction: null, Token)).ToArray();
        await OpenGateAsync();
        await first;
        await Task.WhenAll(others);

        // Comes after all that was told before it.
        await ScalarAsync("NOTIFY \"end\", 'end'");
        while (!told.Contains("end", StringComparer.Ordinal))
            await listening.WaitAsync(Token);

        Assert.Equal(["end", """{"queue": "default"}""", """{"queue": "even"}""", """{"queue": "odd"}"""], told.Order(StringComparer.Ordinal));
    }

    /// <summary>A store for whose callers no second passes, so that none gets another connection.</summary>
    private JobStore Patient() => NewStore(new RiverOptions(), time: new FakeTimeProvider());

    /// <summary>Rows of the kinds wait inside their statement until the gate of that kind is open.</summary>
    private Task CloseGateAsync() => ScalarAsync(
        """
        CREATE TABLE gate (kind text);
        CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM pg_advisory_lock_shared(hashtext(NEW.kind));
            WHILE NOT EXISTS (SELECT FROM gate WHERE kind = NEW.kind) LOOP PERFORM pg_sleep(0.005); END LOOP;
            PERFORM pg_advisory_unlock_shared(hashtext(NEW.kind));
            RETURN NEW;
        END $$;
        CREATE TRIGGER hold BEFORE INSERT ON river_job FOR EACH ROW WHEN (NEW.kind LIKE 'held%') EXECUTE FUNCTION hold();
        """);

    private Task OpenGateAsync(string kind = "held") => ScalarAsync($"INSERT INTO gate VALUES ('{kind}')");

    /// <summary>Completes when a row of the kind is on the wire.</summary>
    private async Task HeldAsync(string kind)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand($"SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND objid = (hashtext('{kind}')::bigint & 4294967295)::oid)", connection);
        while (!(bool)(await command.ExecuteScalarAsync(Token))!)
            continue;
    }

    private async Task<string> NumbersAsync() => (string)(await ScalarAsync("SELECT coalesce(string_agg(args->>'n', ',' ORDER BY (args->>'n')::integer), '') FROM river_job"))!;

    private async Task<JobRow> InsertAsync(string kind, int number, CancellationToken? token = null, JobStore? store = null)
    {
        var job = new JobInsert { Kind = kind, Queue = "default", Args = Utf8($$"""{"n":{{number}}}"""), MaxAttempts = 25 };
        return (await (store ?? Store).Jobs.InsertAsync([job], transaction: null, token ?? Token))[0].Job;
    }
}
