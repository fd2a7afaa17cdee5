using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Npgsql;
using River.Storage;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>The rights that docs/deploying.md gives an application's role.</summary>
public sealed partial class RightsTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_role_with_the_rights_of_the_page_does_all_that_a_client_does()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        var role = $"app_{Guid.NewGuid():N}";
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!;
        await database.ScalarAsync($"CREATE ROLE {role} LOGIN PASSWORD 'one'; REVOKE ALL ON DATABASE \"{name}\" FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC");
        await database.ScalarAsync(Grants(role, name));
        var own = database.As(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = "one" }.ConnectionString);

        await using (var client = TestClient.Create(own, setup =>
        {
            setup.Options = options =>
            {
                options.MigrateOnStart = true;
                options.Reindex.Enabled = false;
            };
            setup.Schedules.Add(ScheduleRegistration.For("rights", "@yearly", static _ => new Other(9), new ScheduleFacts { RunOnStart = true }));
            setup.Work<Other>((_, _) => Task.CompletedTask);
            setup.Work<Probe>((job, _) =>
            {
                job.Then(new Other(1));
                return job.Attempt == 1 && job.Args.Number == 2 ? Task.FromException(new InvalidOperationException("once")) : Task.CompletedTask;
            });
        }))
        {
            await client.StartAsync();
            var jobs = client.Jobs;
            var unique = new EnqueueOptions { Unique = new UniqueOptions { Args = true } };
            await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);
            await client.SettledAsync(await client.EnqueueAsync(new Probe(2), unique), JobState.Available);
            var waiting = await client.EnqueueAsync(new Probe(3), new EnqueueOptions { Delay = TimeSpan.FromDays(1) });
            await jobs.EnqueueBulkAsync([JobRequest.For(new Probe(4)), JobRequest.For(new Probe(5), unique)], new BulkOptions { Duplicates = BulkDuplicates.Skip }, Token);
            await jobs.CancelAsync(waiting, Token);
            await client.SettledAsync((await jobs.RetryAsync(waiting, Token)).Id, JobState.Completed);
            await jobs.UpdateAsync(waiting, new JobUpdate { Metadata = new() { ["seen"] = true } }, Token);
            await jobs.DeleteManyAsync(new JobFilter { Ids = [waiting] }, cancellationToken: Token);
            await jobs.PauseQueueAsync("*", Token);
            await jobs.ResumeQueueAsync("*", Token);
            await Eventually.Async(async () => (await jobs.ListPeriodicAsync(Token)).Count > 0, TimeSpan.FromSeconds(60), Token);
            await jobs.PausePeriodicAsync("rights", Token);
            await jobs.RequestResignAsync(Token);
            await client.StopAsync();

            Assert.DoesNotContain(client.Logs.All, record => record.Error is StoreAuthenticationException or PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege });
        }

        // What a leader does now and then.
        await using var store = own.Open(new RiverOptions { Schema = "public" });
        LeaderTerm? led = null;
        await Eventually.Async(async () => (led = await store.Lease.LeadAsync("rights", TimeSpan.FromMinutes(5), Token)) is not null, TimeSpan.FromSeconds(60), Token);
        var term = led!;
        Assert.True((await store.Upkeep.PruneJobsAsync(term, new PruneDemand { State = JobState.Completed, KeptFor = TimeSpan.Zero, Looks = 1_000, Limit = 1_000 }, Token)).Count > 0);
        Assert.True(await store.Upkeep.ExpireQueuesAsync(term, TimeSpan.Zero, 100, Token) > 0);
        await store.Upkeep.PruneNotificationsAsync(term, TimeSpan.Zero, 100, Token);
        Assert.Empty(await store.Upkeep.DropLeftoversAsync(term, TimeSpan.FromSeconds(10), Token));
        var refused = await Assert.ThrowsAsync<StoreAuthenticationException>(() => store.Upkeep.ReindexAsync(term, "river_job_kind", TimeSpan.FromSeconds(10), Token));
        Assert.Contains("Reindex.Enabled", refused.Message, StringComparison.Ordinal);
        await store.Lease.ResignAsync(term, Token);
    }

    /// <summary>The page's statements, for another role, database and schema.</summary>
    private static string Grants(string role, string database, [CallerFilePath] string file = "")
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(file)!, "../../../docs/deploying.md"));
        var grants = Sql().Match(page).Groups["sql"].Value;
        Assert.Contains("SCHEMA river TO app;", grants, StringComparison.Ordinal);
        return grants
            .Replace("TO app;", $"TO {role};", StringComparison.Ordinal)
            .Replace("DATABASE shop", $"DATABASE \"{database}\"", StringComparison.Ordinal)
            .Replace("SCHEMA river", "SCHEMA public", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^```sql\n(?<sql>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Sql();
}
