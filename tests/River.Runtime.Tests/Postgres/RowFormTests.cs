using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;
using River.Postgres;
using River.Storage;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>A row that we leave can't be told from the one that River's Go client left in <c>go_rows.json</c>.</summary>
public sealed partial class RowFormTests(PostgresDatabases databases) : IClassFixture<PostgresDatabases>, IAsyncLifetime
{
    private const string Client = "anchor-client";

    private static readonly DateTimeOffset Start = new(2026, 11, 20, 13, 4, 22, TimeSpan.Zero);

    private string _database = "";
    private PostgresStore? _store;

    private PostgresStore Store => _store ?? throw new InvalidOperationException("Not initialized.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await databases.RentMigratedAsync();
        var options = new RiverOptions();
        _store = new PostgresStore(PostgresSource.Build(_database, options), ownsSource: true, options);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await databases.ReturnAsync(_database);
    }

    [Fact]
    public Task Completed() => AssertSameAsync("completed", async () =>
        await SettleAsync(await RunAsync(Job("ok")), JobState.Completed));

    [Fact]
    public Task Completed_with_metadata_tags_and_priority() => AssertSameAsync("completed with MetadataSet", async () =>
        await SettleAsync(
            await RunAsync(Job("metadata", priority: 2, tags: ["tag_1", "tag-2"], metadata: """{"inserted":true}""")),
            JobState.Completed,
            metadata: """{"a":[1,2],"akey":1,"zkey":"v"}"""));

    [Fact]
    public Task Snoozed() => AssertSameAsync("snoozed 1h", async () =>
        await SettleAsync(await RunAsync(Job("snooze_long")), JobState.Scheduled, delay: TimeSpan.FromHours(1), restore: true, metadata: """{"snoozes":1}"""));

    [Fact]
    public Task Snoozed_shortly_then_completed() => AssertSameAsync("snoozed 200ms", async () =>
    {
        var id = await SettleAsync(await RunAsync(Job("snooze_short_then_complete")), JobState.Available, restore: true, metadata: """{"snoozes":1}""");
        await SettleAsync(await ClaimAsync(), JobState.Completed);
        return id;
    });

    [Fact]
    public Task Failed_twice() => AssertSameAsync("error twice", async () =>
    {
        await SettleAsync(await RunAsync(Job("error_twice")), JobState.Available, error: "boom 1");
        return await SettleAsync(await ClaimAsync(), JobState.Retryable, delay: TimeSpan.FromHours(1), error: "boom 2");
    });

    [Fact]
    public Task Discarded_with_output() => AssertSameAsync("error with output", async () =>
        await SettleAsync(await RunAsync(Job("error_output", maxAttempts: 1)), JobState.Discarded, error: "boom after output", metadata: """{"output":"partial"}"""));

    [Fact]
    public Task Discarded() => AssertSameAsync("discarded (max_attempts 1)", async () =>
        await SettleAsync(await RunAsync(Job("discard", maxAttempts: 1)), JobState.Discarded, error: "boom \"quoted\" <é>"));

    [Fact]
    public Task Cancelled_by_its_worker() => AssertSameAsync("cancelled by worker", async () =>
        await SettleAsync(await RunAsync(Job("cancel")), JobState.Cancelled, error: "JobCancelError: cancelled by job"));

    [Fact]
    public Task Cancelled_from_outside_while_running() => AssertSameAsync("cancelled remotely", async () =>
    {
        var running = await RunAsync(Job("remote_cancel"));
        await Store.Jobs.CancelAsync(running.Row.Id, transaction: null, Token);
        return await SettleAsync(running, JobState.Retryable, error: "JobCancelError: job cancelled remotely");
    });

    [Fact]
    public Task Scheduled() => AssertSameAsync("scheduled +1h", () => InsertAsync(Job("x", state: JobState.Scheduled, delay: TimeSpan.FromHours(1))));

    [Fact]
    public Task Pending() => AssertSameAsync("pending", () => InsertAsync(Job("x", state: JobState.Pending)));

    [Fact]
    public Task Available_elsewhere() => AssertSameAsync("available, other queue", () =>
        InsertAsync(Job("x", queue: "elsewhere", priority: 4, maxAttempts: 5, tags: ["a_b", "c-d"], metadata: """{"k":"v"}""")));

    [Fact]
    public Task Unique_and_completed() => AssertSameAsync("unique by args", async () =>
        await SettleAsync(await RunAsync(Job("u2", key: "571d7963567071cc5775d46a1b17495ccd3d4af71e8ddb51d9f391e8cc07bac7", states: JobStates.Default)), JobState.Completed));

    [Fact]
    public Task Discarded_then_retried() => AssertSameAsync("discarded, then JobRetry", async () =>
    {
        var id = await SettleAsync(await RunAsync(Job("discard", maxAttempts: 1)), JobState.Discarded, error: "boom \"quoted\" <é>");
        await Store.Jobs.RetryAsync(id, transaction: null, Token);
        return id;
    });

