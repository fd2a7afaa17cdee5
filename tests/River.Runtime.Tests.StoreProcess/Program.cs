using River;
using River.Postgres;
using River.Sqlite;
using River.Sqlite.Connections;
using River.Storage;

// Works on a store in a process of its own, so that a test can kill it or race with it. Each line tells of something that
// the store has acknowledged. Usage: <insert | claim | listen> <SQLite file>,
// or <race-sqlite | race-postgres> <connection string>
var (verb, place) = (args[0], args[1]);
await using JobStore store = verb == "race-postgres"
    ? new PostgresStore(PostgresSource.Build(place, new RiverOptions()), ownsSource: true, new RiverOptions())
    : new SqliteStore(new SqliteFile(verb == "race-sqlite" ? place : $"Data Source={place}", TimeSpan.FromSeconds(30)), TimeProvider.System);
switch (verb)
{
    case "insert":
        var job = new JobInsert { Kind = "work", Queue = "default", Args = "{}"u8.ToArray(), MaxAttempts = 25 };
        while (true)
        {
            var results = await store.Jobs.InsertAsync([job], transaction: null, CancellationToken.None);
            Say(results[0].Job.Id.ToString());
        }

    case "claim":
        // Once for each line that it is sent, so that two processes keep step.
        Say("ready");
        var demand = new ClaimDemand($"process {Environment.ProcessId}", [new("default", 3)], ["work"]);
        while (Console.ReadLine() is not null)
            Say(string.Join(' ', (await store.Claims.ClaimAsync(demand, CancellationToken.None)).Select(claimed => claimed.Row.Id)));
        return 0;

    case "race-sqlite" or "race-postgres":
        // One job for each line that it is sent; its number is the key.
        await store.OpenAsync(CancellationToken.None);
        Say("ready");
        for (var round = 0; Console.ReadLine() is not null; round++)
        {
            var unique = new JobInsert
            {
                Kind = "work",
                Queue = "default",
                Args = "{}"u8.ToArray(),
                MaxAttempts = 25,
                UniqueKey = [.. Enumerable.Repeat((byte)round, 32)],
                UniqueStates = JobStates.Default,
            };
            var result = (await store.Jobs.InsertAsync([unique], transaction: null, CancellationToken.None))[0];
            Say($"{result.Job.Id} {(result.IsDuplicate ? "duplicate" : "new")}");
        }

        return 0;

    case "listen":
        await foreach (var wakeup in store.Wakeups.ListenAsync(CancellationToken.None))
            Say($"{wakeup.Kind} {wakeup.Queue}".TrimEnd());
        return 0;

    default:
        Console.Error.WriteLine($"Unknown verb '{verb}'.");
        return 1;
}

static void Say(string line)
{
    Console.WriteLine(line);
    Console.Out.Flush();
}
