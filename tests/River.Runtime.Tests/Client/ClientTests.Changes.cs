using System.Text.Json.Serialization;
using River.Storage;
using Xunit;

namespace River.Tests.Client;

public abstract partial class ClientTests
{
    // river-facts 11.3 topic 32
    [Fact]
    public async Task Output_and_metadata_are_merged_into_a_job_in_any_state()
    {
        var id = (await Jobs.EnqueueAsync(new SendMail(1), new EnqueueOptions { Metadata = new() { ["who"] = "me", ["n"] = 1 } }, Token)).Job.Id;

        var first = await Jobs.UpdateAsync(id, new JobUpdate { Metadata = new() { ["n"] = 2, ["output"] = "lost" } }.WithOutput(new Receipt("é", 3), ClientTestJson.Default.Receipt), Token);
        AssertJson("""{"who":"me","n":2,"output":{"Text":"é","Pages":3}}""", first.EncodedMetadata);

        await Store.Claims.ClaimAsync(new ClaimDemand("worker", [new QueueDemand("mail", 1)], ["send_mail"]), Token);
        var second = await Jobs.UpdateAsync(id, new JobUpdate { Metadata = new() { ["n"] = null } }, Token);
        AssertJson("""{"who":"me","n":null,"output":{"Text":"é","Pages":3}}""", second.EncodedMetadata);
        Assert.Equal(JobState.Running, second.State);

        AssertJson("""{"who":"me","n":null,"output":{"Text":"é","Pages":3}}""", (await Jobs.UpdateAsync(id, new JobUpdate(), Token)).EncodedMetadata);
        await Assert.ThrowsAsync<JobNotFoundException>(() => Jobs.UpdateAsync(404, new JobUpdate { Metadata = new() { ["n"] = 1 } }, Token));
        await Assert.ThrowsAsync<JobNotFoundException>(() => Jobs.UpdateAsync(404, new JobUpdate(), Token));
    }

    [Fact]
    public async Task A_conflict_beyond_kinds_is_answered_with_the_job_of_the_other_kind_as_it_is()
    {
        var across = new EnqueueOptions { Queue = "mail", Unique = new UniqueOptions { Queue = true, ExcludeKind = true } };
        var first = await Jobs.EnqueueAsync(new SendMail(1), across, Token);

        var second = await Jobs.EnqueueAsync(new Cleanup(2), across, Token);
        var batch = await Jobs.EnqueueManyAsync([JobRequest.For(new Cleanup(3), across), JobRequest.For(new SendMail(4), across)], Token);

        Assert.False(first.IsDuplicate);
        Assert.Equal((true, first.Job.Id, "send_mail"), (second.IsDuplicate, second.Job.Id, second.Job.Kind));
        Assert.All(batch, result => Assert.Equal((true, first.Job.Id, "send_mail"), (result.IsDuplicate, result.Job.Id, result.Job.Kind)));
        var row = Assert.Single(await Jobs.ListAsync(cancellationToken: Token));
        Assert.Equal("send_mail", row.Kind);
        Assert.Equal(1, row.ReadArgs<SendMail>().OrderId);
    }

    // river-facts 11.3 topic 7
    [Fact]
    public async Task A_job_that_was_cancelled_or_discarded_blocks_no_duplicate_and_a_completed_one_does()
    {
        foreach (var state in new[] { JobState.Cancelled, JobState.Discarded, JobState.Completed })
        {
            var account = $"{state}";
            var first = await Jobs.EnqueueAsync(new Charge(account, "1"), cancellationToken: Token);
            var claimed = Assert.Single(await Store.Claims.ClaimAsync(new ClaimDemand("worker", [new QueueDemand("default", 1)], ["charge"]), Token));
            await Store.Claims.SettleAsync([new Settlement { Token = claimed.Token, State = state }], transaction: null, Token);

            var second = await Jobs.EnqueueAsync(new Charge(account, "2"), cancellationToken: Token);

            Assert.Equal((first.Job.Id, claimed.Row.Id), (claimed.Row.Id, first.Job.Id));
            Assert.Equal(state == JobState.Completed, second.IsDuplicate);
            await Jobs.CancelAsync(second.Job.Id, Token);
            if (!second.IsDuplicate)
                continue;
            Assert.Equal(JobState.Completed, second.Job.State);

            // As the cleaner does when its time is over.
            await Jobs.DeleteAsync(first.Job.Id, Token);
            Assert.False((await Jobs.EnqueueAsync(new Charge(account, "3"), cancellationToken: Token)).IsDuplicate);
        }
    }

