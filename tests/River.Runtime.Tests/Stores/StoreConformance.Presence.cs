using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    private static readonly TimeSpan HeartbeatLease = TimeSpan.FromSeconds(15);
    private static readonly BeatTerms Terms = new(HeartbeatLease, TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(8));
    private static readonly TimeSpan Microsecond = TimeSpan.FromMicroseconds(1);

    [Fact]
    public async Task A_client_starts_at_the_time_of_the_database()
    {
        Assert.Equal(new ClientStart("client", Clock.Now), await Store.Presence.EnterAsync("client", HeartbeatLease, Token));
    }

    [Fact]
    public async Task A_later_start_of_the_same_id_replaces_the_earlier()
    {
        var first = await Store.Presence.EnterAsync("client", HeartbeatLease, Token);
        var second = await Other.Presence.EnterAsync("client", HeartbeatLease, Token);

        Assert.NotEqual(first, second);
        Assert.Equal(BeatResult.Absent, await Store.Presence.BeatAsync(first, Terms, [], Token));
        Assert.True((await Other.Presence.BeatAsync(second, Terms, [], Token)).IsPresent);
    }

    [Fact]
    public async Task A_replaced_client_claims_nothing_and_its_end_ends_nobody()
    {
        await InsertAsync(Job());
        var first = await Store.Presence.EnterAsync("client", HeartbeatLease, Token);
        Clock.Advance(Microsecond);
        var second = await Other.Presence.EnterAsync("client", HeartbeatLease, Token);

        Assert.Empty(await ClaimAsAsync(first));
        var claimed = Assert.Single(await ClaimAsAsync(second));
        await Store.Presence.LeaveAsync(first, Token);

        Assert.Empty(await Store.Presence.OrphansAsync(expired: true, afterId: 0, 10, Token));
        Assert.Equal(JobState.Running, (await GetAsync(claimed.Row.Id)).State);
    }

    [Fact]
    public async Task A_client_whose_row_was_removed_is_present_again_at_its_next_beat()
    {
        var client = await Store.Presence.EnterAsync("client", HeartbeatLease, Token);
        Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, await Store.Presence.ForgetAsync(TimeSpan.FromDays(1), Token));

        Assert.True((await Store.Presence.BeatAsync(client, Terms, [], Token)).IsPresent);
        await InsertAsync(Job());
        Assert.Single(await ClaimAsAsync(client));
        Assert.Empty(await Store.Presence.OrphansAsync(expired: true, afterId: 0, 10, Token));
    }

    [Fact]
    public async Task Jobs_of_a_client_are_orphaned_when_its_lease_has_run_out()
    {
        var client = await Store.Presence.EnterAsync("client", HeartbeatLease, Token);
        await InsertAsync(Job());
        var claimed = Assert.Single(await ClaimAsAsync(client));
        Clock.Advance(TimeSpan.FromSeconds(5));
        await Store.Presence.BeatAsync(client, Terms, [claimed.Token], Token);
        Clock.Advance(HeartbeatLease);
        Assert.Empty(await Other.Presence.OrphansAsync(expired: true, afterId: 0, 10, Token));

        Clock.Advance(Microsecond);

        var orphan = Assert.Single(await Other.Presence.OrphansAsync(expired: true, afterId: 0, 10, Token));
        Assert.Equal(claimed.Token, orphan.Token);
        AssertSame(claimed.Row, orphan.Row);
        Assert.Empty(await Other.Presence.OrphansAsync(expired: false, afterId: 0, 10, Token));
        Assert.Empty(await Other.Presence.OrphansAsync(expired: true, claimed.Row.Id, 10, Token));
    }

    [Fact]
    public async Task Jobs_of_an_earlier_start_are_orphaned_at_once_and_those_of_the_new_one_are_not()
    {
        await InsertAsync(Job());
        await InsertAsync(Job());
        var before = Assert.Single(await ClaimAsAsync(await Store.Presence.EnterAsync("client", HeartbeatLease, Token), 1));
        Clock.Advance(Microsecond);

        await ClaimAsAsync(await Other.Presence.EnterAsync("client", HeartbeatLease, Token), 1);

        Assert.Equal(before.Token, Assert.Single(await Store.Presence.OrphansAsync(expired: false, afterId: 0, 10, Token)).Token);
    }

    [Fact]
    public async Task Jobs_of_a_client_that_left_are_orphaned_at_once()
    {
        var client = await Store.Presence.EnterAsync("client", HeartbeatLease, Token);
        await InsertAsync(Job());
        await ClaimAsAsync(client);

        await Store.Presence.LeaveAsync(client, Token);

        Assert.Single(await Other.Presence.OrphansAsync(expired: true, afterId: 0, 10, Token));
    }

    [Fact]
    public async Task Jobs_of_a_client_without_a_row_are_no_orphans_but_expire()
    {
        await RunningAsync();
        Clock.Advance(TimeSpan.FromHours(2));

        Assert.Empty(await Store.Presence.OrphansAsync(expired: true, afterId: 0, 10, Token));
        Assert.Single(await Store.Claims.ExpiredAsync(TimeSpan.FromHours(1), 0, 10, Token));
    }

    [Fact]
    public async Task Jobs_of_a_present_client_never_expire()
    {
        var client = await Store.Presence.EnterAsync("client", HeartbeatLease, Token);
        await InsertAsync(Job());
        await ClaimAsAsync(client);
        Clock.Advance(TimeSpan.FromDays(3));
        Assert.Single(await Store.Claims.ExpiredAsync(TimeSpan.FromHours(1), 0, 10, Token));

        await Store.Presence.BeatAsync(client, Terms, [], Token);

        Assert.Empty(await Store.Claims.ExpiredAsync(TimeSpan.FromHours(1), 0, 10, Token));
    }

    [Fact]
    public async Task Orphans_come_by_number_and_in_pages()
    {
        var client = await Store.Presence.EnterAsync("client", HeartbeatLease, Token);
        for (var i = 0; i < 5; i++)
            await InsertAsync(Job());
        var ids = (await ClaimAsAsync(client)).Select(job => job.Row.Id).Order().ToArray();
        await Store.Presence.LeaveAsync(client, Token);

        var first = await Store.Presence.OrphansAsync(expired: true, afterId: 0, 3, Token);
        var rest = await Store.Presence.OrphansAsync(expired: true, first[^1].Row.Id, 3, Token);

        Assert.Equal(ids, first.Concat(rest).Select(job => job.Row.Id));
    }

    [Fact]
    public async Task A_beat_tells_which_attempts_are_lost_and_which_are_to_be_cancelled()
    {
        var client = await Store.Presence.EnterAsync("client", HeartbeatLease, Token);
        for (var i = 0; i < 6; i++)
            await InsertAsync(Job());
        var claimed = (await ClaimAsAsync(client)).Select(job => job.Token).ToArray();
        await SettledAsync(Completed(claimed[0]));
        await SettledAsync(new Settlement { Token = claimed[1], State = JobState.Available, RestoreAttempt = true });
        Assert.Equal(claimed[1].JobId, Assert.Single(await ClaimAsAsync(client)).Token.JobId);
        await Store.Jobs.CancelAsync(claimed[2].JobId, transaction: null, Token);
        await SettledAsync(Completed(claimed[3]));
        await Store.Jobs.DeleteAsync(claimed[3].JobId, transaction: null, Token);

        var result = await Store.Presence.BeatAsync(client, Terms, claimed, Token);

        Assert.Equal([claimed[0], claimed[1], claimed[3]], result.Lost.OrderBy(token => token.JobId));
        Assert.Equal([claimed[2]], result.Cancelling);
    }

    [Fact]
    public async Task One_client_rescues_while_its_beats_come()
    {
        var first = await Store.Presence.EnterAsync("first", HeartbeatLease, Token);
        var second = await Other.Presence.EnterAsync("second", HeartbeatLease, Token);
        Assert.Equal(TimeSpan.Zero, (await Store.Presence.BeatAsync(first, Terms, [], Token)).RescuingFor);
        Assert.Null((await Other.Presence.BeatAsync(second, Terms, [], Token)).RescuingFor);

        for (var seconds = 5; seconds <= 20; seconds += 5)
        {
            Clock.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal(TimeSpan.FromSeconds(seconds), (await Store.Presence.BeatAsync(first, Terms, [], Token)).RescuingFor);
            Assert.Null((await Other.Presence.BeatAsync(second, Terms, [], Token)).RescuingFor);
        }

        Clock.Advance(Terms.RescueLease);
        Assert.Null((await Other.Presence.BeatAsync(second, Terms, [], Token)).RescuingFor);
        Clock.Advance(Microsecond);
        Assert.Equal(TimeSpan.Zero, (await Other.Presence.BeatAsync(second, Terms, [], Token)).RescuingFor);
        Assert.Null((await Store.Presence.BeatAsync(first, Terms, [], Token)).RescuingFor);
    }

    [Fact]
    public async Task A_gap_between_beats_begins_the_rescuers_time_anew()
    {
        var client = await Store.Presence.EnterAsync("client", HeartbeatLease, Token);
        await Store.Presence.BeatAsync(client, Terms, [], Token);
        Clock.Advance(Terms.LongestGap);
        Assert.Equal(Terms.LongestGap, (await Store.Presence.BeatAsync(client, Terms, [], Token)).RescuingFor);

        Clock.Advance(Terms.LongestGap + Microsecond);

        Assert.Equal(TimeSpan.Zero, (await Store.Presence.BeatAsync(client, Terms, [], Token)).RescuingFor);
    }

    [Fact]
    public async Task A_client_that_leaves_lets_another_rescue_at_once()
    {
        var first = await Store.Presence.EnterAsync("first", HeartbeatLease, Token);
        var second = await Other.Presence.EnterAsync("second", HeartbeatLease, Token);
        await Store.Presence.BeatAsync(first, Terms, [], Token);

        await Store.Presence.LeaveAsync(first, Token);

        Assert.Equal(TimeSpan.Zero, (await Other.Presence.BeatAsync(second, Terms, [], Token)).RescuingFor);
    }

    [Fact]
    public async Task The_rescuer_is_told_of_orphans_and_the_others_are_not()
    {
        var first = await Store.Presence.EnterAsync("first", HeartbeatLease, Token);
        var second = await Other.Presence.EnterAsync("second", HeartbeatLease, Token);
        var third = await Other.Presence.EnterAsync("third", HeartbeatLease, Token);
        await InsertAsync(Job());
        await ClaimAsAsync(third);
        Assert.False((await Store.Presence.BeatAsync(first, Terms, [], Token)).HasOrphans);

        await Other.Presence.LeaveAsync(third, Token);

        Assert.True((await Store.Presence.BeatAsync(first, Terms, [], Token)).HasOrphans);
        Assert.False((await Other.Presence.BeatAsync(second, Terms, [], Token)).HasOrphans);
    }

    [Fact]
    public async Task Strays_are_the_attempts_of_this_start_that_it_does_not_know()
    {
        for (var i = 0; i < 4; i++)
            await InsertAsync(Job());
        var earlier = await Store.Presence.EnterAsync("client", HeartbeatLease, Token);
        await ClaimAsAsync(earlier, 1);
        Clock.Advance(Microsecond);
        var client = await Store.Presence.EnterAsync("client", HeartbeatLease, Token);
        var known = Assert.Single(await ClaimAsAsync(client, 1));
        var stray = Assert.Single(await ClaimAsAsync(client, 1));
        await ClaimAsync(1, client: "another");

        Assert.Equal(stray.Token, Assert.Single(await Store.Presence.StraysAsync(client, [known.Token], 10, Token)).Token);
        Assert.Empty(await Store.Presence.StraysAsync(client, [known.Token, stray.Token], 10, Token));
        Assert.Single(await Store.Presence.StraysAsync(client, [], 1, Token));
    }

    [Fact]
    public async Task Rows_of_clients_long_gone_are_removed_unless_something_runs_in_their_name()
    {
        await Store.Presence.EnterAsync("idle", HeartbeatLease, Token);
        var busy = await Store.Presence.EnterAsync("busy", HeartbeatLease, Token);
        await InsertAsync(Job());
        var claimed = Assert.Single(await ClaimAsAsync(busy));
        Clock.Advance(TimeSpan.FromDays(1) + HeartbeatLease);
        Assert.Equal(0, await Store.Presence.ForgetAsync(TimeSpan.FromDays(1), Token));

        Clock.Advance(Microsecond);

        Assert.Equal(1, await Store.Presence.ForgetAsync(TimeSpan.FromDays(1), Token));
        await SettledAsync(Completed(claimed.Token));
        Assert.Equal(1, await Store.Presence.ForgetAsync(TimeSpan.FromDays(1), Token));
    }

    [Fact]
    public async Task A_clock_that_jumps_back_orphans_no_living_clients_jobs_and_stops_no_rescue()
    {
        var living = await Store.Presence.EnterAsync("living", HeartbeatLease, Token);
        var dead = await Other.Presence.EnterAsync("dead", HeartbeatLease, Token);
        await Other.Presence.BeatAsync(dead, Terms, [], Token);
        await InsertAsync(Job());
        var left = Assert.Single(await ClaimAsAsync(dead));
        Clock.Advance(TimeSpan.FromHours(-1));
        await InsertAsync(Job());

        var beat = await Store.Presence.BeatAsync(living, Terms, [], Token);
        var claimed = Assert.Single(await ClaimAsAsync(living));

        Assert.Equal(TimeSpan.Zero, beat.RescuingFor);
        Assert.Equal(left.Token, Assert.Single(await Store.Presence.OrphansAsync(expired: true, afterId: 0, 10, Token)).Token);
        Assert.Empty(await Store.Presence.StraysAsync(living, [claimed.Token], 10, Token));
        Assert.Equal(claimed.Token, Assert.Single(await Store.Presence.StraysAsync(living, [], 10, Token)).Token);
    }

    private Task<IReadOnlyList<ClaimedJob>> ClaimAsAsync(ClientStart client, int freeSlots = 100) =>
        Store.Claims.ClaimAsync(new ClaimDemand(client.ClientId, [new QueueDemand("default", freeSlots)], ["work"], client.StartedAt), Token);
}
