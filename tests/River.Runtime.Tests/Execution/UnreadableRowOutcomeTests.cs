using River.Tests.Harness;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Execution;

/// <summary>What becomes of claimed rows that only SQL written by hand can make.</summary>
public sealed class UnreadableRowOutcomeTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Database.Postgres, "tags = '{{a,b},{c,d}}'", "'tags' holds")]
    [InlineData(Database.Postgres, "created_at = '0044-03-15 BC'", "'created_at' holds")]
    [InlineData(Database.Postgres, "scheduled_at = '0044-03-15 BC', tags = '{{a,b},{c,d}}'", "'tags' and 'scheduled_at' hold")]
    [InlineData(Database.Postgres, "created_at = '200000-01-01'", "'created_at' holds")]
    [InlineData(Database.Sqlite, "tags = 'no list'", "'tags' holds")]
    [InlineData(Database.Sqlite, "tags = '[1]'", "'tags' holds")]
    [InlineData(Database.Sqlite, "created_at = 9223372036854775807", "'created_at' holds")]
    [InlineData(Database.Sqlite, "errors = 'no list'", "'errors' holds")]
    [InlineData(Database.Sqlite, "errors = '7', tags = '{}'", "'errors' and 'tags' hold")]
    public async Task A_row_that_cannot_be_read_is_quarantined_by_column_and_the_others_of_its_claim_are_worked(Database kind, string columns, string named)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        var (bad, good) = (await client.EnqueueAsync(new Probe(1)), await client.EnqueueAsync(new Probe(2)));
        await database.ScalarAsync($"UPDATE river_job SET {columns} WHERE id = {bad}");
        await client.StartAsync();

        await client.SettledAsync(good, JobState.Completed);
        var settlement = await client.Store.SettledAsync(bad, JobState.Discarded);

        Assert.StartsWith("River.UnreadableRowException: ", settlement.Error!.Error, StringComparison.Ordinal);
        Assert.Contains(named, settlement.Error.Error, StringComparison.Ordinal);
        var quarantined = kind == Database.Sqlite ? "json_extract(metadata, '$.river:quarantined')" : "(metadata->'river:quarantined')::boolean::integer";
        Assert.Equal(1L, Convert.ToInt64(await database.ScalarAsync($"SELECT {quarantined} FROM river_job WHERE id = {bad} AND state = 'discarded' AND attempt = 1"), null));
    }

    [Theory]
    [InlineData(Database.Postgres, "errors = ARRAY[NULL, '7', '{}', '{\"at\":5}']::jsonb[]")]
    [InlineData(Database.Postgres, "errors = ARRAY[ARRAY['{}'::jsonb, '1'], ARRAY['[]'::jsonb, '\"x\"']]")]
    [InlineData(Database.Postgres, "attempted_by = ARRAY[NULL, 'x']")]
    [InlineData(Database.Postgres, "attempted_by = '{{a,b},{c,d}}'")]
    [InlineData(Database.Postgres, "attempted_at = 'infinity'")]
    [InlineData(Database.Postgres, "attempted_at = '-infinity'")]
    [InlineData(Database.Postgres, "scheduled_at = '-infinity'")]
    [InlineData(Database.Postgres, "tags = ARRAY[NULL, 'x']::varchar[]")]
    [InlineData(Database.Postgres, "metadata = '[]'")]
    [InlineData(Database.Postgres, "metadata = '5'")]
    [InlineData(Database.Sqlite, "errors = '[null, 7, {}, {\"at\":5}]'")]
    [InlineData(Database.Sqlite, "attempted_by = '[null, \"x\"]'")]
    [InlineData(Database.Sqlite, "attempted_by = 'no list'")]
    [InlineData(Database.Sqlite, "attempted_at = 9223372036854775806")]
    [InlineData(Database.Sqlite, "scheduled_at = 'tomorrow', scheduled_at = -1")]
    [InlineData(Database.Sqlite, "tags = '[null, \"x\"]'")]
    [InlineData(Database.Sqlite, "metadata = '[]'")]
    [InlineData(Database.Sqlite, "metadata = '5'")]
    public async Task What_is_odd_and_can_be_read_is_worked(Database kind, string columns)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        var odd = await client.EnqueueAsync(new Probe(1));
        await database.ScalarAsync($"UPDATE river_job SET {columns} WHERE id = {odd}");
        await client.StartAsync();

        await client.Store.SettledAsync(odd, JobState.Completed);
    }

    [Theory]
    [InlineData(Database.Postgres, "7")]
    [InlineData(Database.Postgres, "null")]
    [InlineData(Database.Postgres, "[1]")]
    [InlineData(Database.Sqlite, "7")]
    [InlineData(Database.Sqlite, "null")]
    [InlineData(Database.Sqlite, "[1]")]
    public async Task Arguments_that_are_no_object_fail_their_attempt_and_no_other(Database kind, string args)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        var (bad, good) = (await client.EnqueueAsync(new Probe(1)), await client.EnqueueAsync(new Probe(2)));
        await database.ScalarAsync($"UPDATE river_job SET args = '{args}', max_attempts = 1 WHERE id = {bad}");
        await client.StartAsync();

        await client.SettledAsync(good, JobState.Completed);
        var row = await client.SettledAsync(bad, JobState.Discarded);

        Assert.Contains("The arguments of job", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
    }
}
