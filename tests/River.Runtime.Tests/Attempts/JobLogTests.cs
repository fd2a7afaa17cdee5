using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using River.Attempts;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Attempts;

/// <summary>What jobs log, stored with them. river-facts 6.2.</summary>
public sealed class JobLogTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task What_a_job_logs_is_stored_by_attempt_whatever_the_outcome(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.JobLogs.Level = LogLevel.Information;
            setup.Work<Opinionated>(async (job, services, token) =>
            {
                var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("Shop.Invoices");
                log.LogInformation("attempt {Attempt} begins 🚀\0", job.Attempt);
                log.LogDebug("too little");
                // What the worker starts belongs to it.
                await Task.Run(() => log.LogWarning(new IOException("pipe"), "no printer"), token);
                if (job.Attempt == 1)
                    throw new InvalidOperationException("again");
            });
        });
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 0)), JobState.Completed);

        var logs = row.ReadLogs();
        Assert.Equal([1, 2], logs.Select(log => log.Attempt));
        var lines = logs[0].Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith("Z INFO Shop.Invoices: attempt 1 begins 🚀\uFFFD", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("Z WARN Shop.Invoices: no printer", lines[1], StringComparison.Ordinal);
        Assert.Equal("System.IO.IOException: pipe", lines[2]);
        Assert.Equal(3, lines.Length);
        var stored = row.ReadMetadata().GetProperty("river:log")[0];
        Assert.Equal(["attempt", "log"], stored.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        // The host's own logging is as before, and River's own messages are no job's.
        Assert.Contains(client.Logs.All, record => record.Message.Contains("attempt 2 begins", StringComparison.Ordinal));
        Assert.DoesNotContain("River.", logs[0].Text + logs[1].Text, StringComparison.Ordinal);
    }

    [Theory, EachStore]
    public async Task Jobs_side_by_side_keep_their_logs_apart_and_the_hosts_is_nobodys(Database kind)
    {
        const int Jobs = 8;
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var all = new CountdownEvent(Jobs);
        var together = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.JobLogs.Level = LogLevel.Information;
            setup.Work<Probe>(async (job, services, _) =>
            {
                var log = services.GetRequiredService<ILogger<JobLogTests>>();
                log.LogInformation("one of {Number}", job.Args.Number);
                if (all.Signal())
                    together.SetResult();
                await together.Task;
                log.LogInformation("two of {Number}", job.Args.Number);
            });
        });
        await client.StartAsync();
        var ids = new List<long>();
        for (var number = 0; number < Jobs; number++)
            ids.Add(await client.EnqueueAsync(new Probe(number)));
        await together.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        client.Services.GetRequiredService<ILogger<JobLogTests>>().LogInformation("of the host");

        for (var number = 0; number < Jobs; number++)
        {
            var text = Assert.Single((await client.SettledAsync(ids[number], JobState.Completed)).ReadLogs()).Text;
            Assert.Equal([$"one of {number}", $"two of {number}"], text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..]));
        }
    }

    [Fact]
    public async Task Nothing_is_stored_unless_asked_for_or_when_nothing_is_logged()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        foreach (var (level, logs) in new[] { (LogLevel.None, true), (LogLevel.Information, false) })
        {
            await using var client = TestClient.Create(database, setup =>
            {
                setup.Options = options => options.JobLogs.Level = level;
                setup.Work<Probe>((_, services, _) =>
                {
                    if (logs)
                        services.GetRequiredService<ILogger<JobLogTests>>().LogCritical("heard by nobody");
                    return Task.CompletedTask;
                });
            });
            await client.StartAsync();

            var id = await client.EnqueueAsync(new Probe(1));

            Assert.Null((await client.Store.SettledAsync(id, JobState.Completed)).Metadata);
        }
    }

    [Theory, EachStore]
    public async Task Something_else_in_the_place_of_the_log_is_left_alone_with_a_warning(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.JobLogs.Level = LogLevel.Information;
            setup.Work<Probe>((job, services, _) =>
            {
                services.GetRequiredService<ILogger<JobLogTests>>().LogInformation("lost");
                job.SetOutput("kept");
                return Task.CompletedTask;
            });
        });
        var id = await client.EnqueueAsync(new Probe(1));
        await database.ScalarAsync("UPDATE river_job SET metadata = '{\"river:log\": \"mine\"}'");
        await client.StartAsync();

        var row = await client.SettledAsync(id, JobState.Completed);

        Assert.Equal("mine", row.ReadMetadata().GetProperty("river:log").GetString());
        Assert.Equal("kept", row.ReadOutput()?.GetString());
        Assert.Empty(row.ReadLogs());
        Assert.Contains(client.Logs.All, record => record is { Id: 3022, Level: LogLevel.Warning });
    }

    [Fact]
    public async Task A_client_whose_provider_was_cleared_away_says_so()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        foreach (var isCleared in new[] { false, true })
        {
            await using var client = TestClient.Create(database, setup =>
            {
                setup.Options = options => options.JobLogs.Level = LogLevel.Information;
                if (isCleared)
                    setup.ServicesAfterwards = services => services.Remove(services.Last(service => service.ServiceType == typeof(ILoggerProvider)));
            });
            await client.StartAsync();

            Assert.Equal(isCleared, client.Logs.All.Any(record => record is { Id: 3024, Level: LogLevel.Warning }));
        }
    }

    [Fact]
    public void A_long_log_is_cut_off_with_a_mark_and_no_character_is_divided()
    {
        var log = new AttemptLog(new JobLogOptions { Level = LogLevel.Information, MaxBytesPerAttempt = 1024 }, TimeProvider.System);

        log.Write(LogLevel.Information, "c", new string('x', 300), error: null);
        log.Write(LogLevel.Information, "c", string.Concat(Enumerable.Repeat("🚀", 300)), error: null);
        log.Write(LogLevel.Information, "c", "too late", error: null);

        var text = log.Read(isLast: true)!;
        Assert.EndsWith("🚀… (truncated: more than 1024 bytes)\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("too late", text, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 1020, 1024 + 50);
        log.Write(LogLevel.Information, "c", "after the end", error: null);
        Assert.Equal(text, log.Read(isLast: true));
    }

    [Fact]
    public void The_oldest_logs_are_dropped_and_the_newest_never_is()
    {
        var metadata = new JsonObject { ["river:log"] = new JsonArray([.. Enumerable.Range(1, 5).Select(attempt => new JsonObject { ["attempt"] = attempt, ["log"] = new string((char)('0' + attempt), 100) })]) };
        var row = TestJob.For(new Probe(1), attempt: 6, metadata: metadata).Row;

        Assert.Equal([4, 5, 6], Attempts(400));
        Assert.Equal([6], Attempts(10));
        Assert.Equal([1, 2, 3, 4, 5, 6], Attempts(10_000));

        int[] Attempts(int maxBytes)
        {
            var list = JsonNode.Parse(LogHistory.Append(row, new string('6', 100), maxBytes))!.AsArray();
            return [.. list.Select(entry => (int)entry!["attempt"]!)];
        }
    }
}
