using Microsoft.Extensions.Logging;

namespace River.Telemetry;

/// <summary>
/// What the running client logs. Event ids: 1 engine and loops, 2 fetching, 3 execution, 4 completion, 5 leadership,
/// 6 maintenance, 7 periodic jobs, each by the thousand.
/// </summary>
internal static partial class EngineLog
{
    [LoggerMessage(1001, LogLevel.Information, "River client {ClientId} works {Queues} queues")]
    public static partial void EngineStarted(this ILogger logger, string clientId, int queues);

    [LoggerMessage(1002, LogLevel.Information, "River stops; {Jobs} jobs are under way")]
    public static partial void EngineStopping(this ILogger logger, int jobs);

    [LoggerMessage(1003, LogLevel.Information, "River has stopped")]
    public static partial void EngineStopped(this ILogger logger);

    [LoggerMessage(1004, LogLevel.Warning, "{Cause}; cancelling the tokens of {Jobs} jobs: {Names}")]
    public static partial void SoftStopOver(this ILogger logger, string cause, int jobs, string names);

    [LoggerMessage(1005, LogLevel.Error, "{Jobs} jobs still run {Waited} after their tokens were cancelled, and are handed back all the same: {Names}")]
    public static partial void JobsAbandoned(this ILogger logger, int jobs, TimeSpan waited, string names);

    [LoggerMessage(1006, LogLevel.Warning, "Loop {Loop} failed {Failures} times in a row; next try in {Seconds:0.0} s")]
    public static partial void LoopFailed(this ILogger logger, Exception error, string loop, int failures, double seconds);

    [LoggerMessage(1007, LogLevel.Warning, "Lease lost: no heartbeat of client {ClientId} has succeeded for {Lease}, so others may work its jobs; {Jobs} are cancelled, and none is claimed until one succeeds", EventName = "client silent")]
    public static partial void LeaseOver(this ILogger logger, string clientId, TimeSpan lease, int jobs);

    [LoggerMessage(1008, LogLevel.Information, "A heartbeat of client {ClientId} has succeeded again; it claims jobs")]
    public static partial void LeaseRegained(this ILogger logger, string clientId);

    [LoggerMessage(1009, LogLevel.Error, "Lease lost: another process has started with the ClientId '{ClientId}' of this one, which now works no more jobs; {Jobs} are cancelled. Give each process a ClientId of its own, or configure none, and restart this one", EventName = "client replaced")]
    public static partial void ClientReplaced(this ILogger logger, string clientId, int jobs);

    [LoggerMessage(1010, LogLevel.Warning, "The row of client {ClientId} couldn't be ended; what it left running is rescued when its lease has run out")]
    public static partial void LeaveFailed(this ILogger logger, Exception error, string clientId);

    [LoggerMessage(1011, LogLevel.Warning, "A subscription to the events {Kinds} isn't read fast enough: events are dropped from now on, and counted in its Dropped", EventName = "events dropped")]
    public static partial void EventsDropped(this ILogger logger, RiverEventKinds kinds);

    [LoggerMessage(1012, LogLevel.Warning, "A listener to River's spans or metrics threw; the enqueue or attempt that it was told of goes on. At most one such fault a minute is logged", EventName = "listener failed")]
    public static partial void ListenerFailed(this ILogger logger, Exception error);

    [LoggerMessage(2001, LogLevel.Debug, "Works queue {Queue} of a dynamic family, {MaxWorkers} jobs at once")]
    public static partial void DynamicQueueFound(this ILogger logger, string queue, int maxWorkers);

    [LoggerMessage(2002, LogLevel.Information, "Queue {Queue} was paused")]
    public static partial void QueuePaused(this ILogger logger, string queue);

    [LoggerMessage(2003, LogLevel.Debug, "Listening for notifications")]
    public static partial void ListeningStarted(this ILogger logger);

    [LoggerMessage(2004, LogLevel.Warning, "Job {Kind} {Id} was claimed by a statement whose answer never came; it is given back")]
    public static partial void LostClaimReturned(this ILogger logger, string kind, long id);

    [LoggerMessage(2005, LogLevel.Warning, "A claim failed before the stop, and what it may have taken can't be looked for")]
    public static partial void LostClaimsKept(this ILogger logger, Exception error);

    [LoggerMessage(2006, LogLevel.Debug, "Queue {Queue} of a dynamic family has long had no job and is forgotten until the next one")]
    public static partial void DynamicQueueForgotten(this ILogger logger, string queue);

    [LoggerMessage(2007, LogLevel.Information, "Queue {Queue} is worked from now on, {MaxWorkers} jobs at once")]
    public static partial void QueueAdded(this ILogger logger, string queue, int maxWorkers);

