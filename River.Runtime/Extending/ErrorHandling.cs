using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using River.Execution;
using River.Telemetry;

namespace River.Extending;

/// <summary>Asks the application's handler about a failed attempt. Whatever it does, the attempt gets its outcome.</summary>
internal sealed class ErrorHandling(IJobClient client, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="run">The attempt.</param>
    /// <param name="error">What went wrong.</param>
    /// <param name="services">The attempt's scope; null when there was none.</param>
    /// <returns>Whether the job is to be cancelled.</returns>
    public async ValueTask<bool> AsksToCancelAsync(JobRun run, Exception error, IServiceProvider? services)
    {
        var row = run.Job.Row;
        try
        {
            if (services?.GetService<IJobErrorHandler>() is not { } handler)
                return false;
            using var limit = new CancellationTokenSource(Limit, time);
            var answer = handler.HandleAsync(new WorkContext(row, services, client), error, limit.Token).AsTask();
            // A handler that ignores its token keeps neither the job nor its slot.
            return await answer.WaitAsync(Limit + Patience, time).ConfigureAwait(false) == JobErrorAction.Cancel;
        }
        catch (Exception fault)
        {
            logger.ErrorHandlerFailed(fault, row.Kind, row.Id);
            return false;
        }
    }
}