    // river-facts 11.3 topic 6
    [Fact]
    public async Task Other_arguments_another_queue_and_another_period_make_no_duplicate()
    {
        var unique = new EnqueueOptions { Unique = new UniqueOptions { Args = true, Queue = true, Period = TimeSpan.FromHours(1) } };
        var first = await Jobs.EnqueueAsync(new SendMail(1), unique, Token);
        var same = await Jobs.EnqueueAsync(new SendMail(1), unique, Token);

        var otherArgs = await Jobs.EnqueueAsync(new SendMail(2), unique, Token);
        var otherQueue = await Jobs.EnqueueAsync(new SendMail(1), unique with { Queue = "elsewhere" }, Token);
        Time.Advance(TimeSpan.FromHours(1));
        var otherPeriod = await Jobs.EnqueueAsync(new SendMail(1), unique, Token);

        Assert.Equal((true, first.Job.Id), (same.IsDuplicate, same.Job.Id));
        EnqueueResult[] apart = [first, otherArgs, otherQueue, otherPeriod];
        Assert.All(apart, result => Assert.False(result.IsDuplicate));
        Assert.Equal(4, apart.Select(result => result.Job.Id).Distinct().Count());
    }

    // river-facts 11.3 topics 32 and 34
    [Fact]
    public async Task An_update_that_cannot_be_stored_is_refused_by_name()
    {
        var id = (await Jobs.EnqueueAsync(new SendMail(1), cancellationToken: Token)).Job.Id;

        Assert.Contains("32 MiB", Assert.Throws<InvalidUpdateException>(() => new JobUpdate().WithOutput(new string('x', 32 * 1024 * 1024), ClientTestJson.Default.String)).Message, StringComparison.Ordinal);
        Assert.Equal("Output.Text", Assert.Throws<InvalidUpdateException>(() => new JobUpdate().WithOutput(new Receipt("\0", 1), ClientTestJson.Default.Receipt)).Member);
        Assert.Equal("Metadata.river:log", (await Assert.ThrowsAsync<InvalidUpdateException>(() => Jobs.UpdateAsync(id, new JobUpdate { Metadata = new() { ["river:log"] = 1 } }, Token))).Member);
        Assert.Equal("Metadata.a", (await Assert.ThrowsAsync<InvalidUpdateException>(() => Jobs.UpdateAsync(id, new JobUpdate { Metadata = new() { ["a"] = "\uD800" } }, Token))).Member);
        AssertJson("{}", (await Jobs.GetAsync(id, Token))!.EncodedMetadata);

        var most = new JobUpdate().WithOutput(new string('x', (32 * 1024 * 1024) - 2), ClientTestJson.Default.String);
        Assert.Equal(32 * 1024 * 1024, (await Jobs.UpdateAsync(id, most, Token)).EncodedMetadata.Length - """{"output":}""".Length, 1.0);
    }

    // river-facts 11.3 topic 9
    [Fact]
    public async Task Bulk_goes_in_batches_and_tells_how_far_it_is()
    {
        var told = new Told();
        var asked = 0;

        var result = await Jobs.EnqueueBulkAsync(Numbers(25), new BulkOptions { BatchSize = 10, Progress = told }, Token);

        Assert.Equal(new BulkResult(25, 0), result);
        Assert.Equal([new(10, 0), new(20, 0), new(25, 0)], told.Results);

        // The next is asked for when the batch before it is stored.
        Assert.Equal([9, 19, 25], told.Asked);
        Assert.Equal(25, (await Jobs.ListAsync(new JobFilter { Kinds = ["send_mail"] }, Token)).Count);

        async IAsyncEnumerable<JobRequest> Numbers(int count)
        {
            told.Watch(() => asked);
            for (; asked < count; asked++)
            {
                await Task.Yield();
                yield return JobRequest.For(new SendMail(asked));
            }
        }
    }

    // river-facts 11.3 topic 9
    [Fact]
    public async Task Bulk_leaves_duplicates_out_where_it_is_told_to()
    {
        await Jobs.EnqueueAsync(new Charge("a", "1"), cancellationToken: Token);
        JobRequest[] requests = [JobRequest.For(new SendMail(1)), JobRequest.For(new Charge("a", "2")), JobRequest.For(new Charge("b", "1")), JobRequest.For(new Charge("b", "2")), JobRequest.For(new SendMail(2))];

        var told = new Told();
        var result = await Jobs.EnqueueBulkAsync(requests, new BulkOptions { Duplicates = BulkDuplicates.Skip, BatchSize = 3, Progress = told }, Token);

        Assert.Equal(new BulkResult(3, 2), result);
        Assert.Equal([new(2, 1), new(3, 2)], told.Results);
        Assert.Equal(4, (await Jobs.ListAsync(cancellationToken: Token)).Count);
    }

    [Fact]
    public async Task Bulk_that_fails_keeps_the_batches_before_and_in_a_transaction_none()
    {
        await Jobs.EnqueueAsync(new Charge("a", "1"), cancellationToken: Token);
        JobRequest[] requests = [JobRequest.For(new SendMail(1)), JobRequest.For(new SendMail(2)), JobRequest.For(new SendMail(3)), JobRequest.For(new Charge("a", "2"))];

        var refused = await Assert.ThrowsAsync<UniqueConflictException>(() => Jobs.EnqueueBulkAsync(requests, new BulkOptions { BatchSize = 2 }, Token));
        Assert.Contains("pass BulkOptions.Duplicates = Skip", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await Jobs.ListAsync(new JobFilter { Kinds = ["send_mail"] }, Token)).Count);