    [LoggerMessage(2008, LogLevel.Information, "Queue {Queue} is worked no more; {Running} jobs still run")]
    public static partial void QueueRemoved(this ILogger logger, string queue, int running);

    [LoggerMessage(2009, LogLevel.Information, "Queue {Queue} now runs {MaxWorkers} jobs at once")]
    public static partial void QueueResized(this ILogger logger, string queue, int maxWorkers);

    [LoggerMessage(2010, LogLevel.Error, "{Jobs} jobs of a removed queue don't heed their cancelled tokens and are handed back while they still run: {Names}")]
    public static partial void RemovedJobsAbandoned(this ILogger logger, int jobs, string names);

    [LoggerMessage(2011, LogLevel.Warning, "The metadata of queue {Queue} asks for '{Workers}' workers, which is no whole number from 1 to 10,000; each process keeps its own setting")]
    public static partial void ClusterWorkersRefused(this ILogger logger, string queue, string workers);

    [LoggerMessage(2012, LogLevel.Warning, "{Jobs} due jobs of queue {Queue} are of kinds that this client doesn't know; they are left for clients that do")]
    public static partial void UnknownJobsWait(this ILogger logger, long jobs, string queue);

    [LoggerMessage(2013, LogLevel.Information, "No job of an unknown kind stands before the others in queue {Queue} any more")]
    public static partial void UnknownJobsGone(this ILogger logger, string queue);

    [LoggerMessage(2014, LogLevel.Debug, "Queue {Queue} gets {Workers} workers instead of {Before}: its oldest due job has waited {Age}")]
    public static partial void QueueScaled(this ILogger logger, string queue, int workers, int before, TimeSpan age);

    [LoggerMessage(2015, LogLevel.Error, "The changed configuration isn't taken over, for {Count} reasons:{Faults}")]
    public static partial void ReloadRefused(this ILogger logger, int count, string faults);

    [LoggerMessage(3001, LogLevel.Warning, "Job {Kind} {Id} failed in attempt {Attempt} of {MaxAttempts}")]
    public static partial void JobFailed(this ILogger logger, Exception error, string kind, long id, int attempt, int maxAttempts);

    [LoggerMessage(3002, LogLevel.Warning, "Job {Kind} {Id} ran longer than {Timeout} in attempt {Attempt} of {MaxAttempts}")]
    public static partial void JobTimedOut(this ILogger logger, string kind, long id, int attempt, int maxAttempts, TimeSpan timeout);

    [LoggerMessage(3003, LogLevel.Information, "Job {Kind} {Id} is cancelled: {Reason}")]
    public static partial void JobCancelled(this ILogger logger, string kind, long id, string reason);

    [LoggerMessage(3004, LogLevel.Debug, "Job {Kind} {Id} is snoozed for {Duration}")]
    public static partial void JobSnoozed(this ILogger logger, string kind, long id, TimeSpan duration);

    [LoggerMessage(3005, LogLevel.Information, "Job {Kind} {Id} is handed back, because the client stops or its queue is removed")]
    public static partial void JobHandedBack(this ILogger logger, string kind, long id);

    [LoggerMessage(3006, LogLevel.Warning, "The retry policy of job {Kind} {Id} asked for a wait of {Wait}, which is negative or over ten years; River's policy is used")]
    public static partial void RetryPolicyOutOfRange(this ILogger logger, string kind, long id, TimeSpan wait);

    [LoggerMessage(3020, LogLevel.Error, "The error handler failed at job {Kind} {Id}; the job goes its ordinary way")]
    public static partial void ErrorHandlerFailed(this ILogger logger, Exception error, string kind, long id);

    [LoggerMessage(3007, LogLevel.Warning, "The retry policy of job {Kind} {Id} threw; River's policy is used")]
    public static partial void RetryPolicyFailed(this ILogger logger, Exception error, string kind, long id);

    [LoggerMessage(3008, LogLevel.Warning, "The worker of job {Kind} {Id} asked for a timeout of {Timeout}, which is neither positive nor infinite; the declared one is used")]
    public static partial void TimeoutOutOfRange(this ILogger logger, string kind, long id, TimeSpan timeout);

    [LoggerMessage(3009, LogLevel.Warning, "Disposing the services of job {Kind} {Id} failed; its outcome stands")]
    public static partial void ScopeDisposeFailed(this ILogger logger, Exception error, string kind, long id);

    [LoggerMessage(3010, LogLevel.Warning, "A callback on the cancellation token of job {Kind} {Id} threw")]
    public static partial void CancelCallbackFailed(this ILogger logger, Exception error, string kind, long id);

    [LoggerMessage(3011, LogLevel.Error, "Job {Kind} {Id} couldn't be run")]
    public static partial void AttemptBroke(this ILogger logger, Exception error, string kind, long id);

