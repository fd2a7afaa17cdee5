using Microsoft.Extensions.Logging;
using River.Hosting;
using River.Registration;
using River.Storage;
using River.Supervision;

namespace River.Maintenance;

/// <summary>What a client does while it leads: each duty in a loop of its own, so that none waits for another, for one term.</summary>
internal sealed class LeaderDuties(
    JobStore store,
    Scheduler scheduler,
    JobRegistry registry,
    Func<RiverOptions> options,
    LoopSet loops,
    StatementLimit limit,
    TimeProvider time,
    Randomness randomness,
    ILogger logger)
{
    /// <summary>After which a queue that nobody stamps has been given up; River's own time.</summary>
    private static readonly TimeSpan QueueKept = TimeSpan.FromHours(24);
    private static readonly TimeSpan QueueInterval = TimeSpan.FromHours(1);

    private static readonly TimeSpan NotificationKept = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan NotificationInterval = TimeSpan.FromMinutes(1);

    /// <summary>What a turn may take beyond its wait and its statement.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    /// <summary>Runs until the term ends; never faulted.</summary>
    public Task RunAsync(LeaderTerm term, CancellationToken ended)
    {
        var cleaner = new Cleaner(store, registry, options, limit, time, randomness, logger);
        var queues = new Sweeper((of, batch, token) => store.Upkeep.ExpireQueuesAsync(of, QueueKept, batch, token), QueueInterval, limit, time, randomness);
        var notifications = new Sweeper((of, batch, token) => store.Upkeep.PruneNotificationsAsync(of, NotificationKept, batch, token), NotificationInterval, limit, time, randomness);
        var margin = limit.Limit + Slack;
        return Task.WhenAll(
            RunAsync("scheduler", _ => scheduler.TurnAsync, margin),
            RunAsync("cleaner", _ => cleaner.TurnAsync, margin),
            RunAsync("queue cleaner", _ => queues.TurnAsync, (QueueInterval * 1.1) + margin),
            RunAsync("notification cleaner", _ => notifications.TurnAsync, (NotificationInterval * 1.1) + margin),
            RunAsync("reindexer", alive => new Reindexer(store, options, time, alive, logger).TurnAsync, (options().Reindex.Timeout * 2) + margin));

        Task RunAsync(string name, Func<Action, Func<LeaderTerm, CancellationToken, Task>> duty, TimeSpan quiet) =>
            loops.RunAsync(
                name,
                alive =>
                {
                    var turn = duty(alive);
                    return token => turn(term, token);
                },
                ended,
                quiet);
    }
}
