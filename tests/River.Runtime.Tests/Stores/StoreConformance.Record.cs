using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    [Fact]
    public async Task Recording_replaces_keys_of_the_metadata_and_nothing_else()
    {
        var claimed = await RunningAsync(Job(metadata: """{"kept":1,"replaced":{"a":1}}"""));
        Clock.Advance(TimeSpan.FromSeconds(2));

        var result = await RecordAsync(claimed.Token, """{"replaced":{"b":2},"added":null}""");

        Assert.Equal(new SettleResult(Accepted: true, JobState.Running), result);
        var row = await GetAsync(claimed.Row.Id);
        AssertSameJson("""{"kept":1,"replaced":{"b":2},"added":null}""", row.EncodedMetadata);
        AssertSame(claimed.Row, new JobRow
        {
            Id = row.Id,
            State = row.State,
            Kind = row.Kind,
            Queue = row.Queue,
            Attempt = row.Attempt,
            MaxAttempts = row.MaxAttempts,
            Priority = row.Priority,
            EncodedArgs = row.EncodedArgs,
            EncodedMetadata = claimed.Row.EncodedMetadata,
            Tags = row.Tags,
            CreatedAt = row.CreatedAt,
            ScheduledAt = row.ScheduledAt,
            AttemptedAt = row.AttemptedAt,
            AttemptedBy = row.AttemptedBy,
        });
    }

    [Fact]
    public async Task An_attempt_that_has_ended_records_nothing()
    {
        var claimed = await RunningAsync();
        await SettledAsync(Completed(claimed.Token));

        var result = await RecordAsync(claimed.Token, """{"late":1}""");

        Assert.Equal(new SettleResult(Accepted: false, JobState.Completed), result);
        AssertSameJson("{}", (await GetAsync(claimed.Row.Id)).EncodedMetadata);
    }

    [Fact]
    public async Task An_earlier_attempt_records_nothing_into_a_later_one_of_the_same_number()
    {
        var claimed = await RunningAsync();
        await SettledAsync(new Settlement { Token = claimed.Token, State = JobState.Available, RestoreAttempt = true });
        var again = await ClaimOneAsync();
        Assert.Equal(claimed.Row.Attempt, again.Row.Attempt);

        Assert.Equal(new SettleResult(Accepted: false, JobState.Running), await RecordAsync(claimed.Token, """{"late":1}"""));
        Assert.True((await RecordAsync(again.Token, """{"now":1}""")).Accepted);

        AssertSameJson("""{"now":1}""", (await GetAsync(claimed.Row.Id)).EncodedMetadata);
    }

    [Fact]
    public async Task Recording_for_a_job_that_is_gone_tells_no_state()
    {
        var claimed = await RunningAsync();
        await SettledAsync(Completed(claimed.Token));
        await Store.Jobs.DeleteAsync(claimed.Row.Id, transaction: null, Token);

        Assert.Equal(new SettleResult(Accepted: false, State: null), await RecordAsync(claimed.Token, """{"late":1}"""));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_recorded_in_a_callers_transaction_shares_its_fate(bool commit)
    {
        var claimed = await RunningAsync();
        await InTransactionAsync(commit, async transaction =>
            Assert.True((await Store.Claims.RecordAsync(claimed.Token, Utf8("""{"step":"a"}"""), transaction, Token)).Accepted));

        AssertSameJson(commit ? """{"step":"a"}""" : "{}", (await GetAsync(claimed.Row.Id)).EncodedMetadata);
    }

    [Fact]
    public async Task What_is_recorded_may_be_nested_as_deep_as_the_database_allows()
    {
        var claimed = await RunningAsync();
        var deep = $$"""{"deep":{{new string('[', 500)}}1{{new string(']', 500)}}}""";

        Assert.True((await RecordAsync(claimed.Token, deep)).Accepted);
        var row = await SettledAsync(new Settlement { Token = claimed.Token, State = JobState.Completed, Metadata = Utf8(deep.Replace("deep", "deeper", StringComparison.Ordinal)) });

        Assert.Equal(2, row.ReadMetadata().EnumerateObject().Count());
    }

    private Task<SettleResult> RecordAsync(ClaimToken token, string metadata) =>
        Store.Claims.RecordAsync(token, Utf8(metadata), transaction: null, Token);
}
