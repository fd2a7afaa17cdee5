using Xunit;

namespace River.Tests.Stores;

/// <summary>Enqueues of several callers at the same time: stores may write them together, and no caller may notice.</summary>
public abstract partial class StoreConformance
{
    private const int Callers = 120;

    [Fact]
    public async Task Callers_at_the_same_time_each_get_their_own_jobs()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller =>
            Store.Jobs.InsertAsync([.. Enumerable.Range(0, 1 + (caller % 3)).Select(row => Job(args: Args(caller, row), priority: 1 + (caller % 4), tags: [$"caller-{caller}"]))], transaction: null, Token)));

        for (var caller = 0; caller < Callers; caller++)
        {
            Assert.Equal(1 + (caller % 3), results[caller].Count);
            for (var row = 0; row < results[caller].Count; row++)
            {
                var result = results[caller][row];
                Assert.False(result.IsDuplicate);
                AssertSame(result.Job, await GetAsync(result.Job.Id));
                AssertSameJson(Args(caller, row), result.Job.EncodedArgs);
                Assert.Equal([$"caller-{caller}"], result.Job.Tags);
            }

            Assert.Equal(results[caller].Select(result => result.Job.Id).Order(), results[caller].Select(result => result.Job.Id));
        }

        Assert.Equal(results.Sum(rows => rows.Count), (await AllAsync(1_000)).Count);
    }

    [Fact]
    public async Task Of_callers_at_the_same_time_with_one_key_one_inserts_and_the_others_are_told_its_job()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller =>
            Store.Jobs.InsertAsync([Job(args: Args(caller, 0), key: Key((byte)(caller % 7))), Job(args: Args(caller, 1))], transaction: null, Token)));

        foreach (var group in Enumerable.Range(0, Callers).GroupBy(caller => caller % 7, caller => results[caller][0]))
        {
            Assert.Single(group, result => !result.IsDuplicate);
            Assert.Single(group.Select(result => result.Job.Id).Distinct());
        }

        Assert.All(results, rows => Assert.False(rows[1].IsDuplicate));
        Assert.Equal(Callers + 7, (await AllAsync(1_000)).Count);
    }

    [Fact]
    public async Task What_the_database_refuses_of_one_caller_fails_that_caller_alone()
    {
        var inserts = Enumerable.Range(0, Callers).Select(caller =>
            Store.Jobs.InsertAsync([Job(args: Args(caller, 0)), Job(args: Args(caller, 1), priority: IsBad(caller) ? 9 : 1)], transaction: null, Token)).ToArray();

        for (var caller = 0; caller < Callers; caller++)
        {
            var insert = inserts[caller];
            if (IsBad(caller))
                await Assert.ThrowsAnyAsync<Exception>(() => insert);
            else
                AssertSameJson(Args(caller, 1), (await insert)[1].Job.EncodedArgs);
        }

        var expected = Enumerable.Range(0, Callers).Where(caller => !IsBad(caller)).SelectMany(caller => new[] { Args(caller, 0), Args(caller, 1) });
        Assert.Equal(expected.Order(StringComparer.Ordinal), (await AllAsync(1_000)).Select(job => Plain(job.EncodedArgs)).Order(StringComparer.Ordinal));

        static bool IsBad(int caller) => caller % 11 == 5;
    }

    [Fact]
    public async Task A_caller_that_cancels_is_told_the_truth_and_takes_no_other_along()
    {
        using var cancel = new CancellationTokenSource();
        var inserts = Enumerable.Range(0, Callers).Select(caller =>
            Store.Jobs.InsertAsync([Job(args: Args(caller, 0))], transaction: null, caller % 3 == 1 ? cancel.Token : Token)).ToArray();
        await cancel.CancelAsync();

        var stored = new List<string>();
        for (var caller = 0; caller < Callers; caller++)
        {
            var insert = inserts[caller];
            await ((Task)insert).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            Assert.Equal(caller % 3 == 1 && !insert.IsCompletedSuccessfully, insert.IsCanceled);
            if (insert.IsCompletedSuccessfully)
                stored.Add(Args(caller, 0));
        }

        Assert.Equal(stored.Order(StringComparer.Ordinal), (await AllAsync(1_000)).Select(job => Plain(job.EncodedArgs)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_callers_jobs_are_numbered_in_the_order_of_its_calls()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(async caller =>
        {
            var own = new List<long>();
            for (var call = 0; call < 15; call++)
                own.Add((await Store.Jobs.InsertAsync([Job(args: Args(caller, call))], transaction: null, Token))[0].Job.Id);
            return own;
        }));

        Assert.All(ids, own => Assert.Equal(own.Order(), own));
        Assert.Equal(8 * 15, ids.SelectMany(own => own).Distinct().Count());
    }

    private static string Args(int caller, int row) => $$"""{"a":{{caller}},"b":{{row}}}""";

    private Task<IReadOnlyList<JobRow>> AllAsync(int limit) => Store.Jobs.ListAsync(new JobFilter { Limit = limit }, transaction: null, Token);
}
