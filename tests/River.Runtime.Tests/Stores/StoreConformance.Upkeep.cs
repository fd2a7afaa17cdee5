using System.Globalization;
using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(JobState.Completed)]
    [InlineData(JobState.Cancelled)]
    [InlineData(JobState.Discarded)]
    public async Task Finalized_jobs_of_one_state_are_pruned_when_they_were_kept_long_enough(JobState state)
    {
        var others = new[] { JobState.Completed, JobState.Cancelled, JobState.Discarded }.Where(other => other != state).ToArray();
        var term = await LeadAsync(duration: 30 * Day);
        var old = await FinalizedAsync(state);
        var kept = new List<JobRow> { await FinalizedAsync(others[0]), await FinalizedAsync(others[1]) };
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        kept.Add(await FinalizedAsync(state));
        kept.Add(await InsertAsync(Job()));
        kept.Add(await InsertAsync(Job(state: JobState.Scheduled, scheduledAt: Clock.Now - Day)));
        kept.Add((await RunningAsync(Job(queue: "running"))).Row);
        Clock.Advance(Day - TimeSpan.FromMicroseconds(1));

        var pruned = await Store.Upkeep.PruneJobsAsync(term, new PruneDemand { State = state, KeptFor = Day, Looks = 100, Limit = 100 }, Token);

        Assert.Equal((1, true), (pruned.Count, pruned.IsDone));
        Assert.Null(await Store.Jobs.GetAsync(old.Id, transaction: null, Token));
        Assert.Equal(kept.Select(row => row.Id).Order(), (await AllAsync()).Select(row => row.Id).Order());
    }

    [Fact]
    public async Task Nothing_kept_means_that_every_finalized_job_goes()
    {
        var term = await LeadAsync();
        await FinalizedAsync(JobState.Completed);

        Assert.Equal(1, (await Store.Upkeep.PruneJobsAsync(term, new PruneDemand { State = JobState.Completed, KeptFor = TimeSpan.Zero, Looks = 100, Limit = 100 }, Token)).Count);
        Assert.Empty(await AllAsync());
    }

    [Fact]
    public async Task Pruning_keeps_to_its_limit_and_begins_with_the_oldest()
    {
        var term = await LeadAsync();
        var jobs = await FinalizedOneByOneAsync(5);

        var first = await Store.Upkeep.PruneJobsAsync(term, Demand(limit: 2), Token);
        Assert.Equal((2, false), (first.Count, first.IsDone));
        Assert.Equal(jobs.Skip(2).Select(job => job.Id), (await AllAsync()).Select(row => row.Id));

        var second = await Store.Upkeep.PruneJobsAsync(term, Demand(limit: 100, from: first.Next), Token);
        Assert.Equal((3, true), (second.Count, second.IsDone));
    }

    [Fact]
    public async Task Pruning_walks_past_the_jobs_that_are_kept_longer()
    {
        var term = await LeadAsync();
        var jobs = await FinalizedOneByOneAsync(10, number => number % 5 == 4 ? "default" : "kept");
        var scope = new PruneScope([], [], [], ["kept"], Rest: true);

        var (steps, next, deleted) = (0, (DateTimeOffset?)null, 0);
        Pruned step;
        do
        {
            step = await Store.Upkeep.PruneJobsAsync(term, Demand(limit: 100, looks: 3, from: next) with { Scope = scope }, Token);
            (steps, next, deleted) = (steps + 1, step.Next, deleted + step.Count);
        }
        while (!step.IsDone);

        // Three rows at a time: no step looks at all of them.
        Assert.Equal((4, 2), (steps, deleted));
        Assert.Equal(jobs.Where(job => job.Queue == "kept").Select(job => job.Id), (await AllAsync()).Select(row => row.Id));
    }

    [Fact]
    public async Task Jobs_finalized_at_one_instant_are_looked_at_together()
    {
        var term = await LeadAsync();
        foreach (var number in Enumerable.Range(0, 7))
            await FinalizedAsync(JobState.Completed, number < 6 ? "kept" : "default");
        var scope = new PruneScope([], [], [], ["kept"], Rest: true);

        var first = await Store.Upkeep.PruneJobsAsync(term, Demand(limit: 100, looks: 3) with { Scope = scope }, Token);
        var second = await Store.Upkeep.PruneJobsAsync(term, Demand(limit: 100, looks: 3, from: first.Next) with { Scope = scope }, Token);

        Assert.Equal((1, 0, true), (first.Count, second.Count, second.IsDone));
    }

    [Fact]
    public async Task A_kind_s_own_retention_goes_before_its_queue_s_and_both_before_the_rest()
    {
        var term = await LeadAsync();
        var jobs = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (kind, queue) in new[] { ("own", "own"), ("own", "plain"), ("other", "own"), ("plain", "own"), ("plain", "plain"), ("plain", "other") })
            jobs[$"{kind} on {queue}"] = (await FinalizedAsync(JobState.Completed, queue, kind)).Id;
        string[] kinds = ["own", "other"], queues = ["own", "other"];

        await PruneAsync(new PruneScope(["own"], kinds, [], queues, Rest: false));
        Assert.Equal(["other on own", "plain on other", "plain on own", "plain on plain"], await LeftAsync());
        await PruneAsync(new PruneScope([], kinds, ["own"], queues, Rest: false));
        Assert.Equal(["other on own", "plain on other", "plain on plain"], await LeftAsync());
        await PruneAsync(new PruneScope([], kinds, [], queues, Rest: true));
        Assert.Equal(["other on own", "plain on other"], await LeftAsync());
        await PruneAsync(new PruneScope(["other"], kinds, ["other"], queues, Rest: false));
        Assert.Empty(await LeftAsync());

        Task PruneAsync(PruneScope scope) => Store.Upkeep.PruneJobsAsync(term, Demand(limit: 100) with { Scope = scope }, Token);

        async Task<IEnumerable<string>> LeftAsync()
        {
            var left = (await AllAsync()).Select(row => row.Id).ToHashSet();
            return jobs.Where(job => left.Contains(job.Value)).Select(job => job.Key).Order(StringComparer.Ordinal);
        }
    }

    [Fact]
    public async Task Queues_that_nobody_has_stamped_for_long_expire_unless_somebody_decided_about_them()
    {
        var term = await LeadAsync(duration: 30 * Day);
        await Store.Queues.UpsertAsync(["old", "older", "paused", "settled", "stamped"], Token);
        await Store.Queues.PauseAsync("paused", transaction: null, Token);
        await ExecuteAsync("""UPDATE river_queue SET metadata = '{"a": 1}' WHERE name = 'settled'""");
        Clock.Advance(Day);
        Assert.Equal(0, await Store.Upkeep.ExpireQueuesAsync(term, Day, 100, Token));
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        await Store.Queues.UpsertAsync(["stamped"], Token);

        Assert.Equal(1, await Store.Upkeep.ExpireQueuesAsync(term, Day, 1, Token));
        Assert.Equal(1, await Store.Upkeep.ExpireQueuesAsync(term, Day, 100, Token));

        Assert.Equal(["paused", "settled", "stamped"], await NamesAsync("SELECT name FROM river_queue ORDER BY name"));
        Assert.True(Assert.Single(await Store.Queues.UpsertAsync(["paused"], Token)).IsPaused);
    }

    [Fact]
    public async Task Notifications_kept_as_rows_go_after_a_while()
    {
        var term = await LeadAsync();
        await NotificationAsync("old");
        await NotificationAsync("older");
        Clock.Advance(TimeSpan.FromMinutes(5));
        await NotificationAsync("young");
        Clock.Advance(TimeSpan.FromMicroseconds(1));

        Assert.Equal(1, await Store.Upkeep.PruneNotificationsAsync(term, TimeSpan.FromMinutes(5), 1, Token));
        Assert.Equal(1, await Store.Upkeep.PruneNotificationsAsync(term, TimeSpan.FromMinutes(5), 100, Token));

        Assert.Equal(["young"], await NamesAsync("SELECT payload FROM river_notification"));
    }

    [Fact]
    public async Task An_index_is_built_anew_by_the_leader() =>
        Assert.Equal(Reindexed.Done, await Store.Upkeep.ReindexAsync(await LeadAsync(), "river_job_kind", TimeSpan.FromMinutes(1), Token));

    /// <summary>Every write of the leader, on rows that it would act on, and whether it acted.</summary>
    public static TheoryData<string> LeaderWrites => [.. Writes.Keys];

    private static Dictionary<string, Func<StoreConformance, LeaderTerm, Task<bool>>> Writes { get; } = new(StringComparer.Ordinal)
    {
        ["renew"] = (test, term) => test.Store.Lease.RenewAsync(term, LeaseDuration, Token),
        ["promote"] = async (test, term) =>
        {
            await test.InsertAsync(Job(state: JobState.Scheduled));
            return (await test.Store.Due.PromoteAsync(term, 100, Token)).Count > 0;
        },
        ["prune jobs"] = async (test, term) =>
        {
            await test.FinalizedAsync(JobState.Completed);
            return (await test.Store.Upkeep.PruneJobsAsync(term, Demand(limit: 100), Token)).Count > 0;
        },
        ["prune jobs of some kinds"] = async (test, term) =>
        {
            await test.FinalizedAsync(JobState.Completed);
            return (await test.Store.Upkeep.PruneJobsAsync(term, Demand(limit: 100) with { Scope = new PruneScope(["work"], ["work"], [], [], Rest: false) }, Token)).Count > 0;
        },
        ["expire queues"] = async (test, term) =>
        {
            await test.Store.Queues.UpsertAsync(["forgotten"], Token);
            test.Clock.Advance(TimeSpan.FromMilliseconds(1));
            return await test.Store.Upkeep.ExpireQueuesAsync(term, TimeSpan.Zero, 100, Token) > 0;
        },
        ["prune notifications"] = async (test, term) =>
        {
            await test.NotificationAsync("old");
            test.Clock.Advance(TimeSpan.FromMilliseconds(1));
            return await test.Store.Upkeep.PruneNotificationsAsync(term, TimeSpan.Zero, 100, Token) > 0;
        },
        ["reindex"] = async (test, term) => await test.Store.Upkeep.ReindexAsync(term, "river_job_kind", TimeSpan.FromMinutes(1), Token) == Reindexed.Done,
    };

    [Theory]
    [MemberData(nameof(LeaderWrites))]
    public async Task A_leader_writes_while_its_term_lasts_and_nothing_afterwards(string write)
    {
        var term = await LeadAsync("leader", TimeSpan.FromMinutes(1));
        Assert.True(await Writes[write](this, term));
        await Store.Lease.RenewAsync(term, TimeSpan.FromMinutes(1), Token);
        Clock.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromMicroseconds(1));

        // Run out, though nobody has taken the lease.
        Assert.False(await Writes[write](this, term));

        // Another's.
        var other = await LeadAsync("other");
        Assert.False(await Writes[write](this, term));

        // Its own again, in a later term.
        await Store.Lease.ResignAsync(other, Token);
        Assert.False(await Writes[write](this, term));
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        var later = await LeadAsync("leader");
        Assert.False(await Writes[write](this, term));
        Assert.True(await Writes[write](this, later));
    }

    [Fact]
    public async Task The_leader_is_told_with_its_term_and_whether_it_is_one_of_ours()
    {
        Assert.Null(await Store.Lease.GetAsync(Token));
        var term = await LeadAsync("go_client", LeaseDuration);
        Assert.Equal(new LeaderInfo("go_client", term.ElectedAt, term.ElectedAt + LeaseDuration, IsForeign: true), await Other.Lease.GetAsync(Token));

        await Store.Lease.ResignAsync(term, Token);
        await ClientRowAsync("dotnet_client");
        await LeadAsync("dotnet_client", LeaseDuration);
        Assert.False((await Other.Lease.GetAsync(Token))!.IsForeign);

        Clock.Advance(LeaseDuration + TimeSpan.FromMicroseconds(1));
        Assert.Null(await Store.Lease.GetAsync(Token));
    }

    private static PruneDemand Demand(int limit, int looks = 100, DateTimeOffset? from = null) =>
        new() { State = JobState.Completed, KeptFor = TimeSpan.Zero, Looks = looks, Limit = limit, From = from };

    private async Task<JobRow> FinalizedAsync(JobState state, string queue = "default", string kind = "work")
    {
        await InsertAsync(Job(kind: kind, queue: queue));
        var claimed = Assert.Single(await ClaimAsync(1, queue, kinds: [kind]));
        return await SettledAsync(new Settlement { Token = claimed.Token, State = state });
    }

    private async Task<List<JobRow>> FinalizedOneByOneAsync(int count, Func<int, string>? queue = null)
    {
        var jobs = new List<JobRow>();
        for (var i = 0; i < count; i++)
        {
            jobs.Add(await FinalizedAsync(JobState.Completed, queue?.Invoke(i) ?? "default"));
            Clock.Advance(TimeSpan.FromMicroseconds(1));
        }

        return jobs;
    }

    private Task NotificationAsync(string payload) =>
        ExecuteAsync($"INSERT INTO river_notification (created_at, payload, topic) VALUES ({TimeText(Clock.Now)}, '{payload}', 'river_insert')");

    private Task ClientRowAsync(string id) => ExecuteAsync(
        $"INSERT INTO river_dotnet_client (id, started_at, beat_at, lease) VALUES ('{id}', {TimeText(Clock.Now)}, {TimeText(Clock.Now)}, {(IsSqlite ? "15000000" : "interval '15 s'")})");

    private bool IsSqlite => Store.Name == "SQLite";

    private string TimeText(DateTimeOffset time) => IsSqlite
        ? ((time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture)
        : $"'{time.ToString("O", CultureInfo.InvariantCulture)}'";

    private async Task ExecuteAsync(string text)
    {
        await using var connection = await Database.ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync(Token);
    }

    private async Task<List<string>> NamesAsync(string text)
    {
        await using var connection = await Database.ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await using var reader = await command.ExecuteReaderAsync(Token);
        var names = new List<string>();
        while (await reader.ReadAsync(Token))
            names.Add(reader.GetString(0));
        return names;
    }
}
