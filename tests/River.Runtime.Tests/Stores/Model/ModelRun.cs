using River.Execution;
using River.Storage;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Stores.Model;

/// <summary>
/// One random life of a few jobs: each step is done by the store and by the model, and then every row must be as the model
/// says, and every change of a state one that docs/state-machine.md has, for the reason that the step is.
/// </summary>
internal sealed class ModelRun(JobStore store, TestClock clock, LeaderTerm term, StateMachinePage page, string queue)
{
    /// <summary>All but retryable, so that a job that waits for a retry may lose its key.</summary>
    public const JobStates KeyStates = JobStates.Default & ~JobStates.Retryable;

    private readonly List<ModelJob> _jobs = [];
    private readonly Dictionary<long, ClaimToken> _running = [];
    private readonly List<ClaimToken> _past = [];
    private readonly List<string> _log = [];
    private bool _isPaused;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What was done, for a failure's message.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>How often the page's transitions were met.</summary>
    public Dictionary<(JobState? From, JobState To), int> Seen { get; } = [];

    public async Task StepAsync(int number)
    {
        // One number holds a step, so that shrinking a list of numbers shrinks the run.
        var (step, which, much) = (number % 20, number / 20 % 50, number / 1_000 % 50);
        var before = _jobs.ToDictionary(job => job.Id, job => job.State);
        var reason = step switch
        {
            0 or 1 or 2 => await EnqueueAsync(which, much),
            3 or 4 or 5 => await ClaimAsync(1 + (which % 3)),
            6 or 7 => await SettleAsync(which, JobState.Completed, TimeSpan.Zero, "return"),
            8 => await SettleAsync(which, JobState.Retryable, TimeSpan.FromSeconds(6 + much), "error", fails: true),
            9 => await SettleAsync(which, JobState.Available, TimeSpan.FromSeconds(much % 6), "error", fails: true),
            10 => await SettleAsync(which, JobState.Scheduled, TimeSpan.FromSeconds(6 + much), "snooze", restores: true),
            11 => await SettleAsync(which, JobState.Available, TimeSpan.FromSeconds(much % 6), "snooze", restores: true),
            12 => await SettleAsync(which, JobState.Available, TimeSpan.Zero, "stop of the client", restores: true),
            13 => await SettleAsync(which, JobState.Cancelled, TimeSpan.Zero, "job.Cancel", fails: true),
            14 => await CancelAsync(which),
            15 => await RetryAsync(which),
            16 => await DeleteAsync(which),
            17 => await PromoteAsync(much),
            18 => await RescueAsync(which),
            _ => await OtherwiseAsync(which, much),
        };
        await CheckAsync(before, reason);
    }

    private async Task<string> EnqueueAsync(int which, int much)
    {
        var state = (which % 5) switch { 0 => JobState.Scheduled, 1 => JobState.Pending, _ => JobState.Available };
        var delay = state == JobState.Scheduled ? TimeSpan.FromSeconds(much) : TimeSpan.Zero;
        int? key = which % 3 == 0 ? which % 2 : null;
        var insert = new JobInsert
        {
            Kind = "model",
            Queue = queue,
            Args = "{}"u8.ToArray(),
            State = state,
            MaxAttempts = 1 + (much % 3),
            Priority = 1 + (which % 4),
            Delay = delay,
            UniqueKey = key is { } number ? [.. Enumerable.Repeat((byte)number, 32)] : null,
            UniqueStates = key is null ? JobStates.None : KeyStates,
        };
        var holder = key is null ? null : _jobs.Find(job => job.Key == key && job.IsInForce);
        var result = Assert.Single(await store.Jobs.InsertAsync([insert], transaction: null, Token));
        Assert.Equal(holder is not null, result.IsDuplicate);
        if (holder is null)
            _jobs.Add(new ModelJob { Id = result.Job.Id, State = state, MaxAttempts = insert.MaxAttempts, Priority = insert.Priority, ScheduledAt = clock.Now + delay, Key = key });
        else
            Assert.Equal(holder.Id, result.Job.Id);
        return "enqueue";
    }

