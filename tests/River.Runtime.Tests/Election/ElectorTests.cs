using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using River.Election;
using River.Hosting;
using River.Storage;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Election;

public sealed class ElectorTests(PostgresFixture postgres)
{
    [Theory, EachStore]
    public async Task One_of_many_leads_and_another_takes_over_when_it_resigns(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var cluster = await Cluster.StartAsync(database, 4);
        var first = await cluster.NextLeaderAsync();
        await cluster.SleepAsync();

        await cluster.StopAsync(first.Member);
        foreach (var member in cluster.Running)
            member.Elector.LeaderResigned(first.Term.LeaderId);

        // Each follower dashes after a wait of its own of at most 50 ms, and only one of them wins.
        var second = await cluster.NextLeaderAsync(step: TimeSpan.FromMilliseconds(10));
        Assert.InRange(cluster.Time.GetUtcNow() - first.EndedAt, TimeSpan.Zero, TimeSpan.FromSeconds(1));

        Assert.NotEqual(first.Member, second.Member);
        Assert.True(first.Ended.IsCancellationRequested);
        Assert.Single(cluster.Running, member => member.Elector.Term is not null);
    }

    [Theory, EachStore]
    public async Task A_leader_that_vanished_is_succeeded_when_its_lease_has_run_out(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var cluster = await Cluster.StartAsync(database, 0);
        await cluster.Store.Lease.LeadAsync("vanished", TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        cluster.Add();

        await cluster.SleepAsync();
        cluster.Time.Advance(TimeSpan.FromSeconds(6));
        await cluster.SleepAsync();
        Assert.Null(cluster.Running.Single().Elector.Term);
        for (var i = 0; i < 3; i++)
        {
            cluster.Time.Advance(TimeSpan.FromSeconds(6));
            await cluster.SleepAsync();
        }

        Assert.Equal("member-1", (await cluster.NextLeaderAsync()).Term.LeaderId);
    }

    [Theory, EachStore]
    public async Task A_leader_renews_its_lease_every_five_seconds(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var cluster = await Cluster.StartAsync(database, 1);
        var leader = await cluster.NextLeaderAsync();

        for (var i = 0; i < 12; i++)
        {
            await cluster.SleepAsync();
            cluster.Time.Advance(TimeSpan.FromSeconds(5));
        }

        await cluster.SleepAsync();
        Assert.Equal(leader.Term, leader.Member.Elector.Term);
        Assert.Null(await cluster.Store.Lease.LeadAsync("rival", TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken));
    }

    [Theory, EachStore]
    public async Task A_leader_that_is_asked_to_resign_does_and_waits_before_it_stands_again(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var cluster = await Cluster.StartAsync(database, 1);
        var leader = await cluster.NextLeaderAsync();

        leader.Member.Elector.RequestResign();
        await leader.EndedAsync();

        // As soon as it has resigned: if it stood again at once, it would be there first.
        await Eventually.Async(
            async () => await cluster.Store.Lease.LeadAsync("rival", TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken) is not null,
            TimeSpan.FromSeconds(60),
            TestContext.Current.CancellationToken);
        Assert.Null(leader.Member.Elector.Term);
    }

    [Theory, EachStore]
    public async Task The_news_that_its_predecessor_resigned_may_come_late_and_does_not_make_it_stand_again_at_once_when_it_is_asked_to_resign(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var cluster = await Cluster.StartAsync(database, 1);
        var leader = await cluster.NextLeaderAsync();
        await cluster.SleepAsync();

        leader.Member.Elector.LeaderResigned("predecessor");
        leader.Member.Elector.RequestResign();
        await leader.EndedAsync();
        await Eventually.Async(async () => await cluster.Store.Lease.GetAsync(TestContext.Current.CancellationToken) is null, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        // Many times as long as a client waits that heard of a resignation, and less than one that resigned.
        for (var i = 0; i < 4; i++)
        {
            await cluster.SleepAsync();
            cluster.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await cluster.SleepAsync();
        Assert.Null(leader.Member.Elector.Term);
        Assert.Null(await cluster.Store.Lease.GetAsync(TestContext.Current.CancellationToken));
    }

    [Theory, EachStore]
    public async Task A_leader_whose_lease_is_taken_stops_at_its_next_renewal_and_leaves_the_other_alone(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var cluster = await Cluster.StartAsync(database, 1);
        var leader = await cluster.NextLeaderAsync();
        await cluster.SleepAsync();

        await cluster.Store.Lease.ResignAsync(leader.Term, TestContext.Current.CancellationToken);
        var rival = await cluster.Store.Lease.LeadAsync("rival", TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        cluster.Time.Advance(TimeSpan.FromSeconds(5));
        await leader.EndedAsync();

        Assert.True(await cluster.Store.Lease.RenewAsync(rival!, TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken));
    }

    [Theory, EachStore]
    public async Task A_leader_that_cannot_reach_the_database_steps_down_before_its_lease_runs_out(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var cluster = await Cluster.StartAsync(database, 1);
        var leader = await cluster.NextLeaderAsync();
        var gained = cluster.Time.GetUtcNow();
        leader.Member.Lease.IsAway = true;

        while (!leader.Ended.IsCancellationRequested && cluster.Time.GetUtcNow() - gained < TimeSpan.FromSeconds(20))
        {
            await cluster.SleepAsync();
            cluster.Time.Advance(TimeSpan.FromSeconds(0.5));
        }

        await leader.EndedAsync();
        Assert.InRange(leader.EndedAt - gained, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(14.5));
    }

    [Theory, EachStore]
    public async Task A_leader_whose_database_falls_silent_steps_down_before_its_lease_runs_out(Database kind)
    {
        // A second lies between the two, which a busy machine may take.
        for (var tries = 1; !await StepsDownInTimeAsync(); tries++)
            Assert.True(tries < 3, "Its lease had run out every time.");

        async Task<bool> StepsDownInTimeAsync()
        {
            await using var database = await TestDatabase.CreateAsync(kind, postgres);
            await using var cluster = await Cluster.StartAsync(database, 1, TimeProvider.System);
            var leader = await cluster.NextLeaderAsync();
            leader.Member.Lease.IsSilent = true;

            await leader.EndedAsync();

            // By then nobody else can lead yet, which the lease itself says.
            var rival = await cluster.Store.Lease.LeadAsync("rival", TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
            leader.Member.Lease.IsSilent = false;
            return rival is null;
        }
    }

    [Theory, EachStore]
    public async Task A_leader_that_was_paused_for_longer_than_its_lease_writes_nothing_when_it_goes_on(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var cluster = await Cluster.StartAsync(database, 1);
        var leader = await cluster.NextLeaderAsync();
        await cluster.SleepAsync();
        await cluster.Store.Jobs.InsertAsync([new JobInsert { Kind = "probe", Queue = "default", Args = "{}"u8.ToArray(), MaxAttempts = 1, State = JobState.Scheduled }], transaction: null, TestContext.Current.CancellationToken);

        // The world goes on without it. What a duty sends when it wakes, before the elector has looked, is refused.
        cluster.Store.Clock = () => cluster.Time.GetUtcNow() + TimeSpan.FromSeconds(20);
        var late = await cluster.Store.Due.PromoteAsync(leader.Term, 100, TestContext.Current.CancellationToken);
        cluster.Time.Advance(TimeSpan.FromSeconds(20));
        await leader.EndedAsync();

        Assert.Equal(0, late.Count);
        Assert.NotEqual(leader.Term, leader.Member.Elector.Term);
    }

    [Theory, EachStore]
    public async Task A_vanished_leader_is_succeeded_at_the_end_of_its_lease_and_not_seconds_later(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var cluster = await Cluster.StartAsync(database, 0);
        await cluster.Store.Lease.LeadAsync("vanished", TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        var began = cluster.Time.GetUtcNow();
        cluster.Add();
        await cluster.SleepAsync();

        var next = await cluster.NextLeaderAsync(step: TimeSpan.FromMilliseconds(200));

        Assert.Equal("member-1", next.Term.LeaderId);
        Assert.InRange(next.Term.ElectedAt - began, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(15.5));
    }

    [Theory, EachStore]
    public async Task A_client_that_works_no_queue_never_leads_and_one_that_gives_up_its_queues_steps_down(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var cluster = await Cluster.StartAsync(database, 0);
        var works = true;
        cluster.Add(() => works);
        var leader = await cluster.NextLeaderAsync();
        await cluster.SleepAsync();

        works = false;
        cluster.Time.Advance(TimeSpan.FromSeconds(5));
        await leader.EndedAsync();
        for (var i = 0; i < 5; i++)
        {
            await cluster.SleepAsync();
            cluster.Time.Advance(TimeSpan.FromSeconds(6));
        }

        await cluster.SleepAsync();
        Assert.Null(await cluster.Store.Lease.GetAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A leader's term, as its duties see it.</summary>
    private sealed class Reign(Member member, LeaderTerm term, CancellationToken ended, FakeTimeProvider time)
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Member Member => member;

        public LeaderTerm Term => term;

        public CancellationToken Ended => ended;

        public DateTimeOffset EndedAt { get; private set; }

        public Task EndedAsync() => _over.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        public async Task ServeAsync()
        {
            await Task.Delay(Timeout.Infinite, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            EndedAt = time.GetUtcNow();
            _over.SetResult();
        }
    }

    private sealed class Member(Elector elector, CutOffLease lease, Task running, CancellationTokenSource stop)
    {
        public Elector Elector => elector;

        public CutOffLease Lease => lease;

        public async Task StopAsync()
        {
            await stop.CancelAsync();
            await running;
        }
    }

    /// <summary>The real lease, which a test can put out of reach.</summary>
    private sealed class CutOffLease(ILease inner) : ILease
    {
        public bool IsAway { get; set; }

        /// <summary>Whether what is asked is never answered, as over a network that has gone silent.</summary>
        public bool IsSilent { get; set; }

        private ILease Reached => IsAway ? throw new InjectedFault("away") : inner;

        private async Task<T> AskAsync<T>(Func<ILease, Task<T>> ask, CancellationToken cancellationToken)
        {
            if (IsSilent)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            return await ask(Reached);
        }

        public Task<LeaderTerm?> LeadAsync(string clientId, TimeSpan duration, CancellationToken cancellationToken) =>
            Reached.LeadAsync(clientId, duration, cancellationToken);

        public Task<bool> RenewAsync(LeaderTerm term, TimeSpan duration, CancellationToken cancellationToken) =>
            AskAsync(reached => reached.RenewAsync(term, duration, cancellationToken), cancellationToken);

        public Task ResignAsync(LeaderTerm term, CancellationToken cancellationToken) =>
            AskAsync(
                async reached =>
                {
                    await reached.ResignAsync(term, cancellationToken);
                    return true;
                },
                cancellationToken);

        public Task RequestResignAsync(System.Data.Common.DbTransaction? transaction, CancellationToken cancellationToken) => Reached.RequestResignAsync(transaction, cancellationToken);

        public Task<TimeSpan?> HeldForAsync(CancellationToken cancellationToken) => Reached.HeldForAsync(cancellationToken);

        public Task<LeaderInfo?> GetAsync(CancellationToken cancellationToken) => Reached.GetAsync(cancellationToken);
    }

    /// <summary>Electors on one database under one clock, which is also the database's.</summary>
    private sealed class Cluster : IAsyncDisposable
    {
        private readonly ConcurrentQueue<Reign> _reigns = new();
        private readonly SemaphoreSlim _reigned = new(0);
        private readonly List<Member> _members = [];
        private TimeProvider? _pace;

        private Cluster(JobStore store)
        {
            Store = store;
            Store.Clock = Time.GetUtcNow;
        }

        public FakeTimeProvider Time { get; } = new();

        public JobStore Store { get; }

        public IReadOnlyList<Member> Running => _members;

        public static async Task<Cluster> StartAsync(TestDatabase database, int members, TimeProvider? time = null)
        {
            var store = database.Open(new RiverOptions());
            await store.OpenAsync(TestContext.Current.CancellationToken);
            var cluster = new Cluster(store) { _pace = time };
            if (time is not null)
                store.Clock = null;
            for (var i = 0; i < members; i++)
                cluster.Add();
            return cluster;
        }

        public void Add(Func<bool>? works = null)
        {
            var stop = new CancellationTokenSource();
            var lease = new CutOffLease(Store.Lease);
            Member? member = null;
            var elector = new Elector(lease, $"member-{_members.Count + 1}", works ?? (static () => true), Duties, _pace ?? Time, new Randomness(_members.Count), NullLogger.Instance);
            var loop = new River.Supervision.SupervisedLoop("elector", token => elector.TurnAsync(static () => { }, token), _pace ?? Time, new Randomness(1), NullLogger.Instance);
            var begin = new TaskCompletionSource();
            member = new Member(elector, lease, RunAsync(), stop);
            _members.Add(member);
            begin.SetResult();

            async Task RunAsync()
            {
                await begin.Task;
                await loop.RunAsync(stop.Token);
            }

            Task Duties(LeaderTerm term, CancellationToken ended)
            {
                var reign = new Reign(member!, term, ended, Time);
                _reigns.Enqueue(reign);
                _reigned.Release();
                return reign.ServeAsync();
            }
        }

        /// <summary>Waits for the next leader, moving time on meanwhile if a step is given.</summary>
        public async Task<Reign> NextLeaderAsync(TimeSpan step = default)
        {
            var patience = step == default ? TimeSpan.FromSeconds(60) : TimeSpan.FromMilliseconds(50);
            for (var tries = 1; !await _reigned.WaitAsync(patience, TestContext.Current.CancellationToken); tries++)
            {
                Assert.True(step != default && tries < 100, "Nobody leads.");

                // Not while an election's statements run: a slow machine would let time run away from them.
                await SleepAsync();
                Time.Advance(step);
            }

            Assert.True(_reigns.TryDequeue(out var reign));
            return reign;
        }

        /// <summary>Waits until every elector waits for its time.</summary>
        public Task SleepAsync() => Time.WaitForTimersAsync(_members.Count, TestContext.Current.CancellationToken);

        public async Task StopAsync(Member member)
        {
            _members.Remove(member);
            await member.StopAsync();
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var member in _members)
                await member.StopAsync();
            await Store.DisposeAsync();
        }
    }
}
