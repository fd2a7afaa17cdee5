using FsCheck;
using FsCheck.Fluent;
using River.Tests.Stores.Model;
using Xunit;

namespace River.Tests.Stores;

/// <summary>Random operations against a model of the state machine. A failure prints the seed that repeats it (RIVER_MODEL_SEED), and the shortest run found.</summary>
public abstract partial class StoreConformance
{
    private const string SeedVariable = "RIVER_MODEL_SEED";
    private const int Runs = 50;
    private const int Steps = 60;

    [Fact]
    public async Task Whatever_is_done_to_jobs_every_row_is_as_the_state_machine_says()
    {
        var page = StateMachinePage.Read();
        var seen = new Dictionary<(JobState? From, JobState To), int>();
        var term = await LeadAsync(duration: TimeSpan.FromDays(1_000));
        var queues = 0;

        async Task<bool> RunAsync(int[] steps)
        {
            // A queue of its own, so that nothing of another run is met; their jobs mustn't fall due or hold keys either.
            var queue = $"model_{++queues}";
            await Store.Queues.UpsertAsync([queue], Token);
            var run = new ModelRun(Store, Clock, term, page, queue);
            try
            {
                foreach (var step in steps)
                    await run.StepAsync(step);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"After these steps:\n{run.Log}\n{error.Message}", error);
            }
            finally
            {
                await using var connection = await Database.ConnectAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = "DELETE FROM river_job";
                await command.ExecuteNonQueryAsync(Token);
            }

            foreach (var (transition, times) in run.Seen)
                seen[transition] = seen.GetValueOrDefault(transition) + times;
            return true;
        }

        var seed = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } given
            ? ulong.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
            : (ulong)Random.Shared.NextInt64();
        var replay = new Replay(new Rnd(seed), Microsoft.FSharp.Core.FSharpOption<int>.None);
        var config = Config.QuickThrowOnFailure.WithMaxTest(Runs).WithReplay(replay);
        Arbitrary<int[]> lives = Arb.From<int[]>(Gen.Choose(0, 999_999).ArrayOf(Steps), Shorter);
        try
        {
            await Task.Run(() => Prop.ForAll(lives, numbers => RunAsync(numbers).GetAwaiter().GetResult()).Check(config), Token);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Repeat this with {SeedVariable}={seed}. {error.Message}", error);
        }

        // A run that meets little proves little.
        Assert.True(seen.Count >= 15, $"Only {seen.Count} transitions were met: {string.Join(", ", seen.Keys)}");
    }

    [Fact]
    public void The_diagram_and_the_table_of_the_state_machine_agree()
    {
        var page = StateMachinePage.Read();

        var table = page.Table.Where(row => row.From != row.To).Select(row => $"{row.From} → {row.To}").Distinct().Order(StringComparer.Ordinal);
        var diagram = page.Diagram.Where(edge => edge.To is not null).Select(edge => $"{edge.From} → {edge.To}").Order(StringComparer.Ordinal);

        Assert.Equal(diagram, table);
        Assert.InRange(page.Diagram.Count, 25, 40);
    }

    /// <summary>Runs without some of the steps: halves and quarters first, then single ones.</summary>
    private static IEnumerable<int[]> Shorter(int[] steps)
    {
        for (var size = steps.Length / 2; size > 0; size /= 2)
        {
            for (var start = 0; start < steps.Length; start += size)
                yield return [.. steps[..start], .. steps[Math.Min(start + size, steps.Length)..]];
        }
    }
}
