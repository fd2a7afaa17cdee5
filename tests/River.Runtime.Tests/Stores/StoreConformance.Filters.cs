using System.Text.Json.Nodes;
using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    // river-facts 11.3 topic 58
    [Fact]
    public async Task A_list_takes_every_condition_by_itself_and_together()
    {
        var rows = new List<JobRow>();
        foreach (var job in new[]
        {
            Job(kind: "a", queue: "x", priority: 1, tags: ["red", "round"]),
            Job(kind: "b", queue: "x", priority: 2, tags: ["red"]),
            Job(kind: "a", queue: "y", priority: 3, tags: ["blue", "round"], state: JobState.Pending),
            Job(kind: "c", queue: "y", priority: 4),
        })
            rows.Add(await InsertAsync(job));

        Assert.Equal([1, 3], await PlacesAsync(new JobFilter { Ids = [rows[3].Id, rows[1].Id, 4711] }));
        Assert.Equal([0, 2, 3], await PlacesAsync(new JobFilter { Kinds = ["c", "a", "none"] }));
        Assert.Equal([2, 3], await PlacesAsync(new JobFilter { Queues = ["y"] }));
        Assert.Equal([2], await PlacesAsync(new JobFilter { States = JobStates.Pending }));
        Assert.Equal([1, 3], await PlacesAsync(new JobFilter { Priorities = [4, 2, 99_999] }));
        Assert.Equal([0, 1, 2], await PlacesAsync(new JobFilter { TagsAny = ["red", "blue"] }));
        Assert.Equal([0, 2], await PlacesAsync(new JobFilter { TagsAll = ["round"] }));
        Assert.Equal([0], await PlacesAsync(new JobFilter { TagsAll = ["round", "red"] }));
        Assert.Equal([0, 1, 2, 3], await PlacesAsync(new JobFilter { TagsAll = [] }));
        Assert.Equal([2, 3], await PlacesAsync(new JobFilter { AfterId = rows[1].Id }));
        Assert.Equal([2], await PlacesAsync(new JobFilter { Kinds = ["a"], Queues = ["y"], Priorities = [3], States = JobStates.Pending, TagsAny = ["blue"], TagsAll = ["blue", "round"], Ids = [rows[2].Id] }));

        async Task<IEnumerable<int>> PlacesAsync(JobFilter filter) =>
            (await Store.Jobs.ListAsync(filter, transaction: null, Token)).Select(row => rows.FindIndex(other => other.Id == row.Id));
    }

    [Fact]
    public async Task An_empty_list_of_a_condition_holds_for_no_job()
    {
        await InsertAsync(Job(tags: ["red"]));
        foreach (var filter in new[] { new JobFilter { Ids = [] }, new JobFilter { Kinds = [] }, new JobFilter { Queues = [] }, new JobFilter { Priorities = [] }, new JobFilter { TagsAny = [] } })
        {
            Assert.Empty(await Store.Jobs.ListAsync(filter, transaction: null, Token));
            Assert.Empty(await Store.Jobs.DeleteManyAsync(filter, transaction: null, Token));
        }

        // By the walks along an index as well.
        Assert.Empty(await Store.Jobs.ListAsync(new JobFilter { OrderBy = JobOrder.ScheduledAt, Queues = ["default"], States = JobStates.Available, Priorities = [] }, transaction: null, Token));
        Assert.Single(await AllAsync());
    }

    [Theory]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", true)]
    [InlineData("""{"a":1}""", """{"a":1.0}""", true)]
    [InlineData("""{"a":100}""", """{"a":1e2}""", true)]
    [InlineData("""{"a":1}""", """{"a":"1"}""", false)]
    [InlineData("""{"a":1}""", """{"b":1}""", false)]
    [InlineData("""{"a":null}""", """{"a":null}""", true)]
    [InlineData("""{"a":null}""", """{}""", false)]
    [InlineData("""{"a":{"b":1}}""", """{"a":{"b":1,"c":2}}""", true)]
    [InlineData("""{"a":{}}""", """{"a":{"b":1}}""", true)]
    [InlineData("""{"a":{}}""", """{"a":[]}""", false)]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,3,1]}""", true)]
    [InlineData("""{"a":[1,1]}""", """{"a":[1]}""", true)]
    [InlineData("""{"a":[1,4]}""", """{"a":[2,3,1]}""", false)]
    [InlineData("""{"a":[]}""", """{"a":[1]}""", true)]
    [InlineData("""{"a":1}""", """{"a":[1]}""", false)]
    [InlineData("""{"a":[{"b":1}]}""", """{"a":[{"c":0},{"b":1,"c":2}]}""", true)]
    [InlineData("""{"a":[[1]]}""", """{"a":[1]}""", false)]
    [InlineData("""{"a":[[1]]}""", """{"a":[[2,1]]}""", true)]
    [InlineData("""{"a":true}""", """{"a":false}""", false)]
    [InlineData("""{"ö":"é\u2028'\""}""", """{"ö":"é\u2028'\"","x":0}""", true)]
    public async Task Metadata_is_contained_as_PostgreSQL_says(string asked, string stored, bool holds)
    {
        var row = await InsertAsync(Job(metadata: stored));
        await InsertAsync(Job());
        var filter = new JobFilter { Metadata = JsonNode.Parse(asked)!.AsObject() };

        Assert.Equal(holds ? [row.Id] : [], (await Store.Jobs.ListAsync(filter, transaction: null, Token)).Select(found => found.Id));
        Assert.Equal(holds ? 1 : 0, (await Store.Jobs.DeleteManyAsync(filter, transaction: null, Token)).Count);
    }

    [Fact]
    public async Task A_list_by_metadata_ends_at_its_limit_and_goes_on_behind_it()
    {
        for (var i = 0; i < 9; i++)
            await InsertAsync(Job(metadata: $$"""{"third":{{i % 3}}}"""));
        var filter = new JobFilter { Metadata = new JsonObject { ["third"] = 1 }, Limit = 2 };

        var first = await Store.Jobs.ListAsync(filter, transaction: null, Token);
        var last = await Store.Jobs.ListAsync(filter with { After = JobOrdering.Of(filter).CursorOf(first[^1]) }, transaction: null, Token);

        Assert.Equal((2, 1), (first.Count, last.Count));
        Assert.Empty(first.Select(row => row.Id).Intersect(last.Select(row => row.Id)));
    }

    // river-facts 11.3 topic 58
    [Theory]
    [InlineData(JobOrder.Id, JobStates.None, false)]
    [InlineData(JobOrder.Id, JobStates.Available | JobStates.Completed, false)]
    [InlineData(JobOrder.ScheduledAt, JobStates.None, false)]
    [InlineData(JobOrder.ScheduledAt, JobStates.Available | JobStates.Scheduled, false)]
    [InlineData(JobOrder.ScheduledAt, JobStates.Available | JobStates.Scheduled, true)]
    [InlineData(JobOrder.FinalizedAt, JobStates.None, false)]
    [InlineData(JobOrder.FinalizedAt, JobStates.Completed, true)]
    [InlineData(JobOrder.Time, JobStates.Running, false)]
    [InlineData(JobOrder.Time, JobStates.Available | JobStates.Scheduled, true)]
    [InlineData(JobOrder.Time, JobStates.Cancelled | JobStates.Completed, false)]
    public async Task Every_order_is_read_page_by_page_in_both_directions(JobOrder order, JobStates states, bool byQueue)
    {
        await FillAsync();
        var everything = new JobFilter { OrderBy = order, States = states, Queues = byQueue ? ["x", "default", "x"] : null, Limit = JobFilter.MaxLimit };
        var all = await Store.Jobs.ListAsync(everything, transaction: null, Token);
        Assert.True(all.Count >= 6, $"{all.Count} rows");
        var times = all.Select(row => (TimeOf(row, JobOrdering.Of(everything).Column), row.Id)).ToArray();
        Assert.Equal(times.Order(), times);

        foreach (var descending in new[] { false, true })
        {
            var filter = everything with { Limit = 3, Descending = descending };
            var ids = new List<long>();
            while (await Store.Jobs.ListAsync(filter, transaction: null, Token) is { Count: > 0 } page)
            {
                ids.AddRange(page.Select(row => row.Id));
                filter = filter with { After = JobCursor.Parse(JobOrdering.Of(filter).CursorOf(page[^1]).ToString()) };
            }

            Assert.Equal(descending ? all.Select(row => row.Id).Reverse() : all.Select(row => row.Id), ids);
        }

        static DateTimeOffset TimeOf(JobRow row, OrderColumn column) => column switch
        {
            OrderColumn.ScheduledAt => row.ScheduledAt,
            OrderColumn.FinalizedAt => row.FinalizedAt!.Value,
            OrderColumn.AttemptedAt => row.AttemptedAt!.Value,
            _ => DateTimeOffset.UnixEpoch,
        };
    }

    [Fact]
    public async Task Finished_jobs_are_all_that_is_listed_by_when_they_were_finished()
    {
        await FillAsync();

        var rows = await Store.Jobs.ListAsync(new JobFilter { OrderBy = JobOrder.FinalizedAt }, transaction: null, Token);

        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.NotNull(row.FinalizedAt));
        Assert.Equal([JobState.Cancelled, JobState.Completed], rows.Select(row => row.State).Distinct().Order());
    }

    // river-facts 11.3 topic 39
    [Fact]
    public async Task Many_are_deleted_by_number_up_to_the_limit_and_none_that_runs()
    {
        var running = await RunningAsync(Job(queue: "x"));
        var rows = new List<JobRow>();
        for (var i = 0; i < 4; i++)
            rows.Add(await InsertAsync(Job(queue: "x", priority: 4 - i)));
        var other = await InsertAsync(Job(queue: "y"));

        var first = await Store.Jobs.DeleteManyAsync(new JobFilter { Queues = ["x"], Limit = 3 }, transaction: null, Token);
        var second = await Store.Jobs.DeleteManyAsync(new JobFilter { Queues = ["x"], Limit = 3 }, transaction: null, Token);
        var third = await Store.Jobs.DeleteManyAsync(new JobFilter { States = JobStates.Running }, transaction: null, Token);

        Assert.Equal(rows.Take(3).Select(row => row.Id), first.Select(row => row.Id));
        AssertSame(rows[0], first[0]);
        Assert.Equal([rows[3].Id], second.Select(row => row.Id));
        Assert.Empty(third);
        Assert.Equal([running.Row.Id, other.Id], (await AllAsync()).Select(row => row.Id));

        var tagged = await InsertAsync(Job(queue: "x", tags: ["old", "red"]));
        Assert.Equal([tagged.Id], (await Store.Jobs.DeleteManyAsync(new JobFilter { TagsAny = ["old", "none"] }, transaction: null, Token)).Select(row => row.Id));
    }

    [Fact]
    public async Task An_update_replaces_keys_of_the_metadata_in_every_state()
    {
        foreach (var state in Enum.GetValues<JobState>())
        {
            var before = await InStateAsync(state);

            var after = await Store.Jobs.UpdateAsync(before.Id, Utf8("""{"kept":{"deep":[1]},"new":null}"""), transaction: null, Token);

            Assert.NotNull(after);
            AssertSameJson("""{"kept":{"deep":[1]},"big":12345678901234567890123,"text":"é\u2028","new":null}""", Without(after.EncodedMetadata, "snoozes"));
            Assert.Equal((before.State, before.Attempt, before.ScheduledAt, before.FinalizedAt), (after.State, after.Attempt, after.ScheduledAt, after.FinalizedAt));
            AssertSame(after, await GetAsync(before.Id));
            await DrainAsync(before.Id);
        }

        Assert.Null(await Store.Jobs.UpdateAsync(4711, Utf8("{}"), transaction: null, Token));

        static byte[] Without(ReadOnlyMemory<byte> json, string key)
        {
            var metadata = JsonNode.Parse(json.Span)!.AsObject();
            metadata.Remove(key);
            return Utf8(metadata.ToJsonString());
        }
    }

    // river-facts 11.3 topic 38
    [Fact]
    public async Task A_retry_against_a_held_key_names_the_holder_and_leaves_the_transaction_whole()
    {
        var claimed = await RunningAsync(Job(key: Key(1), uniqueStates: JobStates.Incomplete));
        var before = await SettledAsync(Completed(claimed.Token));
        var holder = await InsertAsync(Job(key: Key(1), uniqueStates: JobStates.Incomplete));
        await using var connection = await Database.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(Token);

        var error = await Assert.ThrowsAsync<UniqueConflictException>(() => Store.Jobs.RetryAsync(before.Id, transaction, Token));

        Assert.Equal(holder.Id, error.ConflictingJobId);
        Assert.Contains($"job {holder.Id} holds", error.Message, StringComparison.Ordinal);
        await Store.Jobs.CancelAsync(holder.Id, transaction, Token);
        Assert.Equal(JobState.Available, (await Store.Jobs.RetryAsync(before.Id, transaction, Token))!.State);
        await transaction.CommitAsync(Token);
        Assert.Equal(JobState.Available, (await GetAsync(before.Id)).State);
    }

    [Fact]
    public async Task A_retry_forgets_a_cancel_asked_for_before()
    {
        var before = await InStateAsync(JobState.Available);
        await Store.Jobs.CancelAsync(before.Id, transaction: null, Token);

        await Store.Jobs.RetryAsync(before.Id, transaction: null, Token);
        var claimed = await ClaimOneAsync();

        Assert.Equal(JobState.Retryable, (await SettledAsync(new Settlement { Token = claimed.Token, State = JobState.Retryable, Delay = TimeSpan.FromMinutes(1) })).State);
    }

    // river-facts 11.3 topic 9
    [Fact]
    public async Task A_copy_of_new_rows_passes_over_those_whose_key_is_taken()
    {
        await InsertAsync(Job(key: Key(1)));

        var inserted = await Store.Jobs.CopyNewAsync(
            [Job(kind: "first"), Job(kind: "taken", key: Key(1)), Job(kind: "new", key: Key(2)), Job(kind: "again", key: Key(2)), Job(kind: "last")], transaction: null, Token);

        Assert.Equal(3, inserted);
        Assert.Equal(["first", "last", "new", "work"], (await AllAsync()).Select(row => row.Kind).Order(StringComparer.Ordinal));
        Assert.Equal(0, await Store.Jobs.CopyNewAsync([Job(key: Key(2))], transaction: null, Token));
        Assert.Equal(2, await Store.Jobs.CopyNewAsync([Job(), Job()], transaction: null, Token));
    }

    [Fact]
    public async Task Queues_are_read_one_by_one_and_in_pages()
    {
        await Store.Queues.UpsertAsync(["b", "a", "d", "c"], Token);
        await Store.Queues.PauseAsync("c", transaction: null, Token);
        await Store.Queues.UpdateAsync("c", Utf8("""{"river:max_workers":7,"owner":"ops"}"""), transaction: null, Token);

        var queue = await Store.Queues.GetAsync("c", transaction: null, Token);

        Assert.NotNull(queue);
        Assert.Equal(("c", Clock.Now, Clock.Now, Clock.Now, true, 7), (queue.Name, queue.CreatedAt, queue.UpdatedAt, queue.PausedAt, queue.IsPaused, queue.MaxWorkers));
        Assert.Equal("ops", queue.ReadMetadata().GetProperty("owner").GetString());
        Assert.Null(await Store.Queues.GetAsync("e", transaction: null, Token));
        Assert.Equal(["a", "b", "c"], (await Store.Queues.ListAsync(after: null, 3, transaction: null, Token)).Select(row => row.Name));
        Assert.Equal(["d"], (await Store.Queues.ListAsync("c", 3, transaction: null, Token)).Select(row => row.Name));
        Assert.Null((await Store.Queues.ListAsync("c", 3, transaction: null, Token))[0].MaxWorkers);
    }

    [Fact]
    public async Task What_a_queue_is_already_changes_nothing_about_it()
    {
        await Store.Queues.UpsertAsync(["q"], Token);
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await Store.Queues.ResumeAsync("q", transaction: null, Token));
        Assert.Equal(Clock.Now - TimeSpan.FromMinutes(1), (await Store.Queues.GetAsync("q", transaction: null, Token))!.UpdatedAt);

        await Store.Queues.PauseAsync("q", transaction: null, Token);
        var paused = await Store.Queues.GetAsync("q", transaction: null, Token);
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await Store.Queues.PauseAsync("q", transaction: null, Token));
        Assert.True(await Store.Queues.PauseAsync("*", transaction: null, Token));
        var again = await Store.Queues.GetAsync("q", transaction: null, Token);

        Assert.Equal((paused!.PausedAt, paused.UpdatedAt), (again!.PausedAt, again.UpdatedAt));
        Assert.False(await Store.Queues.PauseAsync("none", transaction: null, Token));
        Assert.True(await Store.Queues.ResumeAsync("*", transaction: null, Token));
        Assert.Equal((null, Clock.Now), ((await Store.Queues.GetAsync("q", transaction: null, Token))!.PausedAt, (await Store.Queues.GetAsync("q", transaction: null, Token))!.UpdatedAt));
    }

    /// <summary>Three jobs for each of some states, of which two share their times; nothing waits for a claim.</summary>
    private async Task FillAsync()
    {
        await Store.Queues.UpsertAsync(["x"], Token);
        foreach (var state in new[] { JobState.Completed, JobState.Cancelled, JobState.Running })
        {
            for (var i = 0; i < 6; i++)
            {
                if (i % 2 == 0)
                    Clock.Advance(TimeSpan.FromMilliseconds(7));
                var claimed = await RunningAsync(Job(queue: i % 3 == 0 ? "x" : "default"));
                if (state != JobState.Running)
                    await SettledAsync(new Settlement { Token = claimed.Token, State = state });
            }
        }

        // Later ones first, so that the order of times isn't that of numbers.
        for (var i = 0; i < 6; i++)
            await InsertAsync(Job(queue: i % 3 == 0 ? "x" : "default", priority: 1 + (i % 4), state: JobState.Scheduled, delay: TimeSpan.FromMinutes(10 - (i / 2))));
        for (var i = 0; i < 6; i++)
        {
            if (i % 2 == 0)
                Clock.Advance(TimeSpan.FromMilliseconds(7));
            await InsertAsync(Job(queue: i % 3 == 0 ? "x" : "default", priority: 1 + (i % 4)));
        }
    }

    private async Task DrainAsync(long id)
    {
        if ((await GetAsync(id)).State == JobState.Running)
            return;
        await Store.Jobs.DeleteAsync(id, transaction: null, Token);
    }
}