    private async Task<string> ClaimAsync(int slots)
    {
        var due = _jobs.Where(job => !_isPaused && job.State == JobState.Available && job.ScheduledAt <= clock.Now)
            .OrderBy(job => (job.Priority, job.ScheduledAt, job.Id)).Take(slots).ToList();
        var claimed = await store.Claims.ClaimAsync(new ClaimDemand("model", [new QueueDemand(queue, slots)], ["model"]), Token);
        Assert.Equal(due.Select(job => job.Id), claimed.Select(job => job.Token.JobId));
        foreach (var job in due)
        {
            job.State = JobState.Running;
            job.Attempt++;
        }

        foreach (var job in claimed)
            _running[job.Token.JobId] = job.Token;
        return "claim";
    }

    private async Task<string> SettleAsync(int which, JobState state, TimeSpan delay, string reason, bool fails = false, bool restores = false)
    {
        if (Pick(which, job => job.State == JobState.Running) is not { } job)
            return reason;

        // The worker's side of the rule: no attempt after the last.
        if (fails && state != JobState.Cancelled && job.Attempt >= job.MaxAttempts)
            (state, delay) = (JobState.Discarded, TimeSpan.Zero);
        var error = fails ? new AttemptError(clock.Now, job.Attempt, "broken", "") : null;
        var settlement = new Settlement { Token = _running[job.Id], State = state, Delay = delay, RestoreAttempt = restores, Error = error };
        return await WriteAsync(job, settlement, reason);
    }

    private async Task<string> WriteAsync(ModelJob job, Settlement settlement, string reason)
    {
        var waits = settlement.State is JobState.Available or JobState.Retryable or JobState.Scheduled;
        var stops = waits && job.CancelAsked;
        var result = Assert.Single(await store.Claims.SettleAsync([settlement], transaction: null, Token));
        Assert.True(result.Accepted);
        _running.Remove(job.Id);
        _past.Add(settlement.Token);
        job.State = stops ? JobState.Cancelled : settlement.State;
        Assert.Equal(job.State, result.State);
        if (settlement.RestoreAttempt && !stops)
            job.Attempt--;
        if (settlement.Error is not null)
            job.Errors++;
        if (waits && !stops)
            job.ScheduledAt = clock.Now + settlement.Delay;
        return stops ? "after a cancel was asked for" : reason;
    }

    private async Task<string> CancelAsync(int which)
    {
        if (Pick(which, static _ => true) is not { } job)
            return "cancel";
        await store.Jobs.CancelAsync(job.Id, transaction: null, Token);
        if (!job.IsFinal)
        {
            job.CancelAsked = true;
            if (job.State != JobState.Running)
                job.State = JobState.Cancelled;
        }

        return "cancel";
    }

    private async Task<string> RetryAsync(int which)
    {
        if (Pick(which, static _ => true) is not { } job)
            return "retry by hand";
        var stays = job.State == JobState.Running || (job.State == JobState.Available && job.ScheduledAt < clock.Now);
        var conflicts = !stays && job.Key is not null && _jobs.Exists(other => other != job && other.Key == job.Key && other.IsInForce);
        if (conflicts)
        {
            await Assert.ThrowsAsync<UniqueConflictException>(() => store.Jobs.RetryAsync(job.Id, transaction: null, Token));
            return "retry by hand";
        }

        await store.Jobs.RetryAsync(job.Id, transaction: null, Token);
        if (stays)
            return "retry by hand";
        if (job.Attempt == job.MaxAttempts)
            job.MaxAttempts++;
        job.CancelAsked = false;
        job.State = JobState.Available;
        job.ScheduledAt = clock.Now;
        return "retry by hand";
    }

    private async Task<string> DeleteAsync(int which)
    {
        if (Pick(which, static _ => true) is not { } job)
            return "delete";
        await store.Jobs.DeleteAsync(job.Id, transaction: null, Token);
        if (job.State != JobState.Running)
            _jobs.Remove(job);
        return "delete";
    }

