using Microsoft.Extensions.DependencyInjection;
using River.Tests.Stores.Sqlite;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Client;

/// <summary>What the client does when the database is out of reach for a while: here, a SQLite file that somebody else writes.</summary>
public sealed class RepeatedCallsTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private SqliteDatabase? _database;
    private ServiceProvider? _services;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IJobClient Jobs => _services!.GetRequiredService<IJobClient>();

    public async ValueTask InitializeAsync()
    {
        _database = new SqliteDatabase { StatementTimeout = TimeSpan.FromMilliseconds(500) };
        await using (var store = _database.NewStore())
            await store.Schema.MigrateAsync(Token);
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(_time)
            .AddRiverClient(river => river.UseStore((_, _) => _database.NewStore()).AddManifest(TestManifests.Contracts()))
            .BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _services!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    [Fact]
    public async Task What_may_be_done_twice_is_tried_again_after_a_wait()
    {
        var id = (await Jobs.EnqueueAsync(new SendMail(1), cancellationToken: Token)).Job.Id;
        Task<JobRow> cancelled;
        await using (var connection = await _database!.ConnectAsync())
        {
            await using var writing = await connection.BeginTransactionAsync(Token);
            cancelled = Jobs.CancelAsync(id, Token);
            await _time.WaitForTimersAsync(1, Token);
            await writing.RollbackAsync(Token);
        }

        var wait = await _time.AdvanceToNextTimerAsync(Token);

        Assert.Equal(JobState.Cancelled, (await cancelled).State);
        Assert.InRange(wait, TimeSpan.FromMilliseconds(25), TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task It_gives_up_after_a_few_tries_with_growing_waits()
    {
        var id = (await Jobs.EnqueueAsync(new SendMail(1), cancellationToken: Token)).Job.Id;
        await using var connection = await _database!.ConnectAsync();
        await using var writing = await connection.BeginTransactionAsync(Token);
        var cancelled = Jobs.CancelAsync(id, Token);

        var waits = new List<TimeSpan>();
        for (var i = 0; i < 4; i++)
            waits.Add(await _time.AdvanceToNextTimerAsync(Token));

        await Assert.ThrowsAsync<StoreUnavailableException>(() => cancelled);
        Assert.True(waits[3] > waits[0] * 3, string.Join(", ", waits));
    }

    [Fact]
    public async Task An_insert_is_never_tried_again()
    {
        await Jobs.ListAsync(cancellationToken: Token);
        await using var connection = await _database!.ConnectAsync();
        await using var writing = await connection.BeginTransactionAsync(Token);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => Jobs.EnqueueAsync(new SendMail(1), cancellationToken: Token));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Jobs.EnqueueBulkAsync([JobRequest.For(new SendMail(1))], cancellationToken: Token));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Jobs.DeleteAsync(1, Token));

        Assert.Equal(0, _time.ArmedTimers);
    }
}
