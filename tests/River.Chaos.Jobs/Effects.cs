using Npgsql;

namespace River.Chaos;

/// <summary>Where workers say what they did, on a way of its own that doesn't go through River nor through a proxy.</summary>
public sealed class Effects(NpgsqlDataSource dataSource, string process)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Records what a job does; waits while the server is away, so that a fault of ours never looks like one of River's.</summary>
    public async Task RecordAsync<T>(Job<T> job, string phase)
        where T : IJobArgs<T>
    {
        // So that a record whose answer was lost counts once.
        var id = Guid.NewGuid();
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                await using var command = dataSource.CreateCommand("INSERT INTO fx (id, job_id, attempt, phase, process) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");
                command.Parameters.Add(new() { Value = id });
                command.Parameters.Add(new() { Value = job.Id });
                command.Parameters.Add(new() { Value = job.Attempt });
                command.Parameters.Add(new() { Value = phase });
                command.Parameters.Add(new() { Value = process });
                await command.ExecuteNonQueryAsync(limit.Token);
                return;
            }
            catch (NpgsqlException) when (!limit.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
            }
        }
    }
}
