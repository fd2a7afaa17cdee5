using System.Text.Json.Nodes;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Postgres.Schema;

public sealed class CatalogueTests(PostgresFixture postgres)
{
    private static readonly string[] Ours = ["river_dotnet_client", "river_dotnet_lease", "river_dotnet_schedule"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_migrated_tables_are_rivers_object_by_object()
    {
        var database = await MigratedAsync(new RiverMigratorOptions());

        var catalogue = await Catalogue.ReadAsync(database);

        AssertIsRivers(catalogue);
    }

    [Theory]
    [InlineData("jobs")]
    [InlineData("_Odd_Name_9")]
    [InlineData("select")]
    [InlineData("a234567890123456789012345678901234567890123456")]
    public async Task Any_schema_holds_the_same_and_no_other_is_touched(string schema)
    {
        var database = await MigratedAsync(new RiverMigratorOptions { Schema = schema });

        var catalogue = await Catalogue.ReadAsync(database, schema);

        AssertIsRivers(catalogue, schema);
        Assert.Equal(["enums", "functions", "sequences", "tables"], (await Catalogue.ReadAsync(database)).Where(part => part.Value is null).Select(part => part.Key).Order());
    }

    [Fact]
    public async Task Each_version_up_and_down_and_up_again_leaves_the_same()
    {
        var database = await postgres.CreateDatabaseAsync(cancellationToken: Token);
        await using var migrator = new RiverMigrator(database);
        var states = new List<IReadOnlyList<string>> { Catalogue.Lines(await Catalogue.ReadAsync(database)) };

        for (var version = 1; version <= 7; version++)
        {
            var applied = await migrator.MigrateUpAsync(version == 7 ? null : version, Token);
            Assert.Equal(version == 7 ? 3 : 1, applied.Count);
            Assert.Equal([("main", version)], applied.Take(1).Select(migration => (migration.Line, migration.Version)));
            states.Add(Catalogue.Lines(await Catalogue.ReadAsync(database)));
        }

        AssertIsRivers(await Catalogue.ReadAsync(database));
        for (var round = 0; round < 2; round++)
        {
            for (var version = 6; version >= 0; version--)
            {
                await migrator.MigrateDownAsync("main", version, Token);
                Assert.Empty(await migrator.MigrateDownAsync("main", version, Token));
                AssertSameState(states[version], await Catalogue.ReadAsync(database), version);
            }

            for (var version = 1; version <= 7; version++)
            {
                await migrator.MigrateUpAsync(version == 7 ? null : version, Token);
                Assert.Empty(await migrator.MigrateUpAsync(version == 7 ? null : version, Token));
                AssertSameState(states[version], await Catalogue.ReadAsync(database), version);
            }
        }
    }

    private async Task<string> MigratedAsync(RiverMigratorOptions options)
    {
        var database = await postgres.CreateDatabaseAsync(cancellationToken: Token);
        await using var migrator = new RiverMigrator(database, options);
        await migrator.MigrateUpAsync(cancellationToken: Token);
        return database;
    }

    private static void AssertIsRivers(JsonObject catalogue, string schema = "public")
    {
        Assert.All(Ours, table => Assert.True(catalogue["tables"]!.AsObject().Remove(table)));
        var actual = Catalogue.Lines(catalogue).Select(line => line
            .Replace($"\"{schema}\".", "public.", StringComparison.Ordinal)
            .Replace($" {schema}.", " public.", StringComparison.Ordinal));
        Assert.Equal(Catalogue.Lines(Catalogue.River()), actual);
    }

    private static void AssertSameState(IReadOnlyList<string> before, JsonObject now, int version)
    {
        Assert.Equal(before.Where(Lasts), Catalogue.Lines(now).Where(Lasts));

        // A dropped column leaves its slot, and an enum's value can't be taken away: the two traces that going down leaves.
        bool Lasts(string line) =>
            !line.Contains("/dropped_column_slots", StringComparison.Ordinal)
            && !line.Contains("/position = ", StringComparison.Ordinal)
            && (version is not (2 or 3) || !line.StartsWith("/enums", StringComparison.Ordinal));
    }
}
