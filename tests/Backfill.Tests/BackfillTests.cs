using System.Net;
using System.Text.Json;
using Backfill.Api;
using Backfill.Worker;
using Npgsql;
using River.TestSupport.Postgres;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Backfill.Tests;

public sealed class BackfillTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_request_is_cut_copied_and_closed_by_the_other_program()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        var database = await postgres.CreateDatabaseAsync(cancellationToken: limit.Token);
        await using var api = new SampleProcess(typeof(BackfillDb).Assembly.Location, "--postgres", database, "--urls", "http://127.0.0.1:0");
        const string Listening = "Now listening on: ";
        var line = await api.SaysAsync(Listening, limit.Token);
        using var http = new HttpClient { BaseAddress = new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]) };

        using var created = await http.PostAsync(new Uri("/backfills?rows=250", UriKind.Relative), content: null, limit.Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        await using var worker = new SampleProcess(typeof(Backfills).Assembly.Location, "--postgres", database);
        await worker.SaysAsync("backfill 1 is closed", limit.Token);

        using var request = JsonDocument.Parse(await http.GetStringAsync(created.Headers.Location!, limit.Token));
        Assert.Equal(250, request.RootElement.GetProperty("copied").GetInt32());
        Assert.NotEqual(JsonValueKind.Null, request.RootElement.GetProperty("closedAt").ValueKind);
    }

    [Fact]
    public async Task Rows_of_earlier_releases_are_worked_by_the_alias_and_by_the_upgrade_and_stay_as_they_are()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        var address = await postgres.CreateDatabaseAsync(cancellationToken: limit.Token);
        await using var api = new SampleProcess(typeof(BackfillDb).Assembly.Location, "--postgres", address, "--urls", "http://127.0.0.1:0");
        await api.SaysAsync("Now listening on: ", limit.Token);
        await using var database = NpgsqlDataSource.Create(address);
        await ScalarAsync(database, "INSERT INTO backfill (rows) VALUES (0), (50)", limit.Token);
        var renamed = await StoreAsync(database, "begin_backfill", "default", """{"backfill_id": 1}""", limit.Token);
        var reshaped = await StoreAsync(database, "copy_chunk", "chunks", """{"rows": "0-49", "backfill_id": 2}""", limit.Token);

        await using var worker = new SampleProcess(typeof(Backfills).Assembly.Location, "--postgres", address);
        await worker.SaysAsync("Application started", limit.Token);

        Assert.Equal("begin_backfill", await CompletedAsync(database, renamed, "kind", limit.Token));
        Assert.Equal("""{"rows": "0-49", "backfill_id": 2}""", await CompletedAsync(database, reshaped, "args::text", limit.Token));
        Assert.Equal(50, await ScalarAsync(database, "SELECT copied FROM backfill WHERE id = 2", limit.Token));
    }

    private static async Task<long> StoreAsync(NpgsqlDataSource database, string kind, string queue, string args, CancellationToken cancellationToken) => (long)(await ScalarAsync(
        database,
        $"INSERT INTO river_job (state, kind, queue, args, max_attempts) VALUES ('available', '{kind}', '{queue}', '{args}', 3) RETURNING id",
        cancellationToken))!;

    /// <summary>Waits for another process, which only the row tells of.</summary>
    private static async Task<object?> CompletedAsync(NpgsqlDataSource database, long id, string column, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await ScalarAsync(database, $"SELECT {column} FROM river_job WHERE id = {id} AND state = 'completed'", cancellationToken) is { } value)
                return value;
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
