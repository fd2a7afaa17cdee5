using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    // River lets a declaration leave retryable out, so that a failed job frees its key until it is due again.
    private const JobStates WithoutRetryable = JobStates.Default & ~JobStates.Retryable;

    [Fact]
    public async Task Only_due_jobs_are_promoted()
    {
        var term = await LeadAsync();
        var scheduled = await InsertAsync(Job(queue: "one", state: JobState.Scheduled, delay: TimeSpan.FromMinutes(1)));
        var retryable = await RetryableAsync(Job(queue: "two"), TimeSpan.FromMinutes(2));
        var later = await InsertAsync(Job(queue: "three", state: JobState.Scheduled, delay: TimeSpan.FromMinutes(12)));
        var pending = await InsertAsync(Job(queue: "four", state: JobState.Pending));
        Clock.Advance(TimeSpan.FromMinutes(2));

        var promotion = await Store.Due.PromoteAsync(term, 100, Token);

        Assert.Equal((2, TimeSpan.FromMinutes(10)), (promotion.Count, promotion.NextDueIn));
        Assert.Equal(["one", "two"], promotion.Queues.Order());
        Assert.Equal((JobState.Available, scheduled.ScheduledAt), ((await GetAsync(scheduled.Id)).State, (await GetAsync(scheduled.Id)).ScheduledAt));
        Assert.Equal((JobState.Available, retryable.ScheduledAt, 1), ((await GetAsync(retryable.Id)).State, (await GetAsync(retryable.Id)).ScheduledAt, (await GetAsync(retryable.Id)).Attempt));
        AssertSame(later, await GetAsync(later.Id));
        AssertSame(pending, await GetAsync(pending.Id));
        await ClaimOneAsync("one");
    }

    [Fact]
    public async Task Without_waiting_jobs_there_is_no_next_due_time()
    {
        await InsertAsync(Job());
        await InsertAsync(Job(state: JobState.Pending));

        var promotion = await Store.Due.PromoteAsync(await LeadAsync(), 100, Token);

        Assert.Equal((0, null), (promotion.Count, promotion.NextDueIn));
        Assert.Empty(promotion.Queues);
    }

    [Fact]
    public async Task The_next_due_time_is_the_earliest_of_both_states()
    {
        var term = await LeadAsync();
        await InsertAsync(Job(state: JobState.Scheduled, delay: TimeSpan.FromMinutes(7)));
        await RetryableAsync(Job(), TimeSpan.FromMinutes(5));
        Assert.Equal(TimeSpan.FromMinutes(5), (await Store.Due.PromoteAsync(term, 100, Token)).NextDueIn);

        await InsertAsync(Job(state: JobState.Scheduled, delay: TimeSpan.FromMinutes(3)));

        Assert.Equal(TimeSpan.FromMinutes(3), (await Store.Due.PromoteAsync(term, 100, Token)).NextDueIn);
    }

    [Fact]
    public async Task A_promotion_keeps_to_its_limit()
    {
        var term = await LeadAsync();
        await Store.Jobs.CopyAsync([.. Enumerable.Repeat(Job(state: JobState.Scheduled), 5)], transaction: null, Token);

        Assert.Equal(3, (await Store.Due.PromoteAsync(term, 3, Token)).Count);
        Assert.Equal(3, (await Store.Jobs.ListAsync(new JobFilter { States = JobStates.Available }, transaction: null, Token)).Count);
        var rest = await Store.Due.PromoteAsync(term, 3, Token);

        Assert.Equal((2, null), (rest.Count, rest.NextDueIn));
    }

    [Fact]
    public async Task A_due_job_whose_key_another_holds_is_discarded()
    {
        var term = await LeadAsync();
        var due = await RetryableAsync(Job(key: Key(1), uniqueStates: WithoutRetryable, metadata: """{"a":1}"""), TimeSpan.FromMinutes(1));
        var holder = await InsertAsync(Job(key: Key(1), uniqueStates: WithoutRetryable));
        Clock.Advance(TimeSpan.FromMinutes(1));

        var promotion = await Store.Due.PromoteAsync(term, 100, Token);

        Assert.Equal(1, promotion.Count);
        Assert.Empty(promotion.Queues);
        var row = await GetAsync(due.Id);
        Assert.Equal((JobState.Discarded, Clock.Now), (row.State, row.FinalizedAt));
        AssertSameJson("""{"a":1,"unique_key_conflict":"scheduler_discarded"}""", row.EncodedMetadata);
        AssertSame(holder, await GetAsync(holder.Id));
    }

    [Fact]
    public async Task Of_due_rivals_for_one_key_the_most_urgent_is_promoted()
    {
        var term = await LeadAsync();
        var plain = await RetryableAsync(Job(key: Key(1), uniqueStates: WithoutRetryable, priority: 2), TimeSpan.FromMinutes(1));
        var urgent = await RetryableAsync(Job(key: Key(1), uniqueStates: WithoutRetryable, priority: 1), TimeSpan.FromMinutes(2));
        var other = await RetryableAsync(Job(key: Key(2), uniqueStates: WithoutRetryable), TimeSpan.FromMinutes(2));
        Clock.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(3, (await Store.Due.PromoteAsync(term, 100, Token)).Count);

        Assert.Equal(JobState.Available, (await GetAsync(urgent.Id)).State);
        Assert.Equal(JobState.Discarded, (await GetAsync(plain.Id)).State);
        Assert.Equal(JobState.Available, (await GetAsync(other.Id)).State);
    }

    [Fact]
    public async Task A_due_job_that_holds_its_own_key_is_promoted()
    {
        var term = await LeadAsync();
        var due = await InsertAsync(Job(state: JobState.Scheduled, key: Key(1)));

        await Store.Due.PromoteAsync(term, 100, Token);

        Assert.Equal(JobState.Available, (await GetAsync(due.Id)).State);
        Assert.True(Assert.Single(await Store.Jobs.InsertAsync([Job(key: Key(1))], transaction: null, Token)).IsDuplicate);
    }

    [Fact]
    public async Task A_leader_whose_term_is_over_promotes_nothing()
    {
        var over = await LeadAsync("first", TimeSpan.FromSeconds(10));
        await InsertAsync(Job(state: JobState.Scheduled));
        Clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(0, (await Store.Due.PromoteAsync(over, 100, Token)).Count);

        var current = await LeadAsync("second");

        Assert.Equal(0, (await Store.Due.PromoteAsync(over, 100, Token)).Count);
        Assert.Equal(JobState.Scheduled, Assert.Single(await AllAsync()).State);
        Assert.Equal(1, (await Store.Due.PromoteAsync(current, 100, Token)).Count);
    }

    [Fact]
    public async Task An_earlier_term_of_the_same_leader_promotes_nothing()
    {
        var first = await LeadAsync("leader");
        await Store.Lease.ResignAsync(first, Token);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await LeadAsync("leader");
        await InsertAsync(Job(state: JobState.Scheduled));

        Assert.Equal(0, (await Store.Due.PromoteAsync(first, 100, Token)).Count);
    }

    /// <summary>Inserts a job, claims it and lets it fail.</summary>
    private async Task<JobRow> RetryableAsync(JobInsert job, TimeSpan delay) =>
        await SettledAsync(new Settlement { Token = (await RunningAsync(job)).Token, State = JobState.Retryable, Delay = delay });
}