    [LoggerMessage(3012, LogLevel.Warning, "Lease lost: attempt {Attempt} of job {Kind} {Id} is no longer this client's, or may not be; its token is cancelled", EventName = "lease lost")]
    public static partial void AttemptTaken(this ILogger logger, int attempt, string kind, long id);

    [LoggerMessage(3021, LogLevel.Warning, "Recording the progress of job {Kind} {Id} failed; it is tried again")]
    public static partial void RecordRetried(this ILogger logger, Exception error, string kind, long id);

    [LoggerMessage(3022, LogLevel.Warning, "The metadata of job {Kind} {Id} holds something else than a list under 'river:log', so what the attempt logged isn't stored")]
    public static partial void LogNotStored(this ILogger logger, string kind, long id);

    [LoggerMessage(3023, LogLevel.Error, "What job {Kind} {Id} recorded can't be stored; its outcome is")]
    public static partial void RecordLost(this ILogger logger, Exception error, string kind, long id);

    [LoggerMessage(3024, LogLevel.Warning, "JobLogs.Level is {Level}, but River's logging provider isn't among the host's any more, so nothing that jobs log is stored. Call AddRiver after ClearProviders()")]
    public static partial void JobLogsUnheard(this ILogger logger, LogLevel level);

    [LoggerMessage(3025, LogLevel.Error, "The row of job {Kind} {Id} can't be read, so the job is discarded and quarantined", EventName = "row unreadable")]
    public static partial void RowUnreadable(this ILogger logger, Exception error, string kind, long id);

    [LoggerMessage(3101, LogLevel.Warning, "Attempt {Attempt} of job {Kind} {Id} is stuck: it still runs {Threshold} after its token was cancelled. Queue {Queue} gets a slot in its place: {GivesSlot}. Stuck jobs: {Total}. Pass the token on to whatever the worker waits for", EventName = "job stuck")]
    public static partial void JobStuck(this ILogger logger, string kind, long id, int attempt, TimeSpan threshold, string queue, bool givesSlot, int total);

    [LoggerMessage(3102, LogLevel.Information, "Stuck job {Kind} {Id} has ended at last", EventName = "job unstuck")]
    public static partial void JobUnstuck(this ILogger logger, string kind, long id);

    [LoggerMessage(3103, LogLevel.Error, "A handler of stuck jobs failed at job {Kind} {Id}")]
    public static partial void StuckHandlerFailed(this ILogger logger, Exception error, string kind, long id);

    [LoggerMessage(3104, LogLevel.Error, "Job {Kind} {Id}, whose token is cancelled, can't be watched: it isn't told should it be stuck")]
    public static partial void WatchFailed(this ILogger logger, Exception error, string kind, long id);

    [LoggerMessage(4001, LogLevel.Warning, "Writing {Count} outcomes failed (try {Tries}); next try in {Seconds:0.00} s")]
    public static partial void SettleRetried(this ILogger logger, Exception error, int count, int tries, double seconds);

    [LoggerMessage(4002, LogLevel.Warning, "The database refused {Count} outcomes together; trying them apart")]
    public static partial void BatchDivided(this ILogger logger, Exception error, int count);

    [LoggerMessage(4003, LogLevel.Error, "The outcome of job {Kind} {Id} can't be stored; recording a failure instead")]
    public static partial void OutcomeUnstorable(this ILogger logger, Exception error, string kind, long id);

    [LoggerMessage(4004, LogLevel.Error, "The outcome of job {Kind} {Id}, {State}, couldn't be written; the job stays running until it is rescued")]
    public static partial void OutcomeLost(this ILogger logger, Exception? error, string kind, long id, JobState state);

    [LoggerMessage(4005, LogLevel.Warning, "Lease lost: job {Kind} {Id} was taken away from attempt {Attempt}: its outcome, {Outcome}, is dropped; the job is {State}", EventName = "outcome dropped")]
    public static partial void LeaseLost(this ILogger logger, string kind, long id, int attempt, JobState outcome, JobState state);

    [LoggerMessage(4006, LogLevel.Warning, "Job {Kind} {Id} was deleted while attempt {Attempt} ran")]
    public static partial void RowGone(this ILogger logger, string kind, long id, int attempt);

    [LoggerMessage(4007, LogLevel.Debug, "{Count} outcomes wait for rows that other transactions hold")]
    public static partial void RowsLocked(this ILogger logger, int count);

    [LoggerMessage(4008, LogLevel.Error, "Nothing of job {Kind} {Id} can be stored; trying again in {Seconds:0.0} s")]
    public static partial void OutcomeRefused(this ILogger logger, Exception error, string kind, long id, double seconds);

