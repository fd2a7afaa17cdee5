using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    [Fact]
    public async Task Queues_stand_once_they_are_worked()
    {
        Assert.Equal([new("one", IsPaused: false), new QueueRow("two", IsPaused: false)], ByName(await Store.Queues.UpsertAsync(["one", "two"], Token)));
        await Store.Queues.PauseAsync("two", transaction: null, Token);

        Assert.Equal(
            [new("one", IsPaused: false), new("three", IsPaused: false), new QueueRow("two", IsPaused: true)],
            ByName(await Other.Queues.UpsertAsync(["two", "three", "one"], Token)));
    }

    [Fact]
    public async Task Upserting_no_queues_does_nothing() => Assert.Empty(await Store.Queues.UpsertAsync([], Token));

    [Fact]
    public async Task The_non_empty_queues_are_those_with_due_available_jobs()
    {
        await Store.Jobs.InsertAsync(
            [
                Job(queue: "bravo"), Job(queue: "bravo"), Job(queue: "alpha", priority: 4, kind: "unknown"), Job(queue: "zulu", delay: TimeSpan.FromSeconds(3)),
                Job(queue: "scheduled", state: JobState.Scheduled, scheduledAt: Clock.Now.AddHours(-1)), Job(queue: "pending", state: JobState.Pending), Job(queue: "running"),
                Job(queue: "yankee", priority: 1, delay: TimeSpan.FromSeconds(3)), Job(queue: "yankee", priority: 3),
            ],
            transaction: null,
            Token);
        await ClaimOneAsync("running");
        Assert.Equal(["alpha", "bravo", "yankee"], (await Store.Queues.NonEmptyAsync(Token)).Order(StringComparer.Ordinal));

        Clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(["alpha", "bravo", "yankee", "zulu"], (await Store.Queues.NonEmptyAsync(Token)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Many_non_empty_queues_are_all_found()
    {
        var queues = Enumerable.Range(0, 300).Select(number => $"queue_{number:000}").ToArray();
        await Store.Jobs.CopyAsync([.. queues.Select(queue => Job(queue: queue)), .. queues.Select(queue => Job(queue: queue))], transaction: null, Token);

        Assert.Equal(queues, (await Store.Queues.NonEmptyAsync(Token)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_empty_database_has_no_non_empty_queue() => Assert.Empty(await Store.Queues.NonEmptyAsync(Token));

    [Fact]
    public async Task Only_a_queue_that_stands_can_be_paused_or_resumed()
    {
        await Store.Queues.UpsertAsync(["one"], Token);

        Assert.True(await Store.Queues.PauseAsync("one", transaction: null, Token));
        Assert.True(await Store.Queues.PauseAsync("one", transaction: null, Token));
        Assert.True(await Store.Queues.ResumeAsync("one", transaction: null, Token));
        Assert.True(await Store.Queues.ResumeAsync("one", transaction: null, Token));
        Assert.False(await Store.Queues.PauseAsync("unknown", transaction: null, Token));
        Assert.False(await Store.Queues.ResumeAsync("unknown", transaction: null, Token));
        Assert.Equal(new QueueRow("one", IsPaused: false), Assert.Single(await Store.Queues.UpsertAsync(["one"], Token)));
    }

    [Fact]
    public async Task A_star_pauses_and_resumes_all_queues_there_are()
    {
        Assert.True(await Store.Queues.PauseAsync("*", transaction: null, Token));
        await Store.Queues.UpsertAsync(["one", "two"], Token);

        Assert.True(await Store.Queues.PauseAsync("*", transaction: null, Token));
        Assert.Equal([true, true, false], ByName(await Store.Queues.UpsertAsync(["one", "two", "zwei"], Token)).Select(row => row.IsPaused).OrderDescending());
        Assert.True(await Store.Queues.ResumeAsync("*", transaction: null, Token));

        Assert.DoesNotContain(await Store.Queues.UpsertAsync(["one", "two", "zwei"], Token), row => row.IsPaused);
    }

    private static IEnumerable<QueueRow> ByName(IEnumerable<QueueRow> rows) => rows.OrderBy(row => row.Name, StringComparer.Ordinal);
}
