using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    // river-facts 11.3 topic 25
    [Fact]
    public async Task Completing_ends_the_job()
    {
        var claimed = await RunningAsync();
        Clock.Advance(TimeSpan.FromSeconds(2));

        var row = await SettledAsync(Completed(claimed.Token));

        Assert.Equal((JobState.Completed, Clock.Now, 1), (row.State, row.FinalizedAt, row.Attempt));
        Assert.Equal((claimed.Row.ScheduledAt, claimed.Row.AttemptedAt), (row.ScheduledAt, row.AttemptedAt));
        Assert.Empty(row.Errors);
    }

    [Theory]
    [InlineData(JobState.Cancelled)]
    [InlineData(JobState.Discarded)]
    public async Task Giving_up_ends_the_job_with_its_error(JobState state)
    {
        var claimed = await RunningAsync();
        Clock.Advance(TimeSpan.FromSeconds(2));

        var row = await SettledAsync(new Settlement { Token = claimed.Token, State = state, Error = Failure(claimed) });

        Assert.Equal((state, Clock.Now, 1), (row.State, row.FinalizedAt, row.Attempt));
        Assert.Equal(Failure(claimed), Assert.Single(row.Errors));
    }

    [Theory]
    [InlineData(JobState.Retryable)]
    [InlineData(JobState.Available)]
    public async Task A_failed_attempt_waits_for_the_next_one(JobState state)
    {
        var claimed = await RunningAsync();
        Clock.Advance(TimeSpan.FromSeconds(2));

        var row = await SettledAsync(new Settlement { Token = claimed.Token, State = state, Delay = TimeSpan.FromSeconds(4), Error = Failure(claimed) });

        Assert.Equal((state, Clock.Now.AddSeconds(4), 1), (row.State, row.ScheduledAt, row.Attempt));
        Assert.Null(row.FinalizedAt);
        Assert.Equal(Failure(claimed), Assert.Single(row.Errors));
    }

    [Fact]
    public async Task A_snooze_gives_the_attempt_back()
    {
        var claimed = await RunningAsync();

        var row = await SettledAsync(new Settlement
        {
            Token = claimed.Token,
            State = JobState.Scheduled,
            Delay = TimeSpan.FromHours(1),
            RestoreAttempt = true,
            Metadata = Utf8("""{"snoozes":1}"""),
        });

        Assert.Equal((JobState.Scheduled, 0, Clock.Now.AddHours(1)), (row.State, row.Attempt, row.ScheduledAt));
        Assert.Empty(row.Errors);
        Assert.Equal(["client"], row.AttemptedBy);
        AssertSameJson("""{"snoozes":1}""", row.EncodedMetadata);
    }

    [Fact]
    public async Task Errors_are_appended_in_order()
    {
        await InsertAsync(Job());
        var errors = new List<AttemptError>();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var claimed = await ClaimOneAsync();
            errors.Add(new AttemptError(Clock.Now.AddMicroseconds(attempt), attempt, $"Fault {attempt}: \"quoted\" \\ é 🚀\nsecond line", attempt == 2 ? "   at Somewhere.Else()\n" : ""));
            await SettledAsync(new Settlement { Token = claimed.Token, State = JobState.Available, Error = errors[^1] });
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(errors, Assert.Single(await AllAsync()).Errors);
    }

    // river-facts 11.3 topic 25
    [Fact]
    public async Task Metadata_replaces_keys_at_the_top_level_only()
    {
        var claimed = await RunningAsync(Job(metadata: """{"kept":{"a":1},"replaced":{"b":2,"c":3},"nulled":4,"big":12345678901234567890}"""));

        var row = await SettledAsync(new Settlement
        {
            Token = claimed.Token,
            State = JobState.Completed,
            Metadata = Utf8("""{"replaced":{"d":4},"nulled":null,"new":"é"}"""),
        });

        AssertSameJson("""{"kept":{"a":1},"replaced":{"d":4},"nulled":null,"big":12345678901234567890,"new":"é"}""", row.EncodedMetadata);
    }

    [Fact]
    public async Task A_settlement_without_metadata_leaves_it_alone()
    {
        var claimed = await RunningAsync(Job(metadata: """{"a":{"b":null}}"""));

        AssertSameJson("""{"a":{"b":null}}""", (await SettledAsync(Completed(claimed.Token))).EncodedMetadata);
    }

    // river-facts 11.3 topic 25
    [Fact]
    public async Task A_token_settles_once()
    {
        var claimed = await RunningAsync();
        await SettledAsync(Completed(claimed.Token));
        var before = await GetAsync(claimed.Row.Id);

        var again = await SettleAsync(new Settlement { Token = claimed.Token, State = JobState.Discarded, Error = Failure(claimed), Metadata = Utf8("""{"late":true}""") });

        Assert.Equal(new SettleResult(Accepted: false, JobState.Completed), again);
        AssertSame(before, await GetAsync(claimed.Row.Id));
    }

    [Fact]
    public async Task A_stale_token_writes_nothing_though_the_attempts_number_is_the_same()
    {
        var stale = await RunningAsync(Job(scheduledAt: Clock.Now.AddDays(-1)));
        await SettledAsync(new Settlement { Token = stale.Token, State = JobState.Available, RestoreAttempt = true });
        var current = await ClaimOneAsync();
        Assert.Equal(stale.Token.Attempt, current.Token.Attempt);

        var result = await SettleAsync(new Settlement
        {
            Token = stale.Token,
            State = JobState.Completed,
            Error = Failure(stale),
            Metadata = Utf8("""{"late":true}"""),
            FollowUps = [Job(queue: "next")],
        });

        Assert.Equal(new SettleResult(Accepted: false, JobState.Running), result);
        AssertSame(current.Row, Assert.Single(await AllAsync()));
        await SettledAsync(Completed(current.Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_attempts_of_one_job_that_end_together_are_told_apart(bool staleFirst)
    {
        var stale = await RunningAsync();
        var other = await RunningAsync();
        await SettledAsync(new Settlement { Token = stale.Token, State = JobState.Available });
        var current = await ClaimOneAsync();
        Assert.Equal((stale.Row.Id, stale.Token.Attempt + 1), (current.Row.Id, current.Token.Attempt));

        ClaimToken[] tokens = staleFirst ? [stale.Token, other.Token, current.Token] : [current.Token, other.Token, stale.Token];
        var results = await Store.Claims.SettleAsync([.. tokens.Select(Completed)], transaction: null, Token);

        Assert.Equal(tokens.Select(token => token != stale.Token), results.Select(result => result.Accepted));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public async Task A_token_must_match_in_every_part(int attemptsOff, long microsecondsOff)
    {
        var claimed = await RunningAsync();
        var token = claimed.Token with { Attempt = claimed.Token.Attempt + attemptsOff, AttemptedAt = claimed.Token.AttemptedAt.AddMicroseconds(microsecondsOff) };

        Assert.Equal(new SettleResult(Accepted: false, JobState.Running), await SettleAsync(Completed(token)));
    }

    // river-facts 11.3 topic 30
    [Fact]
    public async Task A_deleted_job_is_tolerated()
    {
        var gone = await RunningAsync();
        await SettledAsync(Completed(gone.Token));
        await Store.Jobs.DeleteAsync(gone.Row.Id, transaction: null, Token);
        var there = await RunningAsync();

        var results = await Store.Claims.SettleAsync([Completed(gone.Token), Completed(there.Token)], transaction: null, Token);

        Assert.Equal([new SettleResult(Accepted: false, State: null), new SettleResult(Accepted: true, JobState.Completed)], results);
    }

    [Theory]
    [InlineData(JobState.Available, JobState.Cancelled)]
    [InlineData(JobState.Retryable, JobState.Cancelled)]
    [InlineData(JobState.Scheduled, JobState.Cancelled)]
    [InlineData(JobState.Completed, JobState.Completed)]
    [InlineData(JobState.Discarded, JobState.Discarded)]
    public async Task A_cancel_asked_for_meanwhile_ends_what_would_wait(JobState asked, JobState outcome)
    {
        var claimed = await RunningAsync();
        await Store.Jobs.CancelAsync(claimed.Row.Id, transaction: null, Token);
        Clock.Advance(TimeSpan.FromSeconds(1));

        var row = await SettledAsync(new Settlement
        {
            Token = claimed.Token,
            State = asked,
            Delay = TimeSpan.FromHours(1),
            RestoreAttempt = asked == JobState.Scheduled,
            Error = asked == JobState.Retryable ? Failure(claimed) : null,
        });

        Assert.Equal((outcome, Clock.Now), (row.State, row.FinalizedAt));
        Assert.Equal((claimed.Row.ScheduledAt, 1), (row.ScheduledAt, row.Attempt));
        Assert.Equal(asked == JobState.Retryable ? 1 : 0, row.Errors.Count);
    }

    // river-facts 11.3 topic 30
    [Fact]
    public async Task A_mixed_batch_is_answered_in_its_order()
    {
        await Store.Jobs.InsertAsync([.. Enumerable.Repeat(Job(), 6)], transaction: null, Token);
        var jobs = await ClaimAsync(6);
        await SettledAsync(Completed(jobs[4].Token));

        var results = await Store.Claims.SettleAsync(
            [
                new Settlement { Token = jobs[5].Token, State = JobState.Discarded, Error = Failure(jobs[5]) },
                new Settlement { Token = jobs[4].Token, State = JobState.Retryable, Error = Failure(jobs[4]) },
                new Settlement { Token = jobs[0].Token, State = JobState.Scheduled, Delay = TimeSpan.FromHours(1), RestoreAttempt = true, Metadata = Utf8("""{"a":1}""") },
                Completed(jobs[2].Token),
                new Settlement { Token = jobs[1].Token, State = JobState.Retryable, Delay = TimeSpan.FromMinutes(1), Error = Failure(jobs[1]) },
                new Settlement { Token = jobs[3].Token, State = JobState.Cancelled },
            ],
            transaction: null,
            Token);

        Assert.Equal(
            [
                new(Accepted: true, JobState.Discarded), new(Accepted: false, JobState.Completed), new(Accepted: true, JobState.Scheduled),
                new(Accepted: true, JobState.Completed), new(Accepted: true, JobState.Retryable), new(Accepted: true, JobState.Cancelled),
            ],
            results);
        var rows = (await AllAsync()).ToDictionary(row => row.Id);
        Assert.Equal(
            [JobState.Scheduled, JobState.Retryable, JobState.Completed, JobState.Cancelled, JobState.Completed, JobState.Discarded],
            jobs.Select(job => rows[job.Row.Id].State));
        Assert.Equal([0, 1, 0, 0, 0, 1], jobs.Select(job => rows[job.Row.Id].Errors.Count));
        Assert.Equal([0, 1, 1, 1, 1, 1], jobs.Select(job => rows[job.Row.Id].Attempt));
        AssertSameJson("""{"a":1}""", rows[jobs[0].Row.Id].EncodedMetadata);
        AssertSameJson("{}", rows[jobs[1].Row.Id].EncodedMetadata);
    }

    [Fact]
    public async Task Follow_ups_are_inserted_with_the_settlement_and_can_be_claimed()
    {
        var claimed = await RunningAsync();

        await SettledAsync(new Settlement
        {
            Token = claimed.Token,
            State = JobState.Completed,
            FollowUps = [Job(queue: "next", args: """{"n":1}"""), Job(queue: "next", state: JobState.Scheduled, delay: TimeSpan.FromMinutes(1))],
        });

        var rows = await Store.Jobs.ListAsync(new JobFilter { Queues = ["next"] }, transaction: null, Token);
        Assert.Equal([(JobState.Available, Clock.Now), (JobState.Scheduled, Clock.Now.AddMinutes(1))], rows.Select(row => (row.State, row.ScheduledAt)));
        AssertSameJson("""{"n":1}""", (await ClaimOneAsync("next")).Row.EncodedArgs);
    }

    [Fact]
    public async Task Settling_again_inserts_no_second_follow_up()
    {
        var claimed = await RunningAsync();
        var settlement = new Settlement { Token = claimed.Token, State = JobState.Completed, FollowUps = [Job(queue: "next")] };

        await Store.Claims.SettleAsync([settlement, settlement], transaction: null, Token);
        await Store.Claims.SettleAsync([settlement], transaction: null, Token);

        Assert.Single(await Store.Jobs.ListAsync(new JobFilter { Queues = ["next"] }, transaction: null, Token));
    }

    [Fact]
    public async Task Follow_ups_of_refused_settlements_stay_out_of_a_batch()
    {
        await Store.Jobs.InsertAsync([Job(), Job()], transaction: null, Token);
        var jobs = await ClaimAsync(2);
        await SettledAsync(Completed(jobs[0].Token));

        await Store.Claims.SettleAsync(
            [.. jobs.Select(job => new Settlement { Token = job.Token, State = JobState.Completed, FollowUps = [Job(queue: $"after {job.Row.Id}")] })], transaction: null, Token);

        var rows = await AllAsync();
        Assert.Single(rows, row => row.Queue == $"after {jobs[1].Row.Id}");
        Assert.DoesNotContain(rows, row => row.Queue == $"after {jobs[0].Row.Id}");
    }

    [Fact]
    public async Task A_duplicate_follow_up_is_passed_over()
    {
        await InsertAsync(Job(queue: "next", key: Key(1)));
        var claimed = await RunningAsync();

        await SettledAsync(new Settlement
        {
            Token = claimed.Token,
            State = JobState.Completed,
            FollowUps = [Job(queue: "next", key: Key(1)), Job(queue: "next", key: Key(2)), Job(queue: "next", key: Key(2))],
        });

        Assert.Equal([Key(1), Key(2)], (await Store.Jobs.ListAsync(new JobFilter { Queues = ["next"] }, transaction: null, Token)).Select(row => row.UniqueKey!.Value.ToArray()));
    }

    [Fact]
    public async Task A_follow_up_may_take_the_unique_key_that_its_parent_gives_up()
    {
        var claimed = await RunningAsync(Job(key: Key(1), uniqueStates: JobStates.Incomplete));

        await SettledAsync(new Settlement
        {
            Token = claimed.Token,
            State = JobState.Completed,
            FollowUps = [Job(queue: "next", key: Key(1), uniqueStates: JobStates.Incomplete)],
        });

        Assert.Single(await Store.Jobs.ListAsync(new JobFilter { Queues = ["next"] }, transaction: null, Token));
    }

    [Fact]
    public async Task A_settlement_whose_follow_up_is_refused_leaves_the_job_running()
    {
        var claimed = await RunningAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => Store.Claims.SettleAsync(
            [new Settlement { Token = claimed.Token, State = JobState.Completed, FollowUps = [Job(), Job(priority: 9)] }], transaction: null, Token));

        AssertSame(claimed.Row, Assert.Single(await AllAsync()));
    }

    [Fact]
    public async Task Two_settling_one_attempt_at_once_leave_one_outcome()
    {
        var claimed = await RunningAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => (number % 2 == 0 ? Store : Other).Claims.SettleAsync(
            [new Settlement { Token = claimed.Token, State = JobState.Completed, FollowUps = [Job(queue: "next")] }], transaction: null, Token)));

        Assert.Single(results, result => result[0].Accepted);
        Assert.Single(await Store.Jobs.ListAsync(new JobFilter { Queues = ["next"] }, transaction: null, Token));
    }

    [Fact]
    public async Task Settling_nothing_does_nothing() => Assert.Empty(await Store.Claims.SettleAsync([], transaction: null, Token));

    private static AttemptError Failure(ClaimedJob job) => new(job.Token.AttemptedAt, job.Token.Attempt, "It broke.", "   at Somewhere()");
}
