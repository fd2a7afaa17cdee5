using River.Tests.Harness;
using River.Tests.Stores.Sqlite;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Uniqueness;

public sealed class ProcessRaceTests(PostgresFixture postgres)
{
    private const int Processes = 4;
    private const int Rounds = 10;

    [Theory, EachStore]
    public async Task Of_processes_that_race_with_one_key_each_round_has_one_winner(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var processes = new List<StoreProcess>();
        try
        {
            for (var i = 0; i < Processes; i++)
                processes.Add(StoreProcess.Start(kind == Database.Sqlite ? "race-sqlite" : "race-postgres", database.ConnectionString));
            Assert.All(await Task.WhenAll(processes.Select(process => process.ReadLineAsync())), line => Assert.Equal("ready", line));

            for (var round = 0; round < Rounds; round++)
            {
                processes.ForEach(process => process.Go());
                var answers = (await Task.WhenAll(processes.Select(process => process.ReadLineAsync()))).Select(line => line.Split(' ')).ToArray();

                Assert.Single(answers, answer => answer[1] == "new");
                Assert.Single(answers.Select(answer => answer[0]).Distinct(StringComparer.Ordinal));
            }
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }

        Assert.Equal((long)Rounds, Convert.ToInt64(await database.ScalarAsync("SELECT count(*) FROM river_job"), null));
    }
}
