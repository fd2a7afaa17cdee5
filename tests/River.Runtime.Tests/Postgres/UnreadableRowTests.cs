using River.Storage;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>Rows that only SQL written by hand can make, and no client can read as a whole.</summary>
public sealed class UnreadableRowTests(PostgresDatabases databases) : PostgresTest(databases)
{
    public static TheoryData<string> Columns() =>
    [
        "tags = '{{a,b},{c,d}}'",
        "scheduled_at = '0044-03-15 BC', created_at = '-infinity'",
        "created_at = '200000-01-01'",
        "attempted_at = '200000-01-01'",
        "attempted_at = 'infinity'",
        "attempted_by = '{{a,b},{c,d}}'",
        "errors = ARRAY[ARRAY['{}'::jsonb, '1'], ARRAY['[]'::jsonb, '\"x\"']]",
        "unique_key = '', unique_states = B'00000000'",
    ];

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task An_unreadable_row_hides_no_other_from_lists_and_is_deleted_with_them(string columns)
    {
        var (bad, good) = (await InsertAsync(Job()), await InsertAsync(Job()));
        await ScalarAsync($"UPDATE river_job SET {columns} WHERE id = {bad.Id}");
        var filter = new JobFilter { Kinds = [good.Kind] };

        Assert.Equal([bad.Id, good.Id], (await Store.Jobs.ListAsync(filter, transaction: null, Token)).Select(row => row.Id));
        Assert.Equal([bad.Id, good.Id], (await Store.Jobs.DeleteManyAsync(filter, transaction: null, Token)).Select(row => row.Id));
    }

    [Theory]
    [InlineData("infinity")]
    [InlineData("200000-01-01")]
    public async Task A_job_whose_time_never_comes_keeps_none_that_is_due_from_being_promoted(string time)
    {
        var parked = await InsertAsync(Job(state: JobState.Scheduled, delay: TimeSpan.FromHours(1)));
        var due = await InsertAsync(Job(state: JobState.Scheduled));
        await ScalarAsync($"UPDATE river_job SET scheduled_at = '{time}' WHERE id = {parked.Id}");
        await ScalarAsync($"UPDATE river_job SET scheduled_at = '2000-01-01' WHERE id = {due.Id}");
        var term = await Store.Lease.LeadAsync("leader", TimeSpan.FromMinutes(1), Token);

        var promotion = await Store.Due.PromoteAsync(term!, 10, Token);

        Assert.Equal((1, null), (promotion.Count, promotion.NextDueIn));
    }

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task An_unreadable_row_keeps_no_other_from_being_claimed_and_can_be_settled(string columns)
    {
        var bad = await InsertAsync(Job());
        var good = await InsertAsync(Job());
        await ScalarAsync($"UPDATE river_job SET {columns} WHERE id = {bad.Id}");

        var claimed = await ClaimAsync();

        Assert.Equal([bad.Id, good.Id], claimed.Select(job => job.Row.Id).Order());
        var result = await Store.Claims.SettleAsync(
            [.. claimed.Select(job => new Settlement { Token = job.Token, State = JobState.Discarded, Error = new AttemptError(DateTimeOffset.UnixEpoch, 1, "bad", ""), Metadata = Utf8("{\"a\":1}") })],
            transaction: null,
            Token);
        Assert.All(result, settled => Assert.True(settled.Accepted));
    }

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task An_unreadable_row_keeps_no_other_from_being_rescued(string columns)
    {
        var start = await Store.Presence.EnterAsync("gone", TimeSpan.FromSeconds(15), Token);
        await InsertAsync(Job());
        await InsertAsync(Job());
        var claimed = await Store.Claims.ClaimAsync(new ClaimDemand("gone", [new QueueDemand("default", 2)], ["work"], start.StartedAt), Token);
        await ScalarAsync($"UPDATE river_job SET {columns} WHERE id = {claimed[0].Row.Id}");
        await Store.Presence.LeaveAsync(start, Token);

        Assert.Contains(claimed[1].Token, (await Store.Presence.OrphansAsync(expired: true, 0, 10, Token)).Select(job => job.Token));
        Assert.Contains(claimed[1].Token, (await Store.Presence.StraysAsync(start, [], 10, Token)).Select(job => job.Token));
        Assert.Contains(claimed[1].Token, (await Store.Claims.ExpiredAsync(TimeSpan.Zero, 0, 10, Token)).Select(job => job.Token));
    }
}
