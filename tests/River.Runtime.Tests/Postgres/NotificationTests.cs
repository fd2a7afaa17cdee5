using Npgsql;
using River.Storage;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>What other clients hear, to the letter: River's Go client builds and reads the same texts.</summary>
public sealed class NotificationTests(PostgresDatabases databases) : PostgresTest(databases)
{
    private const string Insert = "public.river_insert";
    private const string Control = "public.river_control";
    private const string Leadership = "public.river_leadership";

    [Fact]
    public async Task An_insert_tells_each_queue_once()
    {
        await using var heard = await HearAsync();

        await Store.Jobs.InsertAsync([Job("a"), Job("b"), Job("a"), Job("c", JobState.Scheduled, TimeSpan.FromHours(1)), Job("d", JobState.Pending)], transaction: null, Token);

        Assert.Equal([(Insert, """{"queue": "a"}"""), (Insert, """{"queue": "b"}""")], (await heard.AllAsync()).Order());
    }

    [Fact]
    public async Task A_store_knows_the_notifications_of_its_own_callers()
    {
        var other = NewStore(new RiverOptions());
        await using var listening = Store.Wakeups.ListenAsync(Token).GetAsyncEnumerator(Token);
        Assert.Equal(WakeupKind.Listening, (await NextAsync()).Kind);

        await InsertAsync(Job("one"));
        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "one", IsOwn: true), await NextAsync());
        await InsertAsync(Job("unique", key: 1));
        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "unique", IsOwn: true), await NextAsync());
        await Store.Jobs.InsertAsync([.. Enumerable.Repeat(Job("many"), 200)], transaction: null, Token);
        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "many", IsOwn: true), await NextAsync());
        await other.Jobs.InsertAsync([Job("other")], transaction: null, Token);
        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "other"), await NextAsync());

        // Who commits it nudges nobody.
        await using var connection = await ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await Store.Jobs.InsertAsync([Job("transaction")], transaction, Token);
        await transaction.CommitAsync(Token);
        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "transaction"), await NextAsync());

        async Task<Wakeup> NextAsync()
        {
            Assert.True(await listening.MoveNextAsync());
            return listening.Current;
        }
    }

    [Fact]
    public async Task An_insert_of_unique_jobs_tells_only_queues_that_received_one()
    {
        await InsertAsync(Job("a", key: 1));
        await using var heard = await HearAsync();

        await Store.Jobs.InsertAsync([Job("a", key: 1), Job("b", key: 2), Job("c", key: 2)], transaction: null, Token);

        Assert.Equal([(Insert, """{"queue": "b"}""")], await heard.AllAsync());
    }

    [Fact]
    public async Task A_copy_tells_each_queue_once()
    {
        await using var heard = await HearAsync();

        await Store.Jobs.CopyAsync([Job("a"), Job("a"), Job("b", JobState.Pending)], transaction: null, Token);

        Assert.Equal([(Insert, """{"queue": "a"}""")], await heard.AllAsync());
    }

    [Fact]
    public async Task A_retry_a_promotion_and_a_hand_back_tell_the_queue()
    {
        var row = await InsertAsync(Job("due", JobState.Scheduled));
        var term = await Store.Lease.LeadAsync("leader", TimeSpan.FromMinutes(1), Token);
        await using var heard = await HearAsync();

        await Store.Due.PromoteAsync(term!, 10, Token);
        Assert.Equal([(Insert, """{"queue": "due"}""")], await heard.AllAsync());

        await Store.Jobs.CancelAsync(row.Id, transaction: null, Token);
        await heard.AllAsync();
        await Store.Jobs.RetryAsync(row.Id, transaction: null, Token);
        Assert.Equal([(Insert, """{"queue": "due"}""")], await heard.AllAsync());

        await InsertAsync(Job());
        await heard.AllAsync();
        var claimed = Assert.Single(await ClaimAsync());
        await SettleAsync(claimed, JobState.Available, followUps: [Job("next")]);
        Assert.Equal([(Insert, """{"queue": "default"}"""), (Insert, """{"queue": "next"}""")], (await heard.AllAsync()).Order());
    }

    [Fact]
    public async Task A_job_that_waits_before_its_next_attempt_tells_nobody()
    {
        await InsertAsync(Job());
        var claimed = Assert.Single(await ClaimAsync());
        await using var heard = await HearAsync();

        await SettleAsync(claimed, JobState.Available, TimeSpan.FromSeconds(2));

        Assert.Empty(await heard.AllAsync());
    }

    [Fact]
    public async Task A_cancel_tells_the_client_that_works_the_job()
    {
        var row = await InsertAsync(Job("q"));
        await using var heard = await HearAsync();

        await Store.Jobs.CancelAsync(row.Id, transaction: null, Token);
        await Store.Jobs.CancelAsync(row.Id, transaction: null, Token);

        Assert.Equal([(Control, $$"""{"action" : "cancel", "job_id" : {{row.Id}}, "queue" : "q"}""")], await heard.AllAsync());
    }

    [Fact]
    public async Task Pause_and_resume_tell_all_clients_even_if_nothing_changes()
    {
        await Store.Queues.UpsertAsync(["q"], Token);
        await using var heard = await HearAsync();

        await Store.Queues.PauseAsync("q", transaction: null, Token);
        await Store.Queues.PauseAsync("q", transaction: null, Token);
        await Store.Queues.ResumeAsync("*", transaction: null, Token);
        await Store.Queues.PauseAsync("unknown", transaction: null, Token);

        Assert.Equal(
            [(Control, """{"action":"pause","queue":"q"}"""), (Control, """{"action":"pause","queue":"q"}"""), (Control, """{"action":"resume","queue":"*"}""")],
            await heard.AllAsync());
    }

    [Fact]
    public async Task A_leader_that_resigns_says_so()
    {
        var term = await Store.Lease.LeadAsync("me", TimeSpan.FromMinutes(1), Token);
        await using var heard = await HearAsync();

        await Store.Lease.ResignAsync(term!, Token);

        Assert.Equal([(Leadership, """{"leader_id" : "me", "action" : "resigned"}""")], await heard.AllAsync());
    }

    [Fact]
    public async Task A_rolled_back_transaction_leaves_no_row_and_tells_nobody()
    {
        await using var heard = await HearAsync();
        var connection = await ConnectAsync();
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await Store.Jobs.InsertAsync([Job(), Job(key: 1)], transaction, Token);
            await Store.Jobs.CopyAsync([Job()], transaction, Token);
            await transaction.RollbackAsync(Token);
        }

        Assert.Empty(await heard.AllAsync());
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    [Fact]
    public async Task Two_schemas_do_not_hear_each_other()
    {
        var other = NewStore(new RiverOptions { Schema = "Other_one" });
        await other.Schema.MigrateAsync(Token);
        await using var heard = await HearAsync("\"Other_one.river_insert\"");

        await other.Jobs.InsertAsync([Job("there")], transaction: null, Token);
        await InsertAsync(Job("here"));

        Assert.Equal([("Other_one.river_insert", """{"queue": "there"}"""), (Insert, """{"queue": "here"}""")], await heard.AllAsync());
        Assert.Single(await ClaimAllAsync(other));
        await ScalarAsync("DROP SCHEMA \"Other_one\" CASCADE");
    }

    [Theory]
    [InlineData("river_control", """{"action": "job_due", "in_ms": 700}""", (int)WakeupKind.JobDue, null, 0)]
    [InlineData("river_insert", """{"queue" : "q"}""", (int)WakeupKind.JobsAvailable, "q", 0)]
    [InlineData("river_control", """{"action" : "cancel", "job_id" : 9007199254740993, "queue" : "q"}""", (int)WakeupKind.CancelRequested, "q", 9007199254740993)]
    [InlineData("river_control", """{"action":"resume","queue":"*","more":[1]}""", (int)WakeupKind.QueueResumed, "*", 0)]
    [InlineData("river_leadership", """{"action":"request_resign","leader_id":""}""", (int)WakeupKind.ResignRequested, null, 0)]
    public async Task What_others_send_is_read_past_what_nobody_understands(string topic, string payload, int expected, string? queue, long jobId)
    {
        await using var wakeups = Store.Wakeups.ListenAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await wakeups.MoveNextAsync());
        var nonsense = new[] { "", "nonsense", "null", "[]", "{}", "1", """{"queue":7}""", """{"queue":"\ud800"}""", """{"action":"cancel","job_id":"1"}""", """{"action":"dance"}""", new string('{', 7000) };
        foreach (var channel in new[] { "river_insert", "river_control", "river_leadership" })
        {
            foreach (var text in nonsense)
                await ScalarAsync($"SELECT pg_notify('public.{channel}', '{text}')");
        }

        await ScalarAsync($"SELECT pg_notify('public.{topic}', '{payload}')");

        Assert.True(await wakeups.MoveNextAsync());
        Assert.Equal(((WakeupKind)expected, queue, jobId), (wakeups.Current.Kind, wakeups.Current.Queue, wakeups.Current.JobId));
    }

    private static async Task<IReadOnlyList<ClaimedJob>> ClaimAllAsync(JobStore store) =>
        await store.Claims.ClaimAsync(new ClaimDemand("client", [new QueueDemand("there", 10), new QueueDemand("here", 10)], ["work"]), Token);

    private async Task<Heard> HearAsync(string? also = null)
    {
        var connection = await ConnectAsync();
        var heard = new Heard(connection, this);
        foreach (var channel in new[] { $"\"{Insert}\"", $"\"{Control}\"", $"\"{Leadership}\"", "\"end\"", also ?? "\"end\"" })
        {
            await using var listen = new NpgsqlCommand($"LISTEN {channel}", connection);
            await listen.ExecuteNonQueryAsync(Token);
        }

        return heard;
    }

    private sealed class Heard : IAsyncDisposable
    {
        private readonly NpgsqlConnection _connection;
        private readonly NotificationTests _test;
        private readonly List<(string Channel, string Payload)> _heard = [];

        public Heard(NpgsqlConnection connection, NotificationTests test)
        {
            _connection = connection;
            _test = test;
            connection.Notification += (_, notification) => _heard.Add((notification.Channel, notification.Payload));
        }

        /// <summary>Everything sent before this call: notifications arrive in the order of commits, so one more marks the end.</summary>
        public async Task<IReadOnlyList<(string Channel, string Payload)>> AllAsync()
        {
            await _test.ScalarAsync("NOTIFY \"end\"");
            while (_heard is not [.., ("end", _)])
                await _connection.WaitAsync(Token);
            var all = _heard.SkipLast(1).ToArray();
            _heard.Clear();
            return all;
        }

        public ValueTask DisposeAsync() => _connection.DisposeAsync();
    }
}
