using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    // river-facts 11.3 topic 14
    [Fact]
    public async Task Jobs_are_claimed_by_priority_then_time_then_number()
    {
        var late = await InsertAsync(Job(priority: 2, scheduledAt: Clock.Now.AddMinutes(-1)));
        var early = await InsertAsync(Job(priority: 2, scheduledAt: Clock.Now.AddMinutes(-5)));
        var twin = await InsertAsync(Job(priority: 2, scheduledAt: Clock.Now.AddMinutes(-5)));
        var urgent = await InsertAsync(Job(priority: 1));
        var idle = await InsertAsync(Job(priority: 4, scheduledAt: Clock.Now.AddHours(-1)));

        var order = new List<long>();
        while (await ClaimAsync(1) is [var claimed])
            order.Add(claimed.Row.Id);

        Assert.Equal([urgent.Id, early.Id, twin.Id, late.Id, idle.Id], order);
    }

    // river-facts 11.3 topic 15
    [Fact]
    public async Task A_claim_marks_the_row_as_running()
    {
        var row = await InsertAsync(Job(args: """{"a":1}""", metadata: """{"b":2}""", tags: ["abc"]));
        Clock.Advance(TimeSpan.FromSeconds(3));

        var claimed = await ClaimOneAsync(client: "me");

        Assert.Equal(new ClaimToken(row.Id, 1, Clock.Now), claimed.Token);
        Assert.Equal((JobState.Running, 1, Clock.Now, row.ScheduledAt), (claimed.Row.State, claimed.Row.Attempt, claimed.Row.AttemptedAt, claimed.Row.ScheduledAt));
        Assert.Equal(["me"], claimed.Row.AttemptedBy);
        AssertSameJson("""{"a":1}""", claimed.Row.EncodedArgs);
        AssertSameJson("""{"b":2}""", claimed.Row.EncodedMetadata);
        Assert.Equal(["abc"], claimed.Row.Tags);
        AssertSame(claimed.Row, await GetAsync(row.Id));
    }

    // river-facts 11.3 topic 14
    [Fact]
    public async Task A_claim_takes_no_more_than_each_queue_has_free_slots()
    {
        foreach (var queue in (string[])["one", "two", "three"])
            await Store.Jobs.InsertAsync([.. Enumerable.Repeat(Job(queue: queue), 5)], transaction: null, Token);

        var claimed = await Store.Claims.ClaimAsync(new ClaimDemand("client", [new("three", 4), new("one", 2), new("two", 0), new("empty", 3)], ["work"]), Token);

        Assert.Equal(2, claimed.Count(job => job.Row.Queue == "one"));
        Assert.Equal(4, claimed.Count(job => job.Row.Queue == "three"));
        Assert.Equal(6, claimed.Count);
        Assert.Equal(9, (await Store.Jobs.ListAsync(new JobFilter { States = JobStates.Available }, transaction: null, Token)).Count);
    }

    [Fact]
    public async Task Jobs_of_unknown_kinds_are_passed_over()
    {
        var unknown = await InsertAsync(Job(kind: "strange"));
        var known = await InsertAsync(Job(kind: "alias"));

        var claimed = await ClaimAsync(kinds: ["work", "alias"]);

        Assert.Equal(known.Id, Assert.Single(claimed).Row.Id);
        AssertSame(unknown, await GetAsync(unknown.Id));
    }

    [Fact]
    public async Task Without_kinds_nothing_is_claimed()
    {
        await InsertAsync(Job());

        Assert.Empty(await ClaimAsync(kinds: []));
    }

    [Fact]
    public async Task Jobs_of_a_paused_queue_stay_until_it_is_resumed()
    {
        await Store.Queues.UpsertAsync(["default"], Token);
        await InsertAsync(Job());
        await Store.Queues.PauseAsync("default", transaction: null, Token);
        Assert.Empty(await ClaimAsync());

        await Store.Queues.ResumeAsync("default", transaction: null, Token);

        await ClaimOneAsync();
    }

    // river-facts 11.3 topic 14
    [Fact]
    public async Task A_job_is_not_claimed_before_its_time()
    {
        var row = await InsertAsync(Job(delay: TimeSpan.FromSeconds(3)));
        Clock.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromMicroseconds(1));
        Assert.Empty(await ClaimAsync());

        Clock.Advance(TimeSpan.FromMicroseconds(1));

        Assert.Equal(row.Id, (await ClaimOneAsync()).Row.Id);
    }

    [Theory]
    [InlineData(JobState.Scheduled)]
    [InlineData(JobState.Pending)]
    public async Task Only_available_jobs_are_claimed(JobState state)
    {
        await InsertAsync(Job(state: state, scheduledAt: Clock.Now.AddHours(-1)));

        Assert.Empty(await ClaimAsync());
    }

    // river-facts 11.3 topic 15
    [Fact]
    public async Task Two_claimers_never_share_a_job()
    {
        const int Count = 600;
        await Store.Jobs.CopyAsync([.. Enumerable.Repeat(Job(), Count)], transaction: null, Token);

        var claims = await Task.WhenAll(DrainAsync(Store, "one"), DrainAsync(Other, "two"), DrainAsync(Store, "three"));

        var all = claims.SelectMany(claim => claim).ToArray();
        Assert.Equal(Count, all.Length);
        Assert.Equal(Count, all.Select(job => job.Row.Id).Distinct().Count());
        Assert.All(all, job => Assert.Equal(1, job.Row.Attempt));

        async Task<List<ClaimedJob>> DrainAsync(JobStore store, string client)
        {
            var mine = new List<ClaimedJob>();
            while (await ClaimAsync(7, client: client, store: store) is { Count: > 0 } claimed)
                mine.AddRange(claimed);
            return mine;
        }
    }

    // river-facts 11.3 topic 16
    [Fact]
    public async Task The_newest_hundred_clients_of_a_job_are_remembered()
    {
        await InsertAsync(Job());

        for (var number = 1; number <= 103; number++)
        {
            var claimed = await ClaimOneAsync(client: $"client {number}");
            await SettledAsync(new Settlement { Token = claimed.Token, State = JobState.Available });
        }

        var row = Assert.Single(await AllAsync());
        Assert.Equal(Enumerable.Range(4, 100).Select(number => $"client {number}"), row.AttemptedBy);
        Assert.Equal(103, row.Attempt);
    }

    [Fact]
    public async Task No_two_claims_of_a_job_have_the_same_token_even_when_the_clock_stands_or_goes_back()
    {
        await InsertAsync(Job(scheduledAt: Clock.Now.AddDays(-1)));
        var tokens = new List<ClaimToken>();

        for (var round = 0; round < 4; round++)
        {
            var claimed = await ClaimOneAsync();
            tokens.Add(claimed.Token);
            await SettledAsync(new Settlement { Token = claimed.Token, State = JobState.Available, RestoreAttempt = true, Delay = TimeSpan.FromHours(-3) });
            if (round == 2)
                Clock.Advance(TimeSpan.FromHours(-1));
        }

        Assert.All(tokens, token => Assert.Equal(1, token.Attempt));
        Assert.Equal(tokens.Select(token => token.AttemptedAt).Order(), tokens.Select(token => token.AttemptedAt));
        Assert.Equal(4, tokens.Distinct().Count());
    }

    [Fact]
    public async Task Expired_jobs_are_found_by_number_after_a_number()
    {
        await Store.Jobs.InsertAsync([.. Enumerable.Repeat(Job(), 5)], transaction: null, Token);
        var old = await ClaimAsync(4);
        Clock.Advance(TimeSpan.FromMinutes(10));
        var young = await ClaimOneAsync();
        await SettledAsync(Completed(old[0].Token));

        var expired = await Store.Claims.ExpiredAsync(TimeSpan.FromMinutes(5), afterId: 0, limit: 2, Token);
        var rest = await Store.Claims.ExpiredAsync(TimeSpan.FromMinutes(5), afterId: expired[^1].Row.Id, limit: 2, Token);

        Assert.Equal(old.Skip(1).Select(job => job.Token), expired.Concat(rest).Select(job => job.Token));
        Assert.DoesNotContain(young.Row.Id, expired.Concat(rest).Select(job => job.Row.Id));
        Assert.Empty(await Store.Claims.ExpiredAsync(TimeSpan.FromMinutes(15), afterId: 0, limit: 10, Token));
    }

    [Fact]
    public async Task The_token_of_an_expired_job_settles_it()
    {
        await RunningAsync();
        Clock.Advance(TimeSpan.FromHours(2));
        var expired = Assert.Single(await Store.Claims.ExpiredAsync(TimeSpan.FromHours(1), afterId: 0, limit: 10, Token));

        var row = await SettledAsync(new Settlement { Token = expired.Token, State = JobState.Retryable, Delay = TimeSpan.FromSeconds(30) });

        Assert.Equal(JobState.Retryable, row.State);
    }
}
