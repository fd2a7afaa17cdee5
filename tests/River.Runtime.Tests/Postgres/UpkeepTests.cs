using System.Diagnostics;
using Npgsql;
using River.Storage;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>Upkeep as only PostgreSQL needs it: locks, indexes built beside the old ones, and what is left of them.</summary>
public sealed class UpkeepTests(PostgresDatabases databases) : PostgresTest(databases)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly PruneDemand Everything = new() { State = JobState.Completed, KeptFor = TimeSpan.Zero, Looks = 100, Limit = 100 };

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        try
        {
            // The database is another test's afterwards.
            await CleanUpAsync("DROP INDEX IF EXISTS river_job_kind_ccnew, river_job_kind_ccold1, river_job_pkey_ccnew, own_ccnew, river_job_own, river_job_args_index_ccnew");
        }
        finally
        {
            await base.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_finalized_job_that_somebody_holds_is_left_for_later()
    {
        var term = await LeadAsync();
        var held = await CompletedAsync();
        var free = await CompletedAsync();
        await using var connection = await ConnectAsync();
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await ExecuteAsync(connection, $"SELECT FROM river_job WHERE id = {held} FOR UPDATE");
            Assert.Equal(1, (await Store.Upkeep.PruneJobsAsync(term, Everything, Token)).Count);
            Assert.Equal(held, await ScalarAsync("SELECT id FROM river_job"));
            await transaction.RollbackAsync(Token);
        }

        Assert.NotEqual(free, held);
        Assert.Equal(1, (await Store.Upkeep.PruneJobsAsync(term, Everything, Token)).Count);
    }

    [Fact]
    public async Task A_job_that_is_retried_meanwhile_is_not_pruned()
    {
        var term = await LeadAsync();
        var id = await CompletedAsync();
        await Store.Jobs.RetryAsync(id, transaction: null, Token);

        Assert.Equal(0, (await Store.Upkeep.PruneJobsAsync(term, Everything, Token)).Count);
        Assert.Equal(id, await ScalarAsync("SELECT id FROM river_job"));
    }

    [Fact]
    public async Task A_leader_s_statement_is_ended_by_the_server_when_the_lease_ends()
    {
        var store = NewStore(new RiverOptions { StatementTimeout = TimeSpan.FromSeconds(30) });
        await CompletedAsync();
        await using var connection = await ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await ExecuteAsync(connection, "LOCK TABLE river_job IN ACCESS EXCLUSIVE MODE");
        // Last: the statement must be on its way before the lease is over.
        var term = await store.Lease.LeadAsync("leader", TimeSpan.FromSeconds(2), Token);
        var began = Stopwatch.GetTimestamp();

        // The statement timeout alone would let it wait for 30 seconds, and then write in another's term.
        await Assert.ThrowsAsync<PostgresException>(() => store.Upkeep.PruneJobsAsync(term!, Everything, Token));

        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task Every_default_index_is_rebuilt_and_nothing_is_left_behind()
    {
        var term = await LeadAsync();
        var before = await NodesAsync();

        foreach (var index in Store.Upkeep.Indexes)
            Assert.Equal(Reindexed.Done, await Store.Upkeep.ReindexAsync(term, index, Minute, Token));

        var after = await NodesAsync();
        Assert.Equal(7, Store.Upkeep.Indexes.Count);
        Assert.Equal(before.Keys, after.Keys);
        Assert.All(before, index => Assert.NotEqual(index.Value, after[index.Key]));
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM pg_index WHERE NOT indisvalid"));
    }

    [Fact]
    public async Task An_index_that_is_not_there_is_told_to_be_missing() =>
        Assert.Equal(Reindexed.Missing, await Store.Upkeep.ReindexAsync(await LeadAsync(), "river_job_no\"such", Minute, Token));

    [Fact]
    public async Task A_build_that_takes_too_long_is_given_up_and_what_it_left_is_dropped()
    {
        var term = await LeadAsync();
        await InsertAsync(Job());
        await using var connection = await ConnectAsync();
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            // A concurrent build waits for every transaction that has changed the table.
            await ExecuteAsync(connection, "UPDATE river_job SET priority = 2");
            await Assert.ThrowsAsync<TimeoutException>(() => Store.Upkeep.ReindexAsync(term, "river_job_kind", TimeSpan.FromSeconds(3), Token));
            await transaction.RollbackAsync(Token);
        }

        Assert.Equal(["river_job_kind_ccnew"], await Store.Upkeep.DropLeftoversAsync(term, Minute, Token));

        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM pg_index WHERE NOT indisvalid"));
        Assert.Empty(await Store.Upkeep.DropLeftoversAsync(term, Minute, Token));
        Assert.Equal("0", await StatementTimeoutAsync());
    }

    [Fact]
    public async Task A_build_that_is_cancelled_leaves_what_the_next_leader_drops()
    {
        var term = await LeadAsync();
        await InsertAsync(Job());
        await using var connection = await ConnectAsync();
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await ExecuteAsync(connection, "UPDATE river_job SET priority = 2");
            using var ended = new CancellationTokenSource();
            var build = Store.Upkeep.ReindexAsync(term, "river_job_args_index", Minute, ended.Token);
            await TestSupport.Time.Eventually.Async(async () => await ScalarAsync("SELECT count(*) FROM pg_stat_progress_create_index WHERE datname = current_database()") is 1L, Minute, Token);

            // Meanwhile nobody else begins a build, nor takes what is being built for a leftover.
            Assert.Equal(Reindexed.Busy, await Store.Upkeep.ReindexAsync(term, "river_job_kind", Minute, Token));
            Assert.Empty(await Store.Upkeep.DropLeftoversAsync(term, Minute, Token));

            await ended.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
            await transaction.RollbackAsync(Token);
        }

        await Store.Lease.ResignAsync(term, Token);
        Assert.Empty(await Store.Upkeep.DropLeftoversAsync(term, Minute, Token));
        var next = await Store.Lease.LeadAsync("next", Minute, Token);
        Assert.Equal(["river_job_args_index_ccnew"], await Store.Upkeep.DropLeftoversAsync(next!, Minute, Token));
    }

    [Fact]
    public async Task Only_leftovers_of_River_are_dropped()
    {
        var term = await LeadAsync();
        await using var connection = await ConnectAsync();
        foreach (var (name, valid) in new[] { ("river_job_kind_ccnew", false), ("river_job_kind_ccold1", false), ("river_job_pkey_ccnew", true), ("own_ccnew", false), ("river_job_own", false) })
        {
            await ExecuteAsync(connection, $"CREATE INDEX {name} ON river_job (kind)");
            if (!valid)
                await ExecuteAsync(connection, $"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{name}'::regclass");
        }

        Assert.Equal(["river_job_kind_ccnew", "river_job_kind_ccold1"], await Store.Upkeep.DropLeftoversAsync(term, Minute, Token));

        Assert.Equal(3L, await ScalarAsync("SELECT count(*) FROM pg_class WHERE relname IN ('river_job_pkey_ccnew', 'own_ccnew', 'river_job_own')"));
    }

    private async Task<LeaderTerm> LeadAsync() => (await Store.Lease.LeadAsync("leader", TimeSpan.FromHours(1), Token))!;

    private async Task<long> CompletedAsync()
    {
        var row = await InsertAsync(Job());
        await SettleAsync(Assert.Single(await ClaimAsync()), JobState.Completed);
        return row.Id;
    }

    private async Task<string?> StatementTimeoutAsync()
    {
        // On a pooled connection, as the build's was.
        await using var source = NpgsqlDataSource.Create(Database);
        await using var command = source.CreateCommand("SHOW statement_timeout");
        return (string?)await command.ExecuteScalarAsync(Token);
    }

    private async Task<SortedDictionary<string, uint>> NodesAsync()
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand("SELECT c.relname::text, c.relfilenode FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = 'river_job'::regclass", connection);
        await using var reader = await command.ExecuteReaderAsync(Token);
        var nodes = new SortedDictionary<string, uint>(StringComparer.Ordinal);
        while (await reader.ReadAsync(Token))
            nodes.Add(reader.GetString(0), reader.GetFieldValue<uint>(1));
        return nodes;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync(Token);
    }
}
