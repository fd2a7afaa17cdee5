using Xunit;

namespace River.Tests.Client;

public abstract partial class ClientTests
{
    [Fact]
    public async Task A_page_says_where_the_list_goes_on_and_the_last_one_that_it_does_not()
    {
        await Jobs.EnqueueManyAsync(Enumerable.Range(0, 7).Select(number => new SendMail(number)), cancellationToken: Token);
        var filter = new JobFilter { Kinds = ["send_mail"], Descending = true, Limit = 3 };

        var first = await Jobs.ListAsync(filter, Token);
        var second = await Jobs.ListAsync(filter with { After = JobCursor.Parse(first.Next!.ToString()) }, Token);
        var third = await Jobs.ListAsync(filter with { After = second.Next }, Token);
        var exact = await Jobs.ListAsync(filter with { Limit = 7 }, Token);

        Assert.Equal([3, 3, 1], [first.Count, second.Count, third.Count]);
        Assert.Equal(exact.Jobs.Select(row => row.Id), first.Concat(second).Concat(third).Select(row => row.Id));
        Assert.Equal(exact.Jobs.Select(row => row.Id).OrderDescending(), exact.Jobs.Select(row => row.Id));
        Assert.Null(third.Next);
        Assert.Null(exact.Next);
        Assert.Null((await Jobs.ListAsync(filter with { Kinds = ["none"] }, Token)).Next);
        foreach (var limit in (int[])[0, 10_001])
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Jobs.ListAsync(filter with { Limit = limit }, Token));
    }

    [Fact]
    public async Task All_pages_are_gone_through_as_one_stream()
    {
        await Jobs.EnqueueManyAsync(Enumerable.Range(0, 10).Select(number => new SendMail(number)), cancellationToken: Token);

        var ids = await Jobs.ListAllAsync(new JobFilter { Limit = 3, OrderBy = JobOrder.ScheduledAt, States = JobStates.Available, Queues = ["mail"] }, Token).Select(row => row.Id).ToListAsync(Token);

        Assert.Equal(10, ids.Count);
        Assert.Equal(ids.Order(), ids);
        Assert.Equal(10, await Jobs.ListAllAsync(cancellationToken: Token).CountAsync(Token));
    }

    // river-facts 11.3 topic 58
    [Fact]
    public async Task An_order_that_does_not_go_with_the_states_is_refused()
    {
        var finalized = await Assert.ThrowsAsync<InvalidFilterException>(() => Jobs.ListAsync(new JobFilter { OrderBy = JobOrder.FinalizedAt, States = JobStates.Completed | JobStates.Running }, Token));
        var mixed = await Assert.ThrowsAsync<InvalidFilterException>(() => Jobs.ListAsync(new JobFilter { OrderBy = JobOrder.Time, States = JobStates.Completed | JobStates.Running }, Token));
        await Assert.ThrowsAsync<InvalidFilterException>(() => Jobs.ListAsync(new JobFilter { OrderBy = JobOrder.Time }, Token));
        await Assert.ThrowsAsync<InvalidFilterException>(() => Jobs.ListAsync(new JobFilter { OrderBy = (JobOrder)9 }, Token));
        await Assert.ThrowsAsync<InvalidFilterException>(() => Jobs.ListAsync(new JobFilter { States = (JobStates)1024 }, Token));

        Assert.Equal("OrderBy", finalized.Member);
        Assert.Contains("Running", finalized.Message, StringComparison.Ordinal);
        Assert.Contains("Completed, Running", mixed.Message, StringComparison.Ordinal);
        Assert.Equal("Metadata.a", (await Assert.ThrowsAsync<InvalidFilterException>(() => Jobs.ListAsync(new JobFilter { Metadata = new() { ["a"] = "\0" } }, Token))).Member);
    }

    [Fact]
    public async Task A_cursor_of_another_order_is_refused()
    {
        await Jobs.EnqueueManyAsync(Enumerable.Range(0, 3).Select(number => new SendMail(number)), cancellationToken: Token);
        var filter = new JobFilter { Limit = 1, States = JobStates.Available };
        var byId = (await Jobs.ListAsync(filter, Token)).Next;
        var byTime = (await Jobs.ListAsync(filter with { OrderBy = JobOrder.Time }, Token)).Next;

        await Assert.ThrowsAsync<InvalidCursorException>(() => Jobs.ListAsync(filter with { After = byId, Descending = true }, Token));
        await Assert.ThrowsAsync<InvalidCursorException>(() => Jobs.ListAsync(filter with { After = byId, OrderBy = JobOrder.ScheduledAt }, Token));
        await Assert.ThrowsAsync<InvalidCursorException>(() => Jobs.ListAsync(filter with { After = byTime, OrderBy = JobOrder.Time, States = JobStates.Completed }, Token));

        // What the time is of waiting jobs.
        Assert.Single(await Jobs.ListAsync(filter with { After = byTime, OrderBy = JobOrder.ScheduledAt }, Token));
    }

    // river-facts 11.3 topic 39
    [Fact]
    public async Task Deleting_many_wants_a_condition_or_to_be_told_that_all_are_meant()
    {
        await Jobs.EnqueueManyAsync(Enumerable.Range(0, 3).Select(number => new SendMail(number)), cancellationToken: Token);

        foreach (var nothing in new[] { new JobFilter(), new JobFilter { Limit = 1 }, new JobFilter { TagsAll = [] }, new JobFilter { Metadata = [] }, new JobFilter { AfterId = 1 } })
            await Assert.ThrowsAsync<InvalidFilterException>(() => Jobs.DeleteManyAsync(nothing, cancellationToken: Token));
        await Assert.ThrowsAsync<InvalidFilterException>(() => Jobs.DeleteManyAsync(new JobFilter { Kinds = ["send_mail"] }, unsafeAll: true, Token));
        await Assert.ThrowsAsync<InvalidFilterException>(() => Jobs.DeleteManyAsync(new JobFilter { Kinds = ["send_mail"], Descending = true }, cancellationToken: Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Jobs.DeleteManyAsync(new JobFilter { Kinds = ["send_mail"], Limit = 10_001 }, cancellationToken: Token));
        Assert.Equal(3, (await Jobs.ListAsync(cancellationToken: Token)).Count);

        Assert.Equal(2, (await Jobs.DeleteManyAsync(new JobFilter { Kinds = ["send_mail"], Limit = 2 }, cancellationToken: Token)).Count);
        Assert.Single(await Jobs.DeleteManyAsync(new JobFilter(), unsafeAll: true, Token));
        Assert.Empty(await Jobs.ListAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task A_text_that_no_row_can_have_is_refused_before_the_database_sees_it()
    {
        foreach (var (member, filter) in new[]
        {
            ("Kinds", new JobFilter { Kinds = ["a\0"] }), ("Queues", new JobFilter { Queues = ["\ud800"] }),
            ("TagsAny", new JobFilter { TagsAny = ["b\0"] }), ("TagsAll", new JobFilter { TagsAll = ["c\0"] }),
        })
        {
            Assert.Equal(member, (await Assert.ThrowsAsync<InvalidFilterException>(() => Jobs.ListAsync(filter, Token))).Member);
            await Assert.ThrowsAsync<InvalidFilterException>(() => Jobs.DeleteManyAsync(filter, cancellationToken: Token));
        }
    }

    [Fact]
    public async Task Queues_are_listed_and_what_is_not_there_is_said()
    {
        await Jobs.ListAsync(cancellationToken: Token);
        await Store.Queues.UpsertAsync(["default", "mail"], Token);

        await Jobs.PauseQueueAsync("mail", Token);
        await Jobs.UpdateQueueAsync("mail", new QueueUpdate { MaxWorkers = 3, Metadata = new() { ["owner"] = "ops", ["gone"] = 1 } }, Token);
        await Jobs.UpdateQueueAsync("mail", new QueueUpdate { Metadata = new() { ["gone"] = null } }, Token);

        var queue = await Jobs.GetQueueAsync("mail", Token);
        Assert.True(queue!.IsPaused);
        Assert.Equal(3, queue.MaxWorkers);
        AssertJson("""{"owner":"ops","river:max_workers":3}""", queue.EncodedMetadata);
        Assert.Equal(["default", "mail"], (await Jobs.ListQueuesAsync(cancellationToken: Token)).Select(row => row.Name));
        Assert.Equal(["mail"], (await Jobs.ListQueuesAsync("default", 1, Token)).Select(row => row.Name));
        Assert.Null(await Jobs.GetQueueAsync("none", Token));
        await Assert.ThrowsAsync<QueueNotFoundException>(() => Jobs.UpdateQueueAsync("none", new QueueUpdate { MaxWorkers = 3 }, Token));
        Assert.Equal("Metadata.river:x", (await Assert.ThrowsAsync<InvalidUpdateException>(() => Jobs.UpdateQueueAsync("mail", new QueueUpdate { Metadata = new() { ["river:x"] = 1 } }, Token))).Member);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Jobs.ListQueuesAsync(limit: 0, cancellationToken: Token));
    }
}
