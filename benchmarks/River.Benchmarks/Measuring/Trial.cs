using River.Benchmarks.Server;

namespace River.Benchmarks.Measuring;

/// <summary>One run of one contender: how much to do, and where.</summary>
internal sealed record Trial(BenchServer Server, int Jobs, TimeSpan Duration, RunOptions Options, bool IsWarmUp, CancellationToken Stop)
{
    public bool Analyze => Options.Analyze;

    public Task<BenchDatabase> CreateDatabaseAsync() => Server.CreateDatabaseAsync(Stop);
}