    private async Task<string> PromoteAsync(int seconds)
    {
        clock.Advance(TimeSpan.FromSeconds(seconds));
        var due = _jobs.Where(job => job.State is JobState.Scheduled or JobState.Retryable && job.ScheduledAt <= clock.Now)
            .OrderBy(job => (job.Priority, job.ScheduledAt, job.Id)).ToList();
        var promotion = await store.Due.PromoteAsync(term, 1_000, Token);
        Assert.Equal(due.Count, promotion.Count);

        // Who held a key before keeps it.
        var held = _jobs.Where(job => job.IsInForce).ToDictionary(job => job.Key!.Value, job => job.Id);
        foreach (var job in due)
        {
            if (job.Key is { } key && !held.TryAdd(key, job.Id) && held[key] != job.Id)
                job.State = JobState.Discarded;
            else
                job.State = JobState.Available;
        }

        return "due";
    }

    private async Task<string> RescueAsync(int which)
    {
        if (Pick(which, job => job.State == JobState.Running) is not { } job)
            return "rescue";
        clock.Advance(TimeSpan.FromSeconds(2));
        var expired = await store.Claims.ExpiredAsync(TimeSpan.FromSeconds(1), afterId: 0, 1_000, Token);
        var found = Assert.Single(expired, claimed => claimed.Token.JobId == job.Id);
        Assert.Equal(_running[job.Id], found.Token);
        var isLast = job.Attempt >= job.MaxAttempts;
        var settlement = new Settlement
        {
            Token = found.Token,
            State = job.CancelAsked ? JobState.Cancelled : isLast ? JobState.Discarded : JobState.Available,
            Error = new AttemptError(clock.Now, job.Attempt, "Stuck job rescued by JobRescuer", ""),
            Metadata = RowMetadata.Rescued(RowMetadata.Count(found.Row, RowMetadata.RescueCount) + 1, isQuarantined: false),
        };
        var reason = await WriteAsync(job, settlement, "rescue");
        return job.State == JobState.Cancelled ? "after a cancel was asked for" : isLast ? "the same, in the last attempt" : reason;
    }

    /// <summary>What changes no job.</summary>
    private async Task<string> OtherwiseAsync(int which, int much)
    {
        switch (which % 3)
        {
            case 0:
                _isPaused = !_isPaused;
                Assert.True(await (_isPaused ? store.Queues.PauseAsync(queue, transaction: null, Token) : store.Queues.ResumeAsync(queue, transaction: null, Token)));
                break;
            case 1 when _past.Count > 0:
                var late = new Settlement { Token = _past[much % _past.Count], State = JobState.Completed };
                Assert.False(Assert.Single(await store.Claims.SettleAsync([late], transaction: null, Token)).Accepted);
                break;
            default:
                clock.Advance(TimeSpan.FromSeconds(much));
                break;
        }

        return "nothing";
    }

    private ModelJob? Pick(int which, Predicate<ModelJob> fits)
    {
        var those = _jobs.FindAll(fits);
        return those.Count == 0 ? null : those[which % those.Count];
    }

    private async Task CheckAsync(Dictionary<long, JobState> before, string reason)
    {
        var rows = await store.Jobs.ListAsync(new JobFilter { Queues = [queue], Limit = 1_000 }, transaction: null, Token);
        _log.Add($"{reason}: {string.Join(", ", rows.Select(row => $"{row.Id} {row.State} {row.Attempt}/{row.MaxAttempts}"))}");
        Assert.Equal(_jobs.OrderBy(job => job.Id).Select(job => job.ToString()), rows.OrderBy(row => row.Id).Select(ModelJob.Describe));
        foreach (var row in rows)
        {
            Assert.InRange(row.Attempt, 0, row.MaxAttempts);
            Assert.Equal(row.State is JobState.Completed or JobState.Cancelled or JobState.Discarded, row.FinalizedAt is not null);
            JobState? from = before.TryGetValue(row.Id, out var state) ? state : null;
            if (from == row.State)
                continue;
            Assert.True(page.Allows(from, row.State, reason), $"docs/state-machine.md has no {from?.ToString() ?? "∅"} → {row.State} by {reason}.");
            Seen[(from, row.State)] = Seen.GetValueOrDefault((from, row.State)) + 1;
        }
    }
}
