using System.Diagnostics;
using Npgsql;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Maintenance;

/// <summary>
/// Three working clients on PostgreSQL. Triggers log every write that only a leader makes, with who made it, who led at
/// that moment and until when.
/// </summary>
public sealed class LeadershipTests(PostgresFixture postgres)
{
    /// <summary>A lease, and what a busy machine adds. To the moment by a fake clock: ElectorTests.</summary>
    private static readonly TimeSpan Succession = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const string Oracle =
        """
        CREATE TABLE leader_write (at timestamptz, client text, leader text, expires_at timestamptz, what text);
        CREATE FUNCTION log_leader_write() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO leader_write
            SELECT clock_timestamp(), current_setting('application_name'), l.leader_id, l.expires_at, TG_OP || ' ' || TG_TABLE_NAME
            FROM (SELECT) AS always LEFT JOIN river_leader l ON true;
            RETURN NULL;
        END $$;
        CREATE TRIGGER promoted AFTER UPDATE ON river_job FOR EACH ROW WHEN (OLD.state IN ('scheduled', 'retryable') AND NEW.state = 'available') EXECUTE FUNCTION log_leader_write();
        CREATE TRIGGER pruned AFTER DELETE ON river_job FOR EACH ROW EXECUTE FUNCTION log_leader_write();
        CREATE TRIGGER expired AFTER DELETE ON river_queue FOR EACH ROW EXECUTE FUNCTION log_leader_write();
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_the_leader_stops_another_leads_at_once()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        var waits = new List<TimeSpan>();
        for (var round = 0; round < 3; round++)
        {
            var leader = await cluster.LeaderAsync();
            await leader.Client.StopAsync();
            waits.Add(await cluster.SucceededAsync(leader));
            await leader.Client.StartAsync();
        }

        // The second best: a busy machine's hiccups are not ours.
        Assert.InRange(waits.Order().ElementAt(1), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await cluster.AssertOnlyLeadersWroteAsync();
    }

    [Fact]
    public async Task When_the_leader_is_cut_off_another_leads_within_the_lease_and_the_old_one_believes_it_no_longer()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        var leader = await cluster.LeaderAsync();

        await cluster.CutOffAsync(leader);

        Assert.InRange(await cluster.SucceededAsync(leader), TimeSpan.Zero, Succession);
        Assert.False(leader.IsLeader);
        await cluster.AssertOnlyLeadersWroteAsync();
        await cluster.HealAsync(leader);
        await cluster.AssertDueJobsAreWorkedAsync();
        await cluster.AssertOnlyLeadersWroteAsync();
    }

    [Fact]
    public async Task When_the_leader_wakes_from_a_freeze_it_steps_down()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        var leader = await cluster.LeaderAsync();

        leader.Time.Add(TimeSpan.FromSeconds(20));

        Assert.InRange(await cluster.SucceededAsync(leader), TimeSpan.Zero, Succession);
        await cluster.AssertOnlyLeadersWroteAsync();
    }

    [Fact]
    public async Task A_jump_of_a_host_s_clock_changes_nothing()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        var leader = await cluster.LeaderAsync();
        var elected = await cluster.ScalarAsync("SELECT elected_at FROM river_leader");

        leader.Time.SetWall(TimeSpan.FromHours(1));
        foreach (var follower in cluster.Members.Where(member => member != leader))
            follower.Time.SetWall(TimeSpan.FromHours(-1));
        await Task.Delay(TimeSpan.FromSeconds(7), Token);

        await cluster.AssertDueJobsAreWorkedAsync();
        Assert.Equal(elected, await cluster.ScalarAsync("SELECT elected_at FROM river_leader"));
        await cluster.AssertOnlyLeadersWroteAsync();
    }

    [Fact]
    public async Task A_Go_leader_is_followed_succeeded_when_it_resigns_and_heeded_when_it_asks_for_resignation()
    {
        const string GoLeads = "INSERT INTO river_leader (leader_id, elected_at, expires_at) VALUES ('go_host', now(), now() + interval '1 hour')";
        // Ours stands again some seconds after it resigned, and a busy machine takes longer than that between two statements: the
        // Go host follows in the same transaction.
        const string GoFollows =
            $"""
            {GoLeads};
            CREATE FUNCTION go_leads() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {GoLeads}; RETURN NULL; END $$;
            CREATE TRIGGER go_follows AFTER DELETE ON river_leader FOR EACH ROW WHEN (OLD.leader_id <> 'go_host') EXECUTE FUNCTION go_leads();
            """;
        await using var cluster = await Cluster.StartAsync(postgres, members: 1, beforehand: GoFollows);
        var only = cluster.Members[0];
        await Eventually.Async(() => only.Client.Logs.All.Any(log => log.Id == 2003), Patience, Token);
        var waits = new List<TimeSpan>();
        for (var round = 0; round < 3; round++)
        {
            var id = await only.Client.EnqueueAsync(new Probe(1), new EnqueueOptions { Delay = TimeSpan.FromMilliseconds(1) });
            Assert.False(only.IsLeader);

            // As River's own statement does it.
            var began = Stopwatch.GetTimestamp();
            await cluster.ScalarAsync("WITH gone AS (DELETE FROM river_leader RETURNING leader_id) SELECT pg_notify('public.river_leadership', '{\"leader_id\" : \"go_host\", \"action\" : \"resigned\"}') FROM gone");
            await Eventually.Async(() => only.IsLeader, Patience, Token);
            waits.Add(Stopwatch.GetElapsedTime(began));
            await only.Client.SettledAsync(id, JobState.Completed);

            await cluster.ScalarAsync("SELECT pg_notify('public.river_leadership', '{\"action\":\"request_resign\",\"leader_id\":\"\"}')");
            await Eventually.Async(async () => await cluster.ScalarAsync("SELECT leader_id FROM river_leader") is "go_host", Patience, Token);
            await Eventually.Async(() => !only.IsLeader, Patience, Token);
        }

        // The second best: a busy machine's hiccups are not ours.
        Assert.InRange(waits.Order().ElementAt(1), TimeSpan.Zero, TimeSpan.FromSeconds(3));
        await cluster.AssertOnlyLeadersWroteAsync();
    }

    [Fact]
    public async Task A_statement_of_one_duty_that_is_stuck_does_not_hold_the_others_up()
    {
        await using var cluster = await Cluster.StartAsync(postgres, members: 1);
        var only = await cluster.LeaderAsync();
        var (asked, stuck) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
        only.Client.Store.ObservedUpkeep.Before = _ =>
        {
            asked.TrySetResult();
            return stuck.Task;
        };
        try
        {
            // The next statement of any duty of upkeep, half a minute away at most.
            await asked.Task.WaitAsync(Patience, Token);

            await cluster.AssertDueJobsAreWorkedAsync();
        }
        finally
        {
            stuck.SetResult();
        }
    }

    private sealed class Member(TestClient client, Skew time, string id, string role)
    {
        public TestClient Client => client;

        public Skew Time => time;

        public string Id => id;

        public string Role => role;

        public bool IsLeader => client.Engine.Run is { IsLeader: true };
    }

    private sealed class Cluster : IAsyncDisposable
    {
        private readonly TestDatabase _database;

        private Cluster(TestDatabase database) => _database = database;

        public List<Member> Members { get; } = [];

        public static async Task<Cluster> StartAsync(PostgresFixture postgres, int members = 3, string? beforehand = null)
        {
            var cluster = new Cluster(await TestDatabase.CreateAsync(Database.Postgres, postgres));
            try
            {
                await cluster.ScalarAsync(Oracle);
                if (beforehand is not null)
                    await cluster.ScalarAsync(beforehand);
                for (var i = 1; i <= members; i++)
                    cluster.Members.Add(await cluster.MemberAsync($"member_{i}"));
                foreach (var member in cluster.Members)
                    await member.Client.StartAsync();
                return cluster;
            }
            catch
            {
                await cluster.DisposeAsync();
                throw;
            }
        }

        public async Task<Member> LeaderAsync()
        {
            Member[] leading = [];
            await Eventually.Async(() => Members.Exists(member => member.IsLeader), Patience, Token);
            await AssertDueJobsAreWorkedAsync();
            await Eventually.Async(() => (leading = [.. Members.Where(member => member.IsLeader)]).Length == 1, Patience, Token);
            return leading[0];
        }

        /// <summary>Waits until another leads and does a leader's work.</summary>
        /// <returns>How long it took until another led.</returns>
        public async Task<TimeSpan> SucceededAsync(Member old)
        {
            var began = Stopwatch.GetTimestamp();
            await Eventually.Async(() => Members.Exists(member => member != old && member.IsLeader), Patience, Token);
            var took = Stopwatch.GetElapsedTime(began);
            await AssertDueJobsAreWorkedAsync();
            await Eventually.Async(() => Members.Count(member => member.IsLeader) == 1, Patience, Token);
            return took;
        }

        /// <summary>Ends the connections of a member and lets it make no new ones.</summary>
        public async Task CutOffAsync(Member member)
        {
            await ScalarAsync($"ALTER ROLE {member.Role} NOLOGIN");
            await Eventually.Async(async () => await ScalarAsync($"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{member.Role}'") is 0L, Patience, Token);
        }

        public Task HealAsync(Member member) => ScalarAsync($"ALTER ROLE {member.Role} LOGIN");

        /// <summary>A job that is due soon is promoted, by whoever leads, and worked, by whoever can.</summary>
        public async Task AssertDueJobsAreWorkedAsync()
        {
            var id = await ScalarAsync("INSERT INTO river_job (state, scheduled_at, args, kind) VALUES ('scheduled', now() + interval '300 ms', '{\"number\": 1}', 'probe') RETURNING id");
            await Eventually.Async(async () => await ScalarAsync($"SELECT state = 'completed' FROM river_job WHERE id = {id}") is not false, Patience, Token);
        }

        /// <summary>At no moment did anybody write what only the leader may but the leader, and in its term.</summary>
        public async Task AssertOnlyLeadersWroteAsync()
        {
            Assert.NotEqual(0L, await ScalarAsync("SELECT count(*) FROM leader_write"));
            Assert.Null(await ScalarAsync("SELECT w::text FROM leader_write w WHERE client IS DISTINCT FROM leader OR at > expires_at LIMIT 1"));
        }

        public Task<object?> ScalarAsync(string text) => _database.ScalarAsync(text);

        public async ValueTask DisposeAsync()
        {
            foreach (var member in Members)
            {
                await CleanUpAsync($"ALTER ROLE {member.Role} LOGIN");
                await member.Client.DisposeAsync();
                await CleanUpAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{member.Role}'");
                await CleanUpAsync($"DROP ROLE {member.Role}");
            }

            await _database.DisposeAsync();
        }

        /// <summary>Also when the test was cancelled: the server is the other tests' too.</summary>
        private async Task CleanUpAsync(string text)
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(CancellationToken.None);
            await using var command = new NpgsqlCommand(text, connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }

        private async Task<Member> MemberAsync(string id)
        {
            var role = $"river_{id}_{Guid.NewGuid():N}";
            await ScalarAsync($"CREATE ROLE {role} LOGIN SUPERUSER PASSWORD '{role}'");
            var time = new Skew();
            var own = _database.As(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Username = role, Password = role, ApplicationName = id }.ConnectionString);
            var client = TestClient.Create(own, setup =>
            {
                setup.Time = time;
                setup.Options = options =>
                {
                    options.ClientId = id;
                    options.StatementTimeout = TimeSpan.FromSeconds(3);
                    options.Retention.Completed = TimeSpan.Zero;
                };
                setup.Work<Probe>((_, _) => Task.CompletedTask);
            });
            return new Member(client, time, id, role);
        }
    }
}
