using Microsoft.CodeAnalysis;

namespace River.Analyzers.Tests.Harness;

/// <summary>The base of the tests of rules about what workers do: their code is the body of a worker's method.</summary>
public abstract class WorkerTest(string rule) : RuleTest(rule)
{
    private protected Task<IReadOnlyList<Diagnostic>> BodyReportsAsync(string statements) => ReportsAsync(Worker(statements));

    private protected Task BodySaysAsync(string statements, params string[] words) => SaysAsync(Worker(statements), words);

    private protected Task BodyFixesAsync(string before, string after) => FixesAsync(Worker(before), Worker(after));

    private protected async Task<IReadOnlyList<string>> BodyOffersAsync(string statements)
    {
        await ReportsAsync(Worker(statements));
        return await OffersAsync(Worker(statements));
    }

    private protected static Code Worker(string statements) => Code.Of(
        $$"""
        using Microsoft.Extensions.Logging;
        [Job(Timeout = "infinite")] public sealed partial record Ping(long Id);
        [Job] public sealed partial record Pong(long Id);

        public interface IApi
        {
            Task CallAsync(long id, CancellationToken cancellationToken = default);
            Task<int> CountAsync();
            Task<int> CountAsync(CancellationToken cancellationToken);
            ValueTask<int> LookAsync();
            Task StepAsync();
            bool Ready { get; }
        }

        public sealed class PingWorker(IApi api, ILogger<PingWorker> logger) : IWorker<Ping>
        {
            private readonly IApi _api = api;
            private readonly ILogger _logger = logger;

            public async Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken)
            {
                {{statements.Replace("\n", "\n        ", StringComparison.Ordinal)}}
            }
        }
        """);
}