        await using (var connection = await Database.ConnectAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync(Token);
            await Assert.ThrowsAsync<UniqueConflictException>(() => Jobs.In(transaction).EnqueueBulkAsync(requests, new BulkOptions { BatchSize = 2 }, Token));
            await transaction.RollbackAsync(Token);
        }

        Assert.Equal(2, (await Jobs.ListAsync(new JobFilter { Kinds = ["send_mail"] }, Token)).Count);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Jobs.EnqueueBulkAsync(requests, new BulkOptions { BatchSize = 0 }, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Jobs.EnqueueBulkAsync(requests, new BulkOptions { BatchSize = 100_001 }, Token));
    }

    [Fact]
    public async Task Bulk_is_ended_between_its_batches()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var told = new Told();
        told.Watch(() => told.Results.Count == 1 ? Cancel() : 0);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Jobs.EnqueueBulkAsync(
            Enumerable.Range(0, 1_000_000).Select(number => JobRequest.For(new SendMail(number))), new BulkOptions { BatchSize = 10, Progress = told }, stop.Token));

        Assert.Equal(10, (await Jobs.ListAsync(cancellationToken: Token)).Count);

        int Cancel()
        {
            stop.Cancel();
            return 0;
        }
    }

    // river-facts 11.3 topic 10
    [Fact]
    public async Task Every_operation_joins_the_transaction_and_leaves_nothing_when_it_is_rolled_back()
    {
        var job = (await Jobs.EnqueueAsync(new SendMail(1), cancellationToken: Token)).Job;
        var cancelled = (await Jobs.EnqueueAsync(new SendMail(2), cancellationToken: Token)).Job;
        await Jobs.CancelAsync(cancelled.Id, Token);
        await Store.Queues.UpsertAsync(["mail"], Token);
        var before = await DumpAsync();
        _nudges.Queues.Clear();

        await using (var connection = await Database.ConnectAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync(Token);
            var bound = Jobs.In(transaction);

            await bound.EnqueueAsync(new SendMail(3), cancellationToken: Token);
            await bound.EnqueueManyAsync([new SendMail(4)], cancellationToken: Token);
            await bound.EnqueueBulkAsync([JobRequest.For(new SendMail(5)), JobRequest.For(new Charge("a", "1"))], new BulkOptions { Duplicates = BulkDuplicates.Skip }, Token);
            Assert.Equal(JobState.Available, (await bound.RetryAsync(cancelled.Id, Token)).State);
            await bound.UpdateAsync(job.Id, new JobUpdate { Metadata = new() { ["x"] = 1 } }, Token);
            Assert.Equal(JobState.Cancelled, (await bound.CancelAsync(job.Id, Token)).State);
            await bound.DeleteAsync(cancelled.Id, Token);
            Assert.Single(await bound.DeleteManyAsync(new JobFilter { Ids = [job.Id] }, cancellationToken: Token));
            await bound.PauseQueueAsync("mail", Token);
            Assert.True((await bound.GetQueueAsync("mail", Token))!.IsPaused);
            await bound.ResumeQueueAsync("mail", Token);
            await bound.UpdateQueueAsync("mail", new QueueUpdate { MaxWorkers = 2 }, Token);
            Assert.Equal(2, Assert.Single(await bound.ListQueuesAsync(cancellationToken: Token)).MaxWorkers);
            Assert.Equal(4, (await bound.ListAsync(cancellationToken: Token)).Count);
            Assert.Equal(4, await bound.ListAllAsync(new JobFilter { Limit = 1 }, Token).CountAsync(Token));
            Assert.Null(await bound.GetAsync(job.Id, Token));
            await transaction.RollbackAsync(Token);
        }

        Assert.Equal(before, await DumpAsync());
        Assert.Empty(_nudges.Queues);

        async Task<string> DumpAsync() => string.Join('\n', [
            .. (await Jobs.ListAsync(cancellationToken: Token)).Select(row => $"{row.Id} {row.State} {System.Text.Encoding.UTF8.GetString(row.EncodedMetadata.Span)}"),
            .. (await Jobs.ListQueuesAsync(cancellationToken: Token)).Select(queue => $"{queue.Name} {queue.UpdatedAt:O} {queue.PausedAt:O} {queue.MaxWorkers}")]);
    }

    /// <summary>Notes at once what it is told, and something else with it.</summary>
    private sealed class Told : IProgress<BulkResult>
    {
        private Func<int> _also = static () => 0;

        public List<BulkResult> Results { get; } = [];

        public List<int> Asked { get; } = [];

        public void Watch(Func<int> also) => _also = also;

        public void Report(BulkResult value)
        {
            Results.Add(value);
            Asked.Add(_also());
        }
    }
}

internal sealed record Receipt(string Text, int Pages);

[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(string))]
internal sealed partial class ClientTestJson : JsonSerializerContext;
