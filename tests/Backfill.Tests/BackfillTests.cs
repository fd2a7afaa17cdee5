using System.Net;
using System.Text.Json;
using Backfill.Api;
using Backfill.Worker;
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
        limit.CancelAfter(TimeSpan.FromMinutes(2));
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
}