    [Fact]
    public Task Promoted_against_a_held_key() => AssertSameAsync("unique without retryable", async () =>
    {
        const string Key = "a8b2dc1ed602ca20eec6cadcc3301b9cb5a0dad9f48e25bcfc69565261ed7d34";
        const JobStates States = JobStates.Available | JobStates.Pending | JobStates.Running | JobStates.Scheduled;
        var id = await SettleAsync(await RunAsync(Job("conflict", maxAttempts: 3, key: Key, states: States)), JobState.Retryable, error: "boom \"quoted\" <é>");
        await InsertAsync(Job("conflict", state: JobState.Scheduled, delay: TimeSpan.FromHours(1), key: Key, states: States));
        var term = await Store.Lease.LeadAsync(Client, TimeSpan.FromMinutes(1), Token);
        Assert.Equal(1, (await Store.Due.PromoteAsync(term!, 100, Token)).Count);
        return id;
    });

    [Fact]
    public Task Copied() => AssertSameAsync("inserted with InsertManyFast", async () =>
    {
        Assert.Equal(1, await Store.Jobs.CopyAsync([Job("fast", queue: "elsewhere", tags: ["fast"])], transaction: null, Token));
        return 1;
    });

    [Fact]
    public async Task A_copied_unique_row_has_the_form_of_an_inserted_one()
    {
        JobInsert Unique(byte key) => Job("u", key: Convert.ToHexString([.. Enumerable.Repeat(key, 32)]), states: JobStates.Incomplete, delay: TimeSpan.FromMinutes(5), state: JobState.Scheduled, tags: ["abc"], metadata: """{"a":1}""");
        await InsertAsync(Unique(1));
        await Store.Jobs.CopyAsync([Unique(2)], transaction: null, Token);

        var inserted = await RowAsync(1);
        var copied = await RowAsync(2);
        inserted["unique_key"] = "key";
        copied["unique_key"] = "key";
        Assert.Equal(Form(inserted), Form(copied));
    }

    private async Task AssertSameAsync(string note, Func<Task<long>> make)
    {
        var id = await make();

        using var stream = typeof(RowFormTests).Assembly.GetManifestResourceStream("go_rows.json")!;
        var rivers = JsonNode.Parse(stream)!.AsArray().First(entry => ((string)entry!["note"]!).StartsWith(note, StringComparison.Ordinal))!["row"]!.AsObject();
        Assert.Equal(Form(rivers), Form(await RowAsync(id)));
    }

    /// <summary>A row as text, with the form of each time in place of the time.</summary>
    private static string Form(JsonObject row)
    {
        row["id"] = 0;
        return Moment().Replace(row.ToJsonString().Replace(@"\u002B", "+", StringComparison.Ordinal), "<moment>$1");
    }

    private async Task<JsonObject> RowAsync(long id)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database) { Pooling = false, Timezone = "UTC" }.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand("SELECT row_to_json(j)::text FROM river_job j WHERE id = $1", connection) { Parameters = { new() { Value = id } } };
        return JsonNode.Parse((string)(await command.ExecuteScalarAsync(Token))!)!.AsObject();
    }

    private static JobInsert Job(
        string what, string queue = "default", JobState state = JobState.Available, int priority = 1, TimeSpan delay = default, int maxAttempts = 25,
        string[]? tags = null, string? metadata = null, string? key = null, JobStates states = JobStates.None) => new()
        {
            Kind = "rows",
            Queue = queue,
            State = state,
            Priority = priority,
            Delay = delay,
            Args = Encoding.UTF8.GetBytes($$"""{"do":"{{what}}"}"""),
            MaxAttempts = maxAttempts,
            Tags = tags ?? [],
            Metadata = metadata is null ? null : Encoding.UTF8.GetBytes(metadata),
            UniqueKey = key is null ? null : Convert.FromHexString(key),
            UniqueStates = states,
        };

    private async Task<long> InsertAsync(JobInsert job) => (await Store.Jobs.InsertAsync([job], transaction: null, Token))[0].Job.Id;

    private async Task<ClaimedJob> RunAsync(JobInsert job)
    {
        await InsertAsync(job);
        return await ClaimAsync();
    }

    private async Task<ClaimedJob> ClaimAsync() =>
        Assert.Single(await Store.Claims.ClaimAsync(new ClaimDemand(Client, [new QueueDemand("default", 1)], ["rows"]), Token));

    private async Task<long> SettleAsync(
        ClaimedJob running, JobState state, TimeSpan delay = default, bool restore = false, string? error = null, string? metadata = null)
    {
        var settlement = new Settlement
        {
            Token = running.Token,
            State = state,
            Delay = delay,
            RestoreAttempt = restore,
            Error = error is null ? null : new AttemptError(Start.AddTicks(1234567), running.Row.Attempt, error, ""),
            Metadata = metadata is null ? null : Encoding.UTF8.GetBytes(metadata),
        };
        Assert.True((await Store.Claims.SettleAsync([settlement], transaction: null, Token))[0].Accepted);
        return running.Row.Id;
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|\+00:00)")]
    private static partial Regex Moment();
}
