using Npgsql;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Periodic;

/// <summary>
/// A process of the version before pausing and triggering came, with its statements as they were then, beside one of this
/// version: on its own schema, through the migration, and after it.
/// </summary>
public sealed class RollingDeployTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Slots_are_neither_doubled_nor_lost_while_versions_change()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await using var migrator = new RiverMigrator(dataSource);
        await migrator.MigrateDownAsync("dotnet", 1, Token);
        using var stop = new CancellationTokenSource();
        var old = OldProcessAsync(dataSource, stop.Token);
        try
        {
            await SlotsAsync(2);

            await migrator.MigrateUpAsync(cancellationToken: Token);
            await SlotsAsync(4);
            await using var client = TestClient.Create(database, setup =>
            {
                setup.Schedules.Add(ScheduleRegistration.For("beat", "* * * * * *", static _ => new Probe(2), new ScheduleFacts { Misfire = Misfire.All }));
                setup.Work<Probe>((_, _) => Task.CompletedTask);
            });
            await client.StartAsync();
            await SlotsAsync(9);
            await stop.CancelAsync();
            await old;
            await SlotsAsync(12);
            // Another slot may come between two looks.
            var before = await LastSlotAsync(client);
            var slots = await SlotsAsync(12);
            var after = await LastSlotAsync(client);

            Assert.Equal(Enumerable.Range(0, slots.Count).Select(second => slots[0].AddSeconds(second)), slots);
            Assert.InRange(slots[^1], before, after);
        }
        finally
        {
            await stop.CancelAsync();
            await old;
        }

        async Task<List<DateTimeOffset>> SlotsAsync(int count)
        {
            List<DateTimeOffset> slots = [];
            await Eventually.Async(
                async () =>
                {
                    slots = [];
                    await using var command = dataSource.CreateCommand("SELECT scheduled_at FROM river_job WHERE kind = 'probe' ORDER BY scheduled_at, id");
                    await using var reader = await command.ExecuteReaderAsync(Token);
                    while (await reader.ReadAsync(Token))
                        slots.Add(reader.GetFieldValue<DateTimeOffset>(0));
                    return slots.Count >= count;
                },
                Patience,
                Token);
            return slots;
        }
    }

    private static async Task<DateTimeOffset> LastSlotAsync(TestClient client) =>
        Assert.Single(await client.Jobs.ListPeriodicAsync(Token)).LastSlot!.Value;

    private static async Task OldProcessAsync(NpgsqlDataSource dataSource, CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!stop.IsCancellationRequested)
        {
            await using var connection = await dataSource.OpenConnectionAsync(CancellationToken.None);
            await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
            await ExecuteAsync("INSERT INTO river_dotnet_schedule (id, declared_at) SELECT DISTINCT n.id, now() FROM unnest(ARRAY['beat']) AS n(id) ORDER BY n.id ON CONFLICT (id) DO NOTHING");
            DateTimeOffset? last;
            DateTimeOffset declared, now;
            await using (var read = new NpgsqlCommand("SELECT s.id, s.last_slot, s.declared_at, now() FROM river_dotnet_schedule s WHERE s.id = ANY (ARRAY['beat'])", connection, transaction))
            await using (var reader = await read.ExecuteReaderAsync(CancellationToken.None))
            {
                await reader.ReadAsync(CancellationToken.None);
                last = reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1);
                declared = reader.GetFieldValue<DateTimeOffset>(2);
                now = reader.GetFieldValue<DateTimeOffset>(3);
            }

            var from = last ?? declared;
            var slot = from.AddTicks(-(from.Ticks % TimeSpan.TicksPerSecond)).AddSeconds(1);
            if (slot <= now
                && await ExecuteAsync("UPDATE river_dotnet_schedule s SET last_slot = $1 WHERE s.id = 'beat' AND s.last_slot IS NOT DISTINCT FROM $2::timestamptz AND $1::timestamptz <= now()", slot, (object?)last ?? DBNull.Value) == 1)
            {
                await ExecuteAsync("INSERT INTO river_job (state, kind, queue, args, metadata, max_attempts, scheduled_at) VALUES ('available', 'probe', 'default', '{\"number\": 1}', '{\"periodic\": true}', 25, $1)", slot);
            }

            await transaction.CommitAsync(CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);

            async Task<int> ExecuteAsync(string sql, params object[] values)
            {
                await using var command = new NpgsqlCommand(sql, connection, transaction);
                foreach (var value in values)
                    command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz, Value = value });
                return await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }
}
