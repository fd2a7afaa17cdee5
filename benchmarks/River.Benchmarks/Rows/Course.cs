using System.Globalization;
using Npgsql;
using River.Benchmarks.Measuring;
using River.Benchmarks.Server;

namespace River.Benchmarks.Rows;

/// <summary>Looks at a table of jobs every two seconds.</summary>
internal static class Course
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public static async Task<IReadOnlyList<Moment>> WatchAsync(BenchDatabase database, Func<long> done, Usage usage, CancellationToken stop)
    {
        var moments = new List<Moment>();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand("SELECT pg_stat_get_dead_tuples('river_job'::regclass) || ' ' || pg_total_relation_size('river_job')");
        var (lastDone, lastAt) = (done(), usage.Elapsed);
        try
        {
            while (true)
            {
                await Task.Delay(Interval, stop);
                var (nowDone, nowAt) = (done(), usage.Elapsed);
                var parts = ((string)(await command.ExecuteScalarAsync(CancellationToken.None))!).Split(' ');
                moments.Add(new Moment(
                    nowAt.TotalSeconds,
                    (nowDone - lastDone) / (nowAt - lastAt).TotalSeconds,
                    long.Parse(parts[0], CultureInfo.InvariantCulture),
                    long.Parse(parts[1], CultureInfo.InvariantCulture) / 1e6));
                (lastDone, lastAt) = (nowDone, nowAt);
            }
        }
        catch (OperationCanceledException)
        {
            return moments;
        }
    }
}
