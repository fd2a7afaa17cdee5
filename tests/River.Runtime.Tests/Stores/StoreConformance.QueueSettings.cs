using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    [Fact]
    public async Task The_altered_queues_are_those_paused_or_with_a_number_of_workers()
    {
        await Store.Queues.UpsertAsync(["one", "two", "three"], Token);
        Assert.Empty(await Store.Queues.AlteredAsync(Token));

        await Store.Queues.PauseAsync("two", transaction: null, Token);
        Assert.True(await Store.Queues.UpdateAsync("three", Utf8("""{"river:max_workers":7,"note":"a"}"""), transaction: null, Token));

        QueueRow[] expected = [new("three", IsPaused: false, "7"), new("two", IsPaused: true)];
        Assert.Equal(expected, ByName(await Other.Queues.AlteredAsync(Token)));
        Assert.Equal(new QueueRow("three", IsPaused: false, "7"), Assert.Single(await Store.Queues.UpsertAsync(["three"], Token)));
        Assert.True(await Store.Queues.UpdateAsync("three", Utf8("""{"river:max_workers":null}"""), transaction: null, Token));
        Assert.Equal("two", Assert.Single(await Store.Queues.AlteredAsync(Token)).Name);
        Assert.False(await Store.Queues.UpdateAsync("unknown", Utf8("{}"), transaction: null, Token));
    }

    [Fact]
    public async Task A_number_of_workers_that_is_none_is_handed_on_as_it_is()
    {
        await Store.Queues.UpsertAsync(["one"], Token);
        foreach (var (written, read) in new[] { ("\"many\"", "many"), ("2.5", "2.5"), ("-3", "-3") })
        {
            await Store.Queues.UpdateAsync("one", Utf8($$"""{"river:max_workers":{{written}}}"""), transaction: null, Token);
            Assert.Equal(read, Assert.Single(await Store.Queues.AlteredAsync(Token)).MaxWorkers);
        }
    }

    [Fact]
    public async Task A_change_of_a_queue_is_told()
    {
        await Store.Queues.UpsertAsync(["one"], Token);
        await using var listener = await Listener.StartAsync(Other);

        await Store.Queues.UpdateAsync("one", Utf8("""{"river:max_workers":7}"""), transaction: null, Token);

        Assert.Equal(new Wakeup(WakeupKind.QueueChanged, "one"), await listener.NextAsync());
    }

    [Fact]
    public async Task A_claim_starts_behind_its_cursor()
    {
        var first = await InsertAsync(Job(kind: "unknown"));
        var second = await InsertAsync(Job(kind: "unknown", priority: 2));
        var third = await InsertAsync(Job(priority: 2));
        var fourth = await InsertAsync(Job(priority: 3));

        async Task<IReadOnlyList<long>> ClaimBehindAsync(JobRow row) =>
            [.. (await Store.Claims.ClaimAsync(new ClaimDemand("client", [new QueueDemand("default", 1, CursorAt(row))], ["work", "unknown"]), Token)).Select(job => job.Row.Id)];

        Assert.Equal([third.Id], await ClaimBehindAsync(second));
        Assert.Equal([fourth.Id], await ClaimBehindAsync(second));
        Assert.Empty(await ClaimBehindAsync(second));
        Assert.Equal([second.Id], await ClaimBehindAsync(first));
    }

    [Fact]
    public async Task The_head_of_unknown_jobs_ends_at_the_first_known_one_or_at_the_limit()
    {
        var unknown = new List<JobRow>();
        for (var i = 0; i < 5; i++)
            unknown.Add(await InsertAsync(Job(kind: "unknown", priority: 1 + (i / 3))));
        await InsertAsync(Job(priority: 3));
        await InsertAsync(Job(kind: "unknown", priority: 4));
        await InsertAsync(Job(kind: "unknown", queue: "only"));
        await InsertAsync(Job(queue: "known"));
        await InsertAsync(Job(kind: "unknown", queue: "later", delay: TimeSpan.FromHours(1)));
        QueueLook[] looks = [new("default"), new("only"), new("known"), new("later"), new("empty")];

        var heads = (await Store.Queues.UnknownHeadsAsync(looks, ["work"], 100, Token)).OrderBy(head => head.Queue, StringComparer.Ordinal).ToArray();

        Assert.Equal([("default", 5, unknown[4].Id, false), ("only", 1, unknown[4].Id + 3, false)], heads.Select(head => (head.Queue, head.Count, head.Last.Id, head.IsCut)));
        var cut = Assert.Single(await Store.Queues.UnknownHeadsAsync([new("default")], ["work"], 2, Token));
        Assert.Equal((2, unknown[1].Id, true), (cut.Count, cut.Last.Id, cut.IsCut));
        var rest = Assert.Single(await Store.Queues.UnknownHeadsAsync([new("default", cut.Last)], ["work"], 10, Token));
        Assert.Equal((3, unknown[4].Id, false), (rest.Count, rest.Last.Id, rest.IsCut));
        Assert.Empty(await Store.Queues.UnknownHeadsAsync([new("default", rest.Last)], ["work"], 10, Token));
    }

    [Fact]
    public async Task A_backlog_is_as_old_as_its_oldest_due_job_of_a_known_kind()
    {
        await Store.Queues.UpsertAsync(["paused"], Token);
        await Store.Queues.PauseAsync("paused", transaction: null, Token);
        var unknown = await InsertAsync(Job(kind: "unknown", queue: "one"));
        await InsertAsync(Job(queue: "paused"));
        Clock.Advance(TimeSpan.FromSeconds(5));
        await InsertAsync(Job(queue: "one", priority: 4));
        Clock.Advance(TimeSpan.FromSeconds(2));
        await InsertAsync(Job(queue: "one"));
        await InsertAsync(Job(queue: "later", delay: TimeSpan.FromHours(1)));
        Clock.Advance(TimeSpan.FromSeconds(1));
        QueueLook[] looks = [new("one"), new("paused"), new("later"), new("empty")];

        Assert.Equal(new QueueBacklog("one", TimeSpan.FromSeconds(3)), Assert.Single(await Store.Queues.BacklogAsync(looks, ["work"], Token)));
        Assert.Equal(TimeSpan.FromSeconds(8), Assert.Single(await Store.Queues.BacklogAsync([new("one")], ["work", "unknown"], Token)).Age);
        Assert.Equal(TimeSpan.FromSeconds(3), Assert.Single(await Store.Queues.BacklogAsync([new("one", CursorAt(unknown))], ["work", "unknown"], Token)).Age);
    }

    private static QueueCursor CursorAt(JobRow row) => new(row.Priority, row.ScheduledAt, row.Id);
}
