using Npgsql;
using River.Postgres;
using River.Storage;
using River.TestSupport.Faults;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>Who waits for an inserting statement that hangs, and for how long. A trigger keeps rows of kind "held…" waiting for a lock.</summary>
public sealed class HungInsertTests(PostgresDatabases databases) : PostgresTest(databases)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        try
        {
            await CleanUpAsync("DROP FUNCTION IF EXISTS hang() CASCADE; DROP FUNCTION IF EXISTS mark() CASCADE; DROP TABLE IF EXISTS gate");
        }
        finally
        {
            await base.DisposeAsync();
        }
    }

    [Fact]
    public async Task Those_who_wait_for_a_statement_that_hangs_get_another_connection_after_a_second()
    {
        await HangAsync();
        var time = new FakeTimeProvider();
        var store = NewStore(new RiverOptions(), time: time);
        var hung = InsertAsync(store, "held 1");
        await HeldAsync("held 1");
        var later = new[] { InsertAsync(store, "work"), InsertAsync(store, "work") };

        time.Advance(Patience);

        await Task.WhenAll(later);
        await InsertAsync(store, "work");
        Assert.False(hung.IsCompleted);
        await OpenAsync("held 1");
        await hung;
        Assert.Equal(4L, await ScalarAsync("SELECT count(*) FROM river_job"));
        await InsertAsync(store, "work");
    }

    [Fact]
    public async Task A_statement_that_is_back_within_a_second_is_overtaken_by_nobody()
    {
        await HangAsync();
        await ScalarAsync("CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.metadata := jsonb_build_object('by', pg_backend_pid()); RETURN NEW; END $$; CREATE TRIGGER mark BEFORE INSERT ON river_job FOR EACH ROW EXECUTE FUNCTION mark()");
        var time = new FakeTimeProvider();
        var store = NewStore(new RiverOptions(), time: time);
        var held = InsertAsync(store, "held 1");
        await HeldAsync("held 1");
        var later = new[] { InsertAsync(store, "work"), InsertAsync(store, "work") };

        time.Advance(Patience - TimeSpan.FromTicks(1));
        await OpenAsync("held 1");

        await Task.WhenAll([held, .. later]);
        Assert.Equal(1L, await ScalarAsync("SELECT count(DISTINCT metadata->>'by') FROM river_job"));
    }

    [Theory]
    [InlineData(12, false)]
    [InlineData(13, true)]
    public async Task In_a_pool_that_has_none_to_spare_a_statement_that_hangs_gives_nobody_another_connection(int connections, bool overtakes)
    {
        await HangAsync();
        var time = new FakeTimeProvider();
        var store = NewStore(new RiverOptions(), new NpgsqlConnectionStringBuilder(Database) { MaxPoolSize = connections }.ConnectionString, time);
        var hung = InsertAsync(store, "held 1");
        await HeldAsync("held 1");
        var armed = time.ArmedTimers;

        var later = InsertAsync(store, "work");

        // Only with a connection to give is somebody going to look whether the statement is back.
        Assert.Equal(overtakes ? 1 : 0, time.ArmedTimers - armed);
        time.Advance(Patience);
        if (overtakes)
            await later;
        Assert.Equal(overtakes, later.IsCompleted);
        Assert.False(hung.IsCompleted);
        await OpenAsync("held 1");
        await Task.WhenAll(hung, later);
        Assert.Equal(2L, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    [Fact]
    public async Task A_connection_that_fails_when_others_no_longer_wait_for_it_fails_none_of_them()
    {
        await HangAsync();
        await using var proxy = PostgresProxy.Start(Database);
        var time = new FakeTimeProvider();
        var store = NewStore(new RiverOptions { StatementTimeout = TimeSpan.FromMinutes(2) }, new NpgsqlConnectionStringBuilder(proxy.ConnectionString) { Timeout = 120 }.ConnectionString, time);
        proxy.Interrupt();
        var lost = InsertAsync(store, "work");
        // The driver may ask for encryption on a connection that it gives up again at once.
        ProxyLink? opening = null;
        await Eventually.Async(() => (opening = proxy.Links.SingleOrDefault(link => link.HasStarted)) is not null, TimeSpan.FromSeconds(30), Token);
        opening!.Silence();
        var overtaking = InsertAsync(store, "held 1");
        time.Advance(Patience);
        proxy.Heal();
        await HeldAsync("held 1");
        var waiting = InsertAsync(store, "work");

        opening.Cut();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => lost);
        Assert.False(waiting.IsCompleted);
        await OpenAsync("held 1");
        await Task.WhenAll(overtaking, waiting);
        Assert.Equal(2L, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    [Fact]
    public async Task However_many_statements_hang_the_connections_are_few_and_all_is_sent_when_they_are_done()
    {
        await HangAsync();
        var time = new FakeTimeProvider();
        var store = NewStore(new RiverOptions(), time: time);
        var hung = new List<Task>();
        for (var number = 1; number <= 3; number++)
        {
            hung.Add(InsertAsync(store, $"held {number}"));
            await HeldAsync($"held {number}", () => time.Advance(Patience));
        }

        var last = InsertAsync(store, "work");
        for (var turn = 0; turn < 5; turn++)
            time.Advance(Patience);
        Assert.Equal(3L, await ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%INSERT INTO%' AND state = 'active' AND pid <> pg_backend_pid()"));
        Assert.False(last.IsCompleted);

        for (var number = 1; number <= 3; number++)
            await OpenAsync($"held {number}");
        await Task.WhenAll([last, .. hung]);
        Assert.Equal(4L, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    [Fact]
    public async Task Large_calls_at_the_same_time_do_not_wait_for_each_other()
    {
        await HangAsync();
        var hung = InsertManyAsync("held 1", Token);
        await HeldAsync("held 1");

        await InsertManyAsync("work", Token);

        Assert.False(hung.IsCompleted);
        await OpenAsync("held 1");
        await hung;
        await InsertManyAsync("work", Token);
        Assert.Equal(600L, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    [Fact]
    public async Task A_large_call_that_is_cancelled_ends_its_statement_and_the_next_one_works()
    {
        await HangAsync();
        using var cancel = new CancellationTokenSource();
        var hung = InsertManyAsync("held 1", cancel.Token);
        await HeldAsync("held 1");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hung);
        await InsertManyAsync("work", Token);
        Assert.Equal(200L, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    [Theory]
    [InlineData("RETURN NULL", "swallow")]
    [InlineData("NEW.priority := 1 / (NEW.priority - NEW.priority); RETURN NEW", "division by zero")]
    public async Task A_large_call_says_what_a_trigger_did(string body, string message)
    {
        await ScalarAsync($"CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; END $$; CREATE TRIGGER hang BEFORE INSERT ON river_job FOR EACH ROW EXECUTE FUNCTION hang()");

        var error = await Assert.ThrowsAnyAsync<Exception>(() => InsertManyAsync("work", Token));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    [Fact]
    public async Task The_connection_goes_back_when_it_is_quiet_by_the_clients_clock()
    {
        var time = new FakeTimeProvider();
        var store = NewStore(new RiverOptions(), $"{Database};Pooling=false;Application Name=quiet", time);
        await InsertAsync(store, "work");
        Assert.Equal(1L, await ConnectionsAsync());

        // The connection begins to be quiet after the caller has its answer.
        await Eventually.Async(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                return await ConnectionsAsync() is 0L;
            },
            TimeSpan.FromSeconds(60),
            Token);

        Task<object?> ConnectionsAsync() => ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'quiet'");
    }

    [Fact]
    public async Task A_session_that_forgot_what_was_prepared_is_not_met_again_by_the_second_try()
    {
        await ScalarAsync("CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DEALLOCATE ALL'; RETURN NEW; END $$; CREATE TRIGGER hang BEFORE INSERT ON river_job FOR EACH ROW WHEN (NEW.kind = 'forgets') EXECUTE FUNCTION hang()");
        await using var source = NpgsqlDataSource.Create(Database);
        await using var store = new PostgresStore(source, ownsSource: false, new RiverOptions());

        for (var round = 0; round < 3; round++)
        {
            await InsertAsync(store, "forgets");
            await InsertAsync(store, "work");
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => InsertAsync(store, "work")));
            await store.Jobs.InsertAsync([.. Enumerable.Repeat(Job(kind: "forgets"), 150)], transaction: null, Token);
            await store.Jobs.InsertAsync([.. Enumerable.Repeat(Job(), 150)], transaction: null, Token);
        }

        Assert.Equal(3L * 312, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    private Task HangAsync() => ScalarAsync(
        """
        CREATE TABLE gate (kind text);
        CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM pg_advisory_xact_lock_shared(hashtext(NEW.kind));
            WHILE NOT EXISTS (SELECT FROM gate WHERE kind = NEW.kind) LOOP PERFORM pg_sleep(0.005); END LOOP;
            RETURN NEW;
        END $$;
        CREATE TRIGGER hang BEFORE INSERT ON river_job FOR EACH ROW WHEN (NEW.kind LIKE 'held%') EXECUTE FUNCTION hang();
        """);

    private Task OpenAsync(string kind) => ScalarAsync($"INSERT INTO gate VALUES ('{kind}')");

    /// <summary>Completes when a row of the kind is on the wire.</summary>
    private Task HeldAsync(string kind, Action? meanwhile = null) => Eventually.Async(
        async () =>
        {
            meanwhile?.Invoke();
            return await ScalarAsync($"SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND objid = (hashtext('{kind}')::bigint & 4294967295)::oid)") is true;
        },
        TimeSpan.FromSeconds(30),
        Token);

    private static Task<IReadOnlyList<EnqueueResult>> InsertAsync(JobStore store, string kind) => store.Jobs.InsertAsync([Job(kind: kind)], transaction: null, Token);

    private Task<IReadOnlyList<EnqueueResult>> InsertManyAsync(string kind, CancellationToken token) =>
        Store.Jobs.InsertAsync([.. Enumerable.Repeat(Job(kind: kind), 200)], transaction: null, token);
}
