using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using River.Client;
using River.Hosting;
using River.Presence;
using River.Supervision;

namespace River.Health;

/// <summary>Says in words what is wrong with this process's client, and what follows from it.</summary>
internal sealed class RiverHealthCheck(IServiceProvider services, TimeProvider time) : IHealthCheck
{
    /// <summary>The time that a health check has, well within the usual probe's.</summary>
    private static readonly StatementLimit Answer = new(TimeSpan.FromSeconds(5));

    /// <summary>Longer than any election takes after a leader vanished: its lease, and a follower's wait.</summary>
    private static readonly TimeSpan LongestElection = TimeSpan.FromSeconds(30);

    /// <summary>Loops without which no job is worked here. The others do harm only in the long run, or to other clients' jobs.</summary>
    private static readonly string[] Vital = ["fetcher", "heartbeat"];

    private readonly Lock _gate = new();
    private long? _leaderlessSince;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var findings = new List<Finding>();
        var facts = new Dictionary<string, object>(StringComparer.Ordinal);
        var run = services.GetService<IEngine>()?.Run;
        if (services.GetService<IEngine>() is not null && run is null)
        {
            findings.Add(new(IsFatal: true, services.GetRequiredService<IEngine>().IsStopping
                ? "The client is stopping, and claims no more jobs."
                : "The client doesn't work jobs: it hasn't been started yet, its start failed, or it was stopped."));
        }


        if (run is not null)
        {
            LookAtLoops(run, findings, facts);
            if (run.Heartbeat.State == PresenceState.Replaced)
                findings.Add(new(IsFatal: true, $"Another process has started with the ClientId '{run.ClientId}' of this one, which now works no more jobs. Give each process a ClientId of its own, or configure none, and restart this one."));
            if (run.Stuck.Count is var stuck and > 0)
                findings.Add(new(IsFatal: false, $"{stuck} jobs still run although their tokens were cancelled long ago. See the log for which, and pass the token on to whatever their workers wait for."));
            findings.AddRange(run.Queues.All.Where(queue => queue.UnknownJobs > 0).Select(queue => new Finding(
                IsFatal: false,
                $"{queue.UnknownJobs} jobs of kinds that this client doesn't know wait in queue '{queue.Name}'. Start the clients that know them, or move them to a queue of their own.")));
        }

        await LookAtStoreAsync(findings, facts, cancellationToken).ConfigureAwait(false);

        var status = findings.Exists(finding => finding.IsFatal) ? context.Registration.FailureStatus
            : findings.Count > 0 ? HealthStatus.Degraded : HealthStatus.Healthy;
        var words = findings.Count > 0 ? string.Join(' ', findings.OrderByDescending(finding => finding.IsFatal).Select(finding => finding.Words)) : null;
        return new HealthCheckResult(status, words, exception: null, facts);
    }

    private static void LookAtLoops(EngineRun run, List<Finding> findings, Dictionary<string, object> facts)
    {
        facts["client"] = run.ClientId;
        facts["is_leader"] = run.IsLeader;
        foreach (var loop in run.Loops)
        {
            facts[$"loop {loop.Name}: seconds since the last success"] = Math.Round(loop.SinceLastSuccess.TotalSeconds, 1);
            if (loop.Trouble is { } trouble)
                findings.Add(new(Vital.Contains(loop.Name, StringComparer.Ordinal), $"Loop '{loop.Name}' {trouble.TrimEnd('.')}.{Consequence(loop.Name)}"));
        }
    }

    private static string Consequence(string loop) => loop switch
    {
        "fetcher" => " No jobs are claimed here.",
        "heartbeat" => " Other clients will take this client for dead, and its jobs.",
        "listener" => " Notifications don't arrive; queues are polled instead, and cancels of running jobs come late.",
        "elector" => " This client can't lead.",
        "scheduler" => " Scheduled and retried jobs don't become available.",
        "cleaner" => " Finalized jobs pile up.",
        "queue stamps" => " After a day the rows of this client's queues may be removed.",
        _ => "",
    };

    private async Task LookAtStoreAsync(List<Finding> findings, Dictionary<string, object> facts, CancellationToken cancellationToken)
    {
        LeaderInfo? leader;
        try
        {
            leader = await Answer.RunAsync(
                async token =>
                {
                    var store = await services.GetRequiredService<StoreGate>().ReadyAsync(token).ConfigureAwait(false);
                    return await store.Lease.GetAsync(token).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            findings.Add(new(IsFatal: true, $"The database can't be worked with: {error.Message.TrimEnd('.')}."));
            return;
        }

        if (leader is not null)
        {
            facts["leader"] = leader.Id;
            facts["leader_is_foreign"] = leader.IsForeign;
        }

        if (leader is { IsForeign: true })
            findings.Add(new(IsFatal: false, ForeignLeader(leader.Id)));
        if (LeaderlessFor(leader) is var lasting && lasting > LongestElection)
            findings.Add(new(IsFatal: false, $"Nobody has led for {lasting.TotalSeconds:0} s: scheduled and retried jobs don't become available, and nothing is cleaned up. Let a client that works queues take part (Leadership = Participate)."));
    }

    private TimeSpan LeaderlessFor(LeaderInfo? leader)
    {
        lock (_gate)
        {
            _leaderlessSince = leader is null ? _leaderlessSince ?? time.GetTimestamp() : null;
            return _leaderlessSince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;
        }
    }

    private static string ForeignLeader(string id) =>
        $"The leader '{id}' isn't a client of this library. If it is River's Go client, it discards running jobs of kinds that it doesn't know "
        + "once they have run for longer than its rescue threshold (an hour by default), though their workers may be alive. "
        + "Keep such jobs shorter, register their kinds with the Go client, or keep the two in different schemas.";

    private sealed record Finding(bool IsFatal, string Words);
}