    [LoggerMessage(4009, LogLevel.Warning, "What keeps {Count} outcomes from being accepted can't be found out; they are tried again")]
    public static partial void RefusalsUnclear(this ILogger logger, Exception error, int count);

    [LoggerMessage(5001, LogLevel.Information, "This client leads since {ElectedAt:O}")]
    public static partial void LeadershipGained(this ILogger logger, DateTimeOffset electedAt);

    [LoggerMessage(5002, LogLevel.Information, "This client no longer leads ({Reason})")]
    public static partial void LeadershipEnded(this ILogger logger, Election.TermEnd reason);

    [LoggerMessage(5003, LogLevel.Warning, "Renewing the leader's lease failed {Failures} times in a row")]
    public static partial void RenewalFailed(this ILogger logger, Exception error, int failures);

    [LoggerMessage(5004, LogLevel.Warning, "Resigning as leader failed; the lease runs out by itself")]
    public static partial void ResignFailed(this ILogger logger, Exception error);

    [LoggerMessage(6001, LogLevel.Debug, "{Jobs} jobs in {Queues} queues fell due")]
    public static partial void JobsPromoted(this ILogger logger, int jobs, int queues);

    [LoggerMessage(6002, LogLevel.Warning, "Job {Kind} {Id} is rescued: the client of its attempt {Attempt} of {MaxAttempts} vanished")]
    public static partial void JobRescued(this ILogger logger, string kind, long id, int attempt, int maxAttempts);

    [LoggerMessage(6003, LogLevel.Debug, "Job {Kind} {Id} was rescued by another client, or has ended")]
    public static partial void RescueTooLate(this ILogger logger, string kind, long id);

    [LoggerMessage(6004, LogLevel.Warning, "Rescuing job {Kind} {Id} failed")]
    public static partial void RescueFailed(this ILogger logger, Exception error, string kind, long id);

    [LoggerMessage(6005, LogLevel.Debug, "The worker of stuck job {Kind} {Id} can't be asked; its declaration counts")]
    public static partial void RescuePrepareFailed(this ILogger logger, Exception error, string kind, long id);

    [LoggerMessage(6006, LogLevel.Error, "Job {Kind} {Id} is quarantined: its client vanished in {Rescues} attempts in a row")]
    public static partial void JobQuarantined(this ILogger logger, string kind, long id, long rescues);

    [LoggerMessage(6007, LogLevel.Debug, "{Count} rows of clients gone for a day were removed")]
    public static partial void ClientsForgotten(this ILogger logger, int count);

    [LoggerMessage(6101, LogLevel.Information, "Deleted {Jobs} finalized jobs that were kept long enough")]
    public static partial void JobsPruned(this ILogger logger, int jobs);

    [LoggerMessage(6102, LogLevel.Debug, "Building index {Index} anew: {Result}")]
    public static partial void IndexHandled(this ILogger logger, string index, Storage.Reindexed result);

    [LoggerMessage(6106, LogLevel.Warning, "There is no index {Index} to build anew; take it from Reindex.Indexes, or see whether a migration is missing")]
    public static partial void IndexMissing(this ILogger logger, string index);

    [LoggerMessage(6103, LogLevel.Warning, "Building index {Index} anew failed; it serves on as it is")]
    public static partial void ReindexFailed(this ILogger logger, Exception error, string index);

    [LoggerMessage(6104, LogLevel.Information, "Dropped what interrupted builds of indexes had left: {Indexes}")]
    public static partial void LeftoversDropped(this ILogger logger, string indexes);

    [LoggerMessage(6105, LogLevel.Warning, "What interrupted builds of indexes have left can't be dropped")]
    public static partial void LeftoversKept(this ILogger logger, Exception error);

    [LoggerMessage(7004, LogLevel.Debug, "Schedule {Schedule}: slot {Slot:O} is skipped, as its factory made no job")]
    public static partial void SlotSkipped(this ILogger logger, string schedule, DateTimeOffset slot);

    [LoggerMessage(7001, LogLevel.Debug, "Schedule {Schedule}: slot {Slot:O} enqueued as {Kind}")]
    public static partial void SlotTaken(this ILogger logger, string schedule, DateTimeOffset slot, string kind);

    [LoggerMessage(7002, LogLevel.Error, "Schedule {Schedule} failed {Failures} times in a row; next try in {Seconds:0.0} s")]
    public static partial void ScheduleFailed(this ILogger logger, Exception error, string schedule, int failures, double seconds);

    [LoggerMessage(7003, LogLevel.Information, "Schedule {Schedule}: the trigger of {Triggered:O} enqueued a job {Kind}")]
    public static partial void TriggerTaken(this ILogger logger, string schedule, DateTimeOffset triggered, string kind);
}
