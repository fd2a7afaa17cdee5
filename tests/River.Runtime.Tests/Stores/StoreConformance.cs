using System.Text;
using System.Text.Json;
using River.Storage;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Stores;

/// <summary>What every store must do: the doc comments of <see cref="JobStore"/> and its roles as tests. One file for each role.</summary>
public abstract partial class StoreConformance : IAsyncLifetime
{
    private StoreDatabase? _database;
    private JobStore? _store;
    private JobStore? _other;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What the stores take for the database's time.</summary>
    private protected TestClock Clock { get; } = new();

    private protected JobStore Store => _store ?? throw new InvalidOperationException("Not initialized.");

    /// <summary>A second store on the same database, as of another process.</summary>
    private protected JobStore Other => _other ??= WithClock(Database.NewStore());

    private protected StoreDatabase Database => _database ?? throw new InvalidOperationException("Not initialized.");

    private protected abstract Task<StoreDatabase> CreateDatabaseAsync();

    public async ValueTask InitializeAsync()
    {
        _database = await CreateDatabaseAsync();
        _store = WithClock(_database.NewStore());
        await _store.OpenAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_other is not null)
            await _other.DisposeAsync();
        if (_store is not null)
            await _store.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static void AssertSameJson(string expected, ReadOnlyMemory<byte> actual)
    {
        var text = Encoding.UTF8.GetString(actual.Span);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), JsonElement.Parse(text)), $"Expected {expected}, got {text}");
    }

    /// <summary>Rows alike in every column.</summary>
    private static void AssertSame(JobRow expected, JobRow? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(Described(expected), Described(actual));
        AssertSameJson(Encoding.UTF8.GetString(expected.EncodedArgs.Span), actual.EncodedArgs);
        AssertSameJson(Encoding.UTF8.GetString(expected.EncodedMetadata.Span), actual.EncodedMetadata);

        static string Described(JobRow row) => string.Join('\n',
            $"{row.Id} {row.State} {row.Kind} {row.Queue} attempt {row.Attempt}/{row.MaxAttempts} priority {row.Priority}",
            $"created {row.CreatedAt:O} scheduled {row.ScheduledAt:O} attempted {row.AttemptedAt:O} finalized {row.FinalizedAt:O}",
            $"tags {string.Join(',', row.Tags)} by {string.Join(',', row.AttemptedBy)} errors {string.Join(',', row.Errors)}",
            $"key {(row.UniqueKey is { } key ? Convert.ToHexString(key.Span) : "none")} {row.UniqueStates}");
    }

    /// <summary>32 bytes that differ by number.</summary>
    private static byte[] Key(byte number) => [.. Enumerable.Repeat(number, 32)];

    private static JobInsert Job(
        string kind = "work",
        string queue = "default",
        JobState state = JobState.Available,
        int priority = 1,
        TimeSpan delay = default,
        DateTimeOffset? scheduledAt = null,
        string args = "{}",
        string? metadata = null,
        int maxAttempts = 25,
        IReadOnlyList<string>? tags = null,
        byte[]? key = null,
        JobStates uniqueStates = JobStates.Default) => new()
        {
            Kind = kind,
            Queue = queue,
            State = state,
            Priority = priority,
            Delay = delay,
            ScheduledAt = scheduledAt,
            Args = Utf8(args),
            Metadata = metadata is null ? null : Utf8(metadata),
            MaxAttempts = maxAttempts,
            Tags = tags ?? [],
            UniqueKey = key,
            UniqueStates = key is null ? JobStates.None : uniqueStates,
        };

    private async Task<JobRow> InsertAsync(JobInsert job)
    {
        var results = await Store.Jobs.InsertAsync([job], transaction: null, Token);
        Assert.False(Assert.Single(results).IsDuplicate);
        return results[0].Job;
    }

    private Task<IReadOnlyList<ClaimedJob>> ClaimAsync(int freeSlots = 100, string queue = "default", string client = "client", string[]? kinds = null, JobStore? store = null) =>
        (store ?? Store).Claims.ClaimAsync(new ClaimDemand(client, [new QueueDemand(queue, freeSlots)], kinds ?? ["work"]), Token);

    private async Task<ClaimedJob> ClaimOneAsync(string queue = "default", string client = "client") =>
        Assert.Single(await ClaimAsync(1, queue, client));

    /// <summary>Inserts a job and claims it.</summary>
    private async Task<ClaimedJob> RunningAsync(JobInsert? job = null)
    {
        await InsertAsync(job ?? Job());
        return await ClaimOneAsync((job ?? Job()).Queue);
    }

    private async Task<SettleResult> SettleAsync(Settlement settlement) =>
        Assert.Single(await Store.Claims.SettleAsync([settlement], transaction: null, Token));

    private async Task<JobRow> SettledAsync(Settlement settlement)
    {
        var result = await SettleAsync(settlement);
        Assert.True(result.Accepted);
        var row = await GetAsync(settlement.Token.JobId);
        Assert.Equal(row.State, result.State);
        return row;
    }

    private static Settlement Completed(ClaimToken token) => new() { Token = token, State = JobState.Completed };

    private async Task<JobRow> GetAsync(long id)
    {
        var row = await Store.Jobs.GetAsync(id, transaction: null, Token);
        return row ?? throw new InvalidOperationException($"There is no job {id}.");
    }

    private Task<IReadOnlyList<JobRow>> AllAsync() => Store.Jobs.ListAsync(new JobFilter(), transaction: null, Token);

    private async Task<LeaderTerm> LeadAsync(string client = "leader", TimeSpan? duration = null)
    {
        var term = await Store.Lease.LeadAsync(client, duration ?? TimeSpan.FromHours(1), Token);
        return term ?? throw new InvalidOperationException("Somebody else leads.");
    }

    private JobStore WithClock(JobStore store)
    {
        store.Clock = () => Clock.Now;
        return store;
    }
}
