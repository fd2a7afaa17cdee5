using System.Text;
using Npgsql;
using River.Postgres;
using River.Storage;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>A test of what only PostgreSQL does, on an empty database with River's tables.</summary>
public abstract class PostgresTest(PostgresDatabases databases) : IClassFixture<PostgresDatabases>, IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _opened = [];
    private JobStore? _store;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected string Database { get; private set; } = "";

    private protected JobStore Store => _store ?? throw new InvalidOperationException("Not initialized.");

    public async ValueTask InitializeAsync()
    {
        Database = await databases.RentMigratedAsync();
        _store = NewStore(new RiverOptions());
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var opened in _opened)
            await opened.DisposeAsync();
        await databases.ReturnAsync(Database);
    }

    private protected JobStore NewStore(RiverOptions options, string? connectionString = null, TimeProvider? time = null)
    {
        var store = new PostgresStore(PostgresSource.Build(connectionString ?? Database, options), ownsSource: true, options, time);
        _opened.Add(store);
        return store;
    }

    private protected async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database) { Pooling = false }.ConnectionString);
        _opened.Add(connection);
        await connection.OpenAsync(Token);
        return connection;
    }

    private protected Task<object?> ScalarAsync(string text) => RunAsync(text, Token);

    /// <summary>What a test has left behind is cleaned up also when the test was cancelled.</summary>
    private protected Task CleanUpAsync(string text) => RunAsync(text, CancellationToken.None);

    private async Task<object?> RunAsync(string text, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(text, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private protected static JobInsert Job(
        string queue = "default", JobState state = JobState.Available, TimeSpan delay = default, int maxAttempts = 25, byte? key = null, JobStates states = JobStates.Default, string kind = "work") => new()
        {
            Kind = kind,
            Queue = queue,
            State = state,
            Delay = delay,
            Args = "{}"u8.ToArray(),
            MaxAttempts = maxAttempts,
            UniqueKey = key is { } value ? [.. Enumerable.Repeat(value, 32)] : null,
            UniqueStates = key is null ? JobStates.None : states,
        };

    private protected async Task<JobRow> InsertAsync(JobInsert job) => (await Store.Jobs.InsertAsync([job], transaction: null, Token))[0].Job;

    private protected async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(string client = "client", JobStore? store = null) =>
        await (store ?? Store).Claims.ClaimAsync(new ClaimDemand(client, [new QueueDemand("default", 100)], ["work"]), Token);

    private protected async Task<SettleResult> SettleAsync(ClaimedJob claimed, JobState state, TimeSpan delay = default, IReadOnlyList<JobInsert>? followUps = null) =>
        (await Store.Claims.SettleAsync([new Settlement { Token = claimed.Token, State = state, Delay = delay, FollowUps = followUps ?? [] }], transaction: null, Token))[0];

    private protected static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
