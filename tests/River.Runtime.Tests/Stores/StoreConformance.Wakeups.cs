using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    private static readonly Wakeup Sentinel = new(WakeupKind.JobsAvailable, "sentinel");

    [Fact]
    public async Task An_available_job_wakes_the_listeners()
    {
        await using var mine = await Listener.StartAsync(Store);
        await using var theirs = await Listener.StartAsync(Other);

        await InsertAsync(Job(queue: "mail"));

        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "mail"), await mine.NextAsync());
        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "mail"), await theirs.NextAsync());
    }

    [Fact]
    public async Task A_listener_hears_nothing_from_before_it_listened()
    {
        await InsertAsync(Job(queue: "early"));

        await using var listener = await Listener.StartAsync(Store);

        await AssertSilentAsync(listener);
    }

    // river-facts 11.3 topic 11
    [Fact]
    public async Task A_batch_wakes_once_for_each_queue()
    {
        await using var listener = await Listener.StartAsync(Store);

        await Store.Jobs.InsertAsync([Job(queue: "one"), Job(queue: "two"), Job(queue: "one"), Job(queue: "two"), Job(queue: "three", state: JobState.Pending)], transaction: null, Token);

        Wakeup[] heard = [await listener.NextAsync(), await listener.NextAsync()];
        Assert.Equal(["one", "two"], heard.Select(wakeup => wakeup.Queue).Order());
        await AssertSilentAsync(listener);
    }

    [Fact]
    public async Task A_batch_of_jobs_that_differ_in_their_arguments_alone_wakes_once()
    {
        await using var listener = await Listener.StartAsync(Store);

        await Store.Jobs.InsertAsync([.. Enumerable.Range(0, 3).Select(number => Job(queue: "m\"ail", args: $$"""{"number":{{number}}}"""))], transaction: null, Token);
        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "m\"ail"), await listener.NextAsync());
        await Store.Jobs.InsertAsync([.. Enumerable.Repeat(Job(state: JobState.Scheduled, delay: TimeSpan.FromSeconds(1)), 3)], transaction: null, Token);
        Assert.Equal(WakeupKind.JobDue, (await listener.NextAsync()).Kind);
        await Store.Jobs.InsertAsync([.. Enumerable.Repeat(Job(state: JobState.Scheduled, delay: TimeSpan.FromHours(1)), 3)], transaction: null, Token);
        await Store.Jobs.InsertAsync([.. Enumerable.Repeat(Job(state: JobState.Pending), 3)], transaction: null, Token);
        await AssertSilentAsync(listener);
    }

    // river-facts 11.3 topic 11
    [Theory]
    [InlineData(JobState.Scheduled)]
    [InlineData(JobState.Pending)]
    public async Task A_job_that_is_not_available_wakes_nobody(JobState state)
    {
        await using var listener = await Listener.StartAsync(Other);

        await InsertAsync(Job(state: state, delay: TimeSpan.FromMinutes(1)));
        await Store.Jobs.CopyAsync([Job(state: state, delay: TimeSpan.FromMinutes(1))], transaction: null, Token);

        await AssertSilentAsync(listener);
    }

    [Theory]
    [InlineData("insert")]
    [InlineData("copy")]
    [InlineData("follow-up")]
    public async Task A_job_that_is_due_before_the_leader_looks_again_is_told_once(string way)
    {
        var parent = await RunningAsync();
        await using var listener = await Listener.StartAsync(Other);
        JobInsert[] jobs = [
            Job(state: JobState.Scheduled, delay: TimeSpan.FromSeconds(1.5)), Job(state: JobState.Scheduled, delay: TimeSpan.FromSeconds(1)),
            Job(state: JobState.Scheduled, delay: TimeSpan.FromHours(1)), Job(state: JobState.Pending)];

        await (way switch
        {
            "insert" => Store.Jobs.InsertAsync(jobs, transaction: null, Token),
            "copy" => Store.Jobs.CopyAsync(jobs, transaction: null, Token),
            _ => (Task)Store.Claims.SettleAsync([new Settlement { Token = parent.Token, State = JobState.Completed, FollowUps = jobs }], transaction: null, Token),
        });

        var heard = await listener.NextAsync();
        Assert.Equal(WakeupKind.JobDue, heard.Kind);
        Assert.InRange(heard.DueIn, TimeSpan.FromMilliseconds(900), TimeSpan.FromSeconds(1));
        await AssertSilentAsync(listener);
    }

    [Fact]
    public async Task A_copy_wakes_the_listeners()
    {
        await using var listener = await Listener.StartAsync(Other);

        await Store.Jobs.CopyAsync([Job(queue: "mail"), Job(queue: "mail")], transaction: null, Token);

        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "mail"), await listener.NextAsync());
        await AssertSilentAsync(listener);
    }

    [Fact]
    public async Task A_refused_insert_wakes_nobody()
    {
        await using var listener = await Listener.StartAsync(Store);

        await Assert.ThrowsAnyAsync<Exception>(() => Store.Jobs.InsertAsync([Job(), Job(priority: 9)], transaction: null, Token));

        await AssertSilentAsync(listener);
    }

    [Fact]
    public async Task A_follow_up_wakes_the_listeners()
    {
        var claimed = await RunningAsync();
        await using var listener = await Listener.StartAsync(Other);

        await SettledAsync(new Settlement { Token = claimed.Token, State = JobState.Completed, FollowUps = [Job(queue: "next")] });

        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "next"), await listener.NextAsync());
    }

    [Fact]
    public async Task A_promotion_wakes_the_listeners()
    {
        var term = await LeadAsync();
        await InsertAsync(Job(queue: "mail", state: JobState.Scheduled));
        await using var listener = await Listener.StartAsync(Other);

        await Store.Due.PromoteAsync(term, 100, Token);

        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "mail"), await listener.NextAsync());
    }

    [Fact]
    public async Task A_taken_slot_wakes_the_listeners()
    {
        await Store.Schedules.DeclareAsync(["hourly"], Token);
        await using var listener = await Listener.StartAsync(Other);

        await Store.Schedules.TakeSlotAsync("hourly", lastSlot: null, Clock.Now, Job(queue: "mail"), Token);

        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "mail"), await listener.NextAsync());
    }

    [Fact]
    public async Task A_retry_wakes_the_listeners()
    {
        var row = await InsertAsync(Job(queue: "mail", state: JobState.Scheduled, delay: TimeSpan.FromHours(1)));
        await using var listener = await Listener.StartAsync(Other);

        await Store.Jobs.RetryAsync(row.Id, transaction: null, Token);

        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "mail"), await listener.NextAsync());
    }

    [Fact]
    public async Task Cancelling_a_running_job_tells_its_client()
    {
        var claimed = await RunningAsync(Job(queue: "mail"));
        await using var listener = await Listener.StartAsync(Other);

        await Store.Jobs.CancelAsync(claimed.Row.Id, transaction: null, Token);

        Assert.Equal(new Wakeup(WakeupKind.CancelRequested, "mail", claimed.Row.Id), await listener.NextAsync());
    }

    [Theory]
    [InlineData("mail")]
    [InlineData("*")]
    public async Task Pausing_and_resuming_tell_the_clients(string queue)
    {
        await Store.Queues.UpsertAsync(["mail"], Token);
        await using var listener = await Listener.StartAsync(Other);

        await Store.Queues.PauseAsync(queue, transaction: null, Token);
        await Store.Queues.ResumeAsync(queue, transaction: null, Token);

        Assert.Equal(new Wakeup(WakeupKind.QueuePaused, queue), await listener.NextAsync());
        Assert.Equal(new Wakeup(WakeupKind.QueueResumed, queue), await listener.NextAsync());
    }

    [Fact]
    public async Task Pausing_an_unknown_queue_tells_nobody()
    {
        await using var listener = await Listener.StartAsync(Store);

        await Store.Queues.PauseAsync("unknown", transaction: null, Token);

        await AssertSilentAsync(listener);
    }

    [Fact]
    public async Task Resigning_tells_the_clients()
    {
        var term = await LeadAsync("first");
        await using var listener = await Listener.StartAsync(Other);

        await Store.Lease.ResignAsync(term, Token);

        Assert.Equal(new Wakeup(WakeupKind.LeaderResigned, LeaderId: "first"), await listener.NextAsync());
    }

    [Fact]
    public async Task Resigning_a_term_that_is_over_tells_nobody()
    {
        var term = await LeadAsync("first", LeaseDuration);
        Clock.Advance(LeaseDuration + TimeSpan.FromSeconds(1));
        await LeadAsync("second");
        await using var listener = await Listener.StartAsync(Store);

        await Store.Lease.ResignAsync(term, Token);

        await AssertSilentAsync(listener);
    }

    [Fact]
    public async Task A_rolled_back_transaction_wakes_nobody()
    {
        await using var listener = await Listener.StartAsync(Store);
        await using (var connection = await Database.ConnectAsync())
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await Store.Jobs.InsertAsync([Job()], transaction, Token);
            await Store.Jobs.CopyAsync([Job()], transaction, Token);
            await transaction.RollbackAsync(Token);
        }

        await AssertSilentAsync(listener);
    }

    [Fact]
    public async Task A_transactions_jobs_wake_the_listeners_when_it_commits()
    {
        await using var listener = await Listener.StartAsync(Store);
        await using (var connection = await Database.ConnectAsync())
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await Store.Jobs.InsertAsync([Job(queue: "mail")], transaction, Token);
            await transaction.CommitAsync(Token);
        }

        Assert.Equal(new Wakeup(WakeupKind.JobsAvailable, "mail"), await listener.NextAsync());
        Assert.Single(await ClaimAsync(queue: "mail"));
    }

    [Fact]
    public async Task Listening_ends_when_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        await using var wakeups = Store.Wakeups.ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.True(await wakeups.MoveNextAsync());
        var next = wakeups.MoveNextAsync().AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    /// <summary>Notifications arrive in the order of commits, so one sent now would come after any that is due.</summary>
    private async Task AssertSilentAsync(Listener listener)
    {
        await Store.Jobs.InsertAsync([Job(queue: "sentinel")], transaction: null, Token);
        Assert.Equal(Sentinel, await listener.NextAsync());
    }
}
