using System.Globalization;
using River.Storage;
using Xunit;

namespace River.Tests.Stores.Sqlite;

/// <summary>Several processes on one file, and one that is killed.</summary>
public sealed class SqliteProcessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_acknowledged_survives_the_death_of_the_process()
    {
        await using var database = await SqliteDatabase.CreateAsync(Token);
        using var process = StoreProcess.Start("insert", database.FileName);
        var acknowledged = new List<string>();
        while (acknowledged.Count < 200)
            acknowledged.Add(await process.ReadLineAsync());

        // The pipe may end inside a line that nobody heard as acknowledged.
        acknowledged.AddRange((await process.KillAsync()).SkipLast(1));

        await using var store = database.NewStore();
        await store.OpenAsync(Token);
        var stored = new HashSet<long>();
        while (await store.Jobs.ListAsync(new JobFilter { AfterId = stored.Count == 0 ? 0 : stored.Max(), Limit = 10_000 }, transaction: null, Token) is { Count: > 0 } page)
            stored.UnionWith(page.Select(row => row.Id));
        Assert.DoesNotContain(acknowledged, line => !stored.Contains(long.Parse(line, CultureInfo.InvariantCulture)));
        // At most the one insert that was under way is there without anybody having heard of it, or its line was cut.
        Assert.InRange(stored.Count - acknowledged.Count, 0, 2);
        Assert.False(Assert.Single(await store.Jobs.InsertAsync([Job], transaction: null, Token)).IsDuplicate);
    }

    [Fact]
    public async Task Two_processes_never_claim_the_same_job()
    {
        const int Count = 150;
        await using var database = await SqliteDatabase.CreateAsync(Token);
        await using var store = database.NewStore();
        await store.Jobs.CopyAsync([.. Enumerable.Repeat(Job, Count)], transaction: null, Token);
        using var one = StoreProcess.Start("claim", database.FileName);
        using var two = StoreProcess.Start("claim", database.FileName);
        Assert.Equal(["ready", "ready"], await Task.WhenAll(one.ReadLineAsync(), two.ReadLineAsync()));

        var claimed = new List<string>();
        for (var round = 0; round < Count / 6; round++)
        {
            one.Go();
            two.Go();
            foreach (var line in await Task.WhenAll(one.ReadLineAsync(), two.ReadLineAsync()))
                claimed.AddRange(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        Assert.Equal(Count, claimed.Count);
        Assert.Equal(Count, claimed.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Another_process_is_woken()
    {
        await using var database = await SqliteDatabase.CreateAsync(Token);
        await using var store = database.NewStore();
        using var process = StoreProcess.Start("listen", database.FileName);
        Assert.Equal("Listening", await process.ReadLineAsync());

        await store.Jobs.InsertAsync([Job], transaction: null, Token);

        Assert.Equal("JobsAvailable default", await process.ReadLineAsync());
    }

    private static JobInsert Job => new() { Kind = "work", Queue = "default", Args = "{}"u8.ToArray(), MaxAttempts = 25 };
}
