using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_job_that_is_not_there_is_null_everywhere()
    {
        Assert.Null(await Store.Jobs.GetAsync(4711, transaction: null, Token));
        Assert.Null(await Store.Jobs.CancelAsync(4711, transaction: null, Token));
        Assert.Null(await Store.Jobs.RetryAsync(4711, transaction: null, Token));
        Assert.Null(await Store.Jobs.DeleteAsync(4711, transaction: null, Token));
    }

    [Fact]
    public async Task A_list_holds_what_all_conditions_hold_for()
    {
        await Store.Jobs.InsertAsync(
            [Job(kind: "a", queue: "x"), Job(kind: "b", queue: "x"), Job(kind: "a", queue: "y"), Job(kind: "c", queue: "y", state: JobState.Pending), Job(kind: "a", queue: "x", state: JobState.Scheduled)],
            transaction: null,
            Token);
        var all = await AllAsync();

        Assert.Equal([0, 1, 2, 3, 4], await ListAsync(new JobFilter()));
        Assert.Equal([0, 2, 4], await ListAsync(new JobFilter { Kinds = ["a"] }));
        Assert.Equal([0, 2, 3, 4], await ListAsync(new JobFilter { Kinds = ["a", "c"] }));
        Assert.Equal([2, 3], await ListAsync(new JobFilter { Queues = ["y", "z"] }));
        Assert.Equal([3, 4], await ListAsync(new JobFilter { States = JobStates.Pending | JobStates.Scheduled }));
        Assert.Equal([4], await ListAsync(new JobFilter { Kinds = ["a"], Queues = ["x"], States = JobStates.Scheduled | JobStates.Running }));
        Assert.Equal([], await ListAsync(new JobFilter { Kinds = ["unknown"] }));
        Assert.Equal([], await ListAsync(new JobFilter { States = JobStates.Completed }));

        async Task<IEnumerable<int>> ListAsync(JobFilter filter) =>
            (await Store.Jobs.ListAsync(filter, transaction: null, Token)).Select(row => all.Select(other => other.Id).ToList().IndexOf(row.Id));
    }

    [Fact]
    public async Task A_list_is_read_page_by_page()
    {
        await Store.Jobs.CopyAsync([.. Enumerable.Repeat(Job(), 25)], transaction: null, Token);
        var pages = new List<long[]>();
        var after = 0L;
        while (await Store.Jobs.ListAsync(new JobFilter { AfterId = after, Limit = 10 }, transaction: null, Token) is { Count: > 0 } page)
        {
            pages.Add([.. page.Select(row => row.Id)]);
            after = page[^1].Id;
        }

        Assert.Equal([10, 10, 5], pages.Select(page => page.Length));
        Assert.Equal(pages.SelectMany(page => page).Distinct().Order(), pages.SelectMany(page => page));
    }

    [Theory]
    [InlineData(JobState.Available)]
    [InlineData(JobState.Pending)]
    [InlineData(JobState.Retryable)]
    [InlineData(JobState.Scheduled)]
    public async Task Cancelling_a_waiting_job_ends_it(JobState state)
    {
        var before = await InStateAsync(state);
        Clock.Advance(TimeSpan.FromMinutes(1));

        var row = await Store.Jobs.CancelAsync(before.Id, transaction: null, Token);

        Assert.NotNull(row);
        Assert.Equal((JobState.Cancelled, Clock.Now), (row.State, row.FinalizedAt));
        Assert.Equal(Clock.Now, row.ReadMetadata().GetProperty("cancel_attempted_at").GetDateTimeOffset());
        Assert.Equal("12345678901234567890123", row.ReadMetadata().GetProperty("big").GetRawText());
        Assert.Equal("é\u2028", row.ReadMetadata().GetProperty("text").GetString());
        AssertSame(row, await GetAsync(before.Id));
        Assert.Empty(await ClaimAsync());
    }

    [Fact]
    public async Task Cancelling_a_running_job_marks_it()
    {
        var before = await InStateAsync(JobState.Running);

        var row = await Store.Jobs.CancelAsync(before.Id, transaction: null, Token);

        Assert.NotNull(row);
        Assert.Equal(JobState.Running, row.State);
        Assert.Null(row.FinalizedAt);
        Assert.Equal(Clock.Now, row.ReadMetadata().GetProperty("cancel_attempted_at").GetDateTimeOffset());
    }

    [Theory]
    [InlineData(JobState.Cancelled)]
    [InlineData(JobState.Completed)]
    [InlineData(JobState.Discarded)]
    public async Task Cancelling_a_finished_job_changes_nothing(JobState state)
    {
        var before = await InStateAsync(state);
        Clock.Advance(TimeSpan.FromMinutes(1));

        AssertSame(before, await Store.Jobs.CancelAsync(before.Id, transaction: null, Token));
        AssertSame(before, await GetAsync(before.Id));
    }

    [Theory]
    [InlineData(JobState.Pending)]
    [InlineData(JobState.Retryable)]
    [InlineData(JobState.Scheduled)]
    [InlineData(JobState.Cancelled)]
    [InlineData(JobState.Completed)]
    [InlineData(JobState.Discarded)]
    public async Task Retrying_makes_a_job_available_now(JobState state)
    {
        var before = await InStateAsync(state);
        Clock.Advance(TimeSpan.FromMinutes(1));

        var row = await Store.Jobs.RetryAsync(before.Id, transaction: null, Token);

        Assert.NotNull(row);
        Assert.Equal((JobState.Available, Clock.Now, null), (row.State, row.ScheduledAt, row.FinalizedAt));
        Assert.Equal((before.Attempt, before.MaxAttempts, before.Errors.Count), (row.Attempt, row.MaxAttempts, row.Errors.Count));
        Assert.Equal(before.AttemptedBy, row.AttemptedBy);
        Assert.Equal(row.Id, (await ClaimOneAsync()).Row.Id);
    }

    [Fact]
    public async Task Retrying_gives_one_more_attempt_if_none_is_left()
    {
        var claimed = await RunningAsync(Job(maxAttempts: 1));
        await SettledAsync(new Settlement { Token = claimed.Token, State = JobState.Discarded });

        var row = await Store.Jobs.RetryAsync(claimed.Row.Id, transaction: null, Token);

        Assert.Equal((1, 2), (row!.Attempt, row.MaxAttempts));
    }

    [Fact]
    public async Task Retrying_a_running_job_changes_nothing()
    {
        var before = await InStateAsync(JobState.Running);

        AssertSame(before, await Store.Jobs.RetryAsync(before.Id, transaction: null, Token));
    }

    [Fact]
    public async Task Retrying_a_due_available_job_changes_nothing()
    {
        var before = await InStateAsync(JobState.Available);
        Clock.Advance(TimeSpan.FromMinutes(1));

        AssertSame(before, await Store.Jobs.RetryAsync(before.Id, transaction: null, Token));
    }

    [Fact]
    public async Task Retrying_an_available_job_that_waits_makes_it_due()
    {
        var before = await InsertAsync(Job(delay: TimeSpan.FromSeconds(4)));

        Assert.Equal(Clock.Now, (await Store.Jobs.RetryAsync(before.Id, transaction: null, Token))!.ScheduledAt);
        await ClaimOneAsync();
    }

    [Fact]
    public async Task Retrying_against_a_held_unique_key_is_refused()
    {
        var claimed = await RunningAsync(Job(key: Key(1), uniqueStates: JobStates.Incomplete));
        var before = await SettledAsync(Completed(claimed.Token));
        await InsertAsync(Job(key: Key(1), uniqueStates: JobStates.Incomplete));

        await Assert.ThrowsAsync<UniqueConflictException>(() => Store.Jobs.RetryAsync(before.Id, transaction: null, Token));

        AssertSame(before, await GetAsync(before.Id));
    }

    [Theory]
    [InlineData(JobState.Available)]
    [InlineData(JobState.Cancelled)]
    [InlineData(JobState.Completed)]
    [InlineData(JobState.Discarded)]
    [InlineData(JobState.Pending)]
    [InlineData(JobState.Retryable)]
    [InlineData(JobState.Scheduled)]
    public async Task Deleting_removes_a_job_that_is_not_running(JobState state)
    {
        var before = await InStateAsync(state);

        AssertSame(before, await Store.Jobs.DeleteAsync(before.Id, transaction: null, Token));

        Assert.Null(await Store.Jobs.GetAsync(before.Id, transaction: null, Token));
    }

    [Fact]
    public async Task Deleting_leaves_a_running_job_in_place()
    {
        var before = await InStateAsync(JobState.Running);

        Assert.Equal(JobState.Running, (await Store.Jobs.DeleteAsync(before.Id, transaction: null, Token))!.State);

        AssertSame(before, await GetAsync(before.Id));
    }

    [Fact]
    public async Task Numbers_of_deleted_jobs_are_not_given_again()
    {
        var deleted = await InsertAsync(Job());
        await Store.Jobs.DeleteAsync(deleted.Id, transaction: null, Token);

        Assert.True((await InsertAsync(Job())).Id > deleted.Id);
    }

    /// <summary>A job brought into a state as it would get there.</summary>
    private async Task<JobRow> InStateAsync(JobState state)
    {
        const string Metadata = """{"kept":1,"big":12345678901234567890123,"text":"é\u2028"}""";
        switch (state)
        {
            case JobState.Available or JobState.Pending:
                return await InsertAsync(Job(state: state, metadata: Metadata));
            case JobState.Scheduled:
                return await InsertAsync(Job(state: state, delay: TimeSpan.FromHours(1), metadata: Metadata));
            case JobState.Running:
                return (await RunningAsync(Job(metadata: Metadata))).Row;
            default:
                var claimed = await RunningAsync(Job(metadata: Metadata));
                return await SettledAsync(new Settlement { Token = claimed.Token, State = state, Delay = TimeSpan.FromHours(1), Error = state == JobState.Completed ? null : Failure(claimed) });
        }
    }
}
