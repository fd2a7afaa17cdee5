using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    [Fact]
    public async Task Inserted_jobs_come_back_in_the_order_given()
    {
        var jobs = Enumerable.Range(0, 50).Select(number => Job(args: $$"""{"number":{{number}}}""", priority: 4 - (number % 4))).ToArray();

        var results = await Store.Jobs.InsertAsync(jobs, transaction: null, Token);

        Assert.Equal(Enumerable.Range(0, 50).Select(number => $$"""{"number":{{number}}}"""), results.Select(result => Plain(result.Job.EncodedArgs)));
        Assert.Equal(results.Select(result => result.Job.Id).Order(), results.Select(result => result.Job.Id));
        Assert.Equal(50, results.Select(result => result.Job.Id).Distinct().Count());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(150)]
    public async Task Jobs_that_differ_in_their_arguments_alone_are_stored_as_each_would_be_by_itself(int count)
    {
        Func<int, JobInsert>[] shapes =
        [
            number => Job(args: Numbered(number)),
            number => Job(args: Numbered(number), kind: "send", queue: "mail", priority: 3, maxAttempts: 7, metadata: """{"by":"me"}""", tags: ["one", "two"]),
            number => Job(args: Numbered(number), state: JobState.Scheduled, delay: TimeSpan.FromSeconds(90)),
            number => Job(args: Numbered(number), state: JobState.Scheduled, scheduledAt: Clock.Now.AddDays(3)),
            number => Job(args: Numbered(number), state: JobState.Pending),
        ];

        foreach (var shape in shapes)
        {
            var lone = await GetAsync((await InsertAsync(shape(0))).Id);

            var results = await Store.Jobs.InsertAsync([.. Enumerable.Range(0, count).Select(shape)], transaction: null, Token);

            var rows = results.Select(result => result.Job).ToArray();
            Assert.All(results, result => Assert.False(result.IsDuplicate));
            Assert.Equal(Enumerable.Range(0, count).Select(Numbered), rows.Select(row => Plain(row.EncodedArgs)));
            Assert.Equal(rows.Select(row => row.Id).Order(), rows.Select(row => row.Id));
            foreach (var row in new[] { rows[0], rows[^1] })
            {
                var stored = await GetAsync(row.Id);
                AssertSame(row, stored);
                Assert.Equal(Shared(lone), Shared(stored));
            }
        }

        static string Numbered(int number) => $$"""{"number":{{number}}}""";
        static string Shared(JobRow row) =>
            $"{row.State} {row.Kind} {row.Queue} {row.Priority} {row.MaxAttempts} {row.CreatedAt:O} {row.ScheduledAt:O} {string.Join(',', row.Tags)} {Plain(row.EncodedMetadata)}";
    }

    [Fact]
    public async Task A_new_job_has_the_columns_that_River_gives_it()
    {
        var row = await InsertAsync(Job(kind: "send", queue: "mail", priority: 3, maxAttempts: 7));

        Assert.True(row.Id > 0);
        Assert.Equal((JobState.Available, "send", "mail", 3, 7, 0), (row.State, row.Kind, row.Queue, row.Priority, row.MaxAttempts, row.Attempt));
        Assert.Equal((Clock.Now, Clock.Now), (row.CreatedAt, row.ScheduledAt));
        Assert.Null(row.AttemptedAt);
        Assert.Null(row.FinalizedAt);
        Assert.Null(row.UniqueKey);
        Assert.Equal(JobStates.None, row.UniqueStates);
        Assert.Empty(row.AttemptedBy);
        Assert.Empty(row.Errors);
        Assert.Empty(row.Tags);
        AssertSameJson("{}", row.EncodedMetadata);
    }

    [Theory]
    [InlineData(JobState.Available)]
    [InlineData(JobState.Scheduled)]
    [InlineData(JobState.Pending)]
    public async Task A_job_is_inserted_in_the_state_given(JobState state)
    {
        var row = await InsertAsync(Job(state: state));

        Assert.Equal(state, row.State);
        Assert.Equal(state, (await GetAsync(row.Id)).State);
    }

    [Fact]
    public async Task A_delay_is_added_to_the_databases_clock()
    {
        var row = await InsertAsync(Job(state: JobState.Scheduled, delay: TimeSpan.FromSeconds(90)));

        Assert.Equal(Clock.Now.AddSeconds(90), row.ScheduledAt);
        Assert.Equal(Clock.Now, row.CreatedAt);
    }

    [Fact]
    public async Task A_time_given_is_kept_to_the_microsecond()
    {
        var time = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.FromHours(5)).AddTicks(1_234_560);

        var row = await InsertAsync(Job(state: JobState.Scheduled, scheduledAt: time));

        Assert.Equal(time, row.ScheduledAt);
        Assert.Equal(TimeSpan.Zero, row.ScheduledAt.Offset);
        Assert.Equal(time, (await GetAsync(row.Id)).ScheduledAt);
    }

    [Theory]
    [InlineData("""{"name":"Ærøskøbing — 東京 🚀 \" \\ / \u0001 \u2028 é"}""")]
    [InlineData("""{"big":123456789012345678901234567890,"small":0.1000000000000000055511151231257827,"exponent":1.5e300,"minus":-9223372036854775809}""")]
    [InlineData("""{"nested":{"list":[1,"two",null,true,{"three":3}],"empty":{}},"null":null}""")]
    [InlineData("{}")]
    public async Task Arguments_and_metadata_come_back_as_they_were(string json)
    {
        var row = await InsertAsync(Job(args: json, metadata: json));

        AssertSameJson(json, row.EncodedArgs);
        AssertSameJson(json, row.EncodedMetadata);
        var stored = await GetAsync(row.Id);
        AssertSameJson(json, stored.EncodedArgs);
        AssertSameJson(json, stored.EncodedMetadata);
    }

    [Fact]
    public async Task Tags_come_back_in_their_order()
    {
        string[] tags = ["zulu", "alpha", "with_underscore", "with-dash", "日本語タグ", "quote\"d", "back\\slash"];

        var row = await InsertAsync(Job(tags: tags));

        Assert.Equal(tags, row.Tags);
        Assert.Equal(tags, (await GetAsync(row.Id)).Tags);
    }

    [Fact]
    public async Task Names_of_full_length_are_kept()
    {
        var (kind, queue) = (new string('k', 127), new string('q', 127));

        var row = await InsertAsync(Job(kind: kind, queue: queue));

        Assert.Equal((kind, queue), (row.Kind, row.Queue));
    }

    [Fact]
    public async Task Inserting_nothing_does_nothing()
    {
        Assert.Empty(await Store.Jobs.InsertAsync([], transaction: null, Token));
        Assert.Equal(0, await Store.Jobs.CopyAsync([], transaction: null, Token));
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_keeps_the_whole_call_out()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => Store.Jobs.InsertAsync([Job(), Job(priority: 9), Job()], transaction: null, Token));

        Assert.Empty(await AllAsync());
    }

    [Fact]
    public async Task A_duplicate_of_a_stored_job_is_reported_with_that_job()
    {
        var first = await InsertAsync(Job(args: """{"first":1}""", key: Key(1)));

        var results = await Store.Jobs.InsertAsync([Job(args: """{"second":2}""", key: Key(1)), Job(key: Key(2))], transaction: null, Token);

        Assert.True(results[0].IsDuplicate);
        Assert.Equal(first.Id, results[0].Job.Id);
        AssertSameJson("""{"first":1}""", results[0].Job.EncodedArgs);
        Assert.False(results[1].IsDuplicate);
        Assert.Equal(2, (await AllAsync()).Count);
    }

    [Fact]
    public async Task A_duplicate_leaves_the_stored_job_as_it_is()
    {
        var first = await InsertAsync(Job(kind: "one", key: Key(1), tags: ["abc"]));
        Clock.Advance(TimeSpan.FromMinutes(1));

        await Store.Jobs.InsertAsync([Job(kind: "two", queue: "elsewhere", key: Key(1), priority: 4)], transaction: null, Token);

        AssertSame(first, await GetAsync(first.Id));
    }

    // river-facts 11.3 topic 8
    [Fact]
    public async Task Of_duplicates_in_one_call_the_first_wins()
    {
        var results = await Store.Jobs.InsertAsync(
            [Job(args: """{"n":0}"""), Job(args: """{"n":1}""", key: Key(1)), Job(args: """{"n":2}""", key: Key(2)), Job(args: """{"n":3}""", key: Key(1)), Job(args: """{"n":4}""", key: Key(1))],
            transaction: null,
            Token);

        Assert.Equal([false, false, false, true, true], results.Select(result => result.IsDuplicate));
        Assert.Equal([results[1].Job.Id, results[1].Job.Id], results.Skip(3).Select(result => result.Job.Id));
        AssertSameJson("""{"n":1}""", results[4].Job.EncodedArgs);
        Assert.Equal(3, (await AllAsync()).Count);
    }

    [Fact]
    public async Task A_unique_key_is_kept_with_its_states()
    {
        var row = await InsertAsync(Job(key: Key(7), uniqueStates: JobStates.Incomplete));

        var stored = await GetAsync(row.Id);
        Assert.Equal(Key(7), stored.UniqueKey!.Value.ToArray());
        Assert.Equal(JobStates.Incomplete, stored.UniqueStates);
    }

    [Fact]
    public async Task A_completed_job_blocks_its_duplicates_only_if_completed_is_among_its_states()
    {
        var blocking = await RunningAsync(Job(key: Key(1), uniqueStates: JobStates.Default));
        await SettledAsync(Completed(blocking.Token));
        var free = await RunningAsync(Job(key: Key(2), uniqueStates: JobStates.Incomplete));
        await SettledAsync(Completed(free.Token));

        var results = await Store.Jobs.InsertAsync(
            [Job(key: Key(1), uniqueStates: JobStates.Default), Job(key: Key(2), uniqueStates: JobStates.Incomplete)], transaction: null, Token);

        Assert.Equal([true, false], results.Select(result => result.IsDuplicate));
        Assert.Equal(blocking.Row.Id, results[0].Job.Id);
    }

    [Fact]
    public async Task Callers_racing_with_one_unique_key_insert_one_job()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(number =>
            (number % 2 == 0 ? Store : Other).Jobs.InsertAsync([Job(key: Key(1))], transaction: null, Token)));

        var rows = results.Select(result => Assert.Single(result)).ToArray();
        Assert.Single(rows, result => !result.IsDuplicate);
        Assert.Single(rows.Select(result => result.Job.Id).Distinct());
        Assert.Single(await AllAsync());
    }

    [Fact]
    public async Task A_copy_inserts_every_row_and_counts_them()
    {
        var jobs = Enumerable.Range(0, 1_000).Select(number => Job(args: $$"""{"n":{{number}}}""", tags: ["bulk"], key: number == 0 ? Key(1) : null)).ToList();
        jobs.Add(Job(state: JobState.Scheduled, delay: TimeSpan.FromMinutes(1), metadata: """{"a":"é"}""", priority: 4, maxAttempts: 3));
        jobs.Add(Job(state: JobState.Pending, queue: "held"));

        Assert.Equal(1_002, await Store.Jobs.CopyAsync(jobs, transaction: null, Token));

        var rows = await Store.Jobs.ListAsync(new JobFilter { Limit = 10_000 }, transaction: null, Token);
        Assert.Equal(1_002, rows.Count);
        Assert.Equal(Key(1), Assert.Single(rows, row => row.UniqueKey is not null).UniqueKey!.Value.ToArray());
        Assert.All(rows.Take(1_000), row => Assert.Equal(["bulk"], row.Tags));
        var scheduled = Assert.Single(rows, row => row.State == JobState.Scheduled);
        Assert.Equal((Clock.Now.AddMinutes(1), Clock.Now, 4, 3), (scheduled.ScheduledAt, scheduled.CreatedAt, scheduled.Priority, scheduled.MaxAttempts));
        AssertSameJson("""{"a":"é"}""", scheduled.EncodedMetadata);
        Assert.Equal("held", Assert.Single(rows, row => row.State == JobState.Pending).Queue);
    }

    [Fact]
    public async Task A_copied_job_can_be_claimed()
    {
        await Store.Jobs.CopyAsync([Job(args: """{"n":1}""")], transaction: null, Token);

        AssertSameJson("""{"n":1}""", (await ClaimOneAsync()).Row.EncodedArgs);
    }

    [Fact]
    public async Task A_copy_with_a_taken_unique_key_inserts_nothing()
    {
        await InsertAsync(Job(key: Key(1)));

        await Assert.ThrowsAsync<UniqueConflictException>(() => Store.Jobs.CopyAsync([Job(), Job(key: Key(1)), Job()], transaction: null, Token));
        await Assert.ThrowsAsync<UniqueConflictException>(() => Store.Jobs.CopyAsync([Job(key: Key(2)), Job(key: Key(2))], transaction: null, Token));

        Assert.Single(await AllAsync());
    }

    private static string Plain(ReadOnlyMemory<byte> json) => System.Text.Encoding.UTF8.GetString(json.Span).Replace(" ", "", StringComparison.Ordinal);
}
