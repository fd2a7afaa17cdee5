using Microsoft.Extensions.Logging;

namespace River.Hosting;

/// <summary>
/// Every message of the library, one partial file for each part. Event ids by thousands: 1000 host, 2000 fetch,
/// 3000 execution, 4000 completion, 5000 leadership and maintenance, 6000 periodic jobs, 7000 listener.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "River client {ClientId} works {Queues} in {Store}")]
    public static partial void Working(ILogger logger, string clientId, string queues, string store);

    [LoggerMessage(1001, LogLevel.Information, "River client {ClientId} enqueues to {Store} and works no jobs")]
    public static partial void Enqueueing(ILogger logger, string clientId, string store);

    [LoggerMessage(1002, LogLevel.Information, "Applied migration {Line} {Version} ({Name})")]
    public static partial void Migrated(ILogger logger, string line, int version, string name);

    [LoggerMessage(1003, LogLevel.Information, "River client {ClientId} has stopped")]
    public static partial void Stopped(ILogger logger, string clientId);

    [LoggerMessage(1004, LogLevel.Warning, "Queue {Queue} is declared with different settings by {Assemblies}; {MaxWorkers} jobs at once are worked here. Settle it with river.Work(\"{Queue}\", maxWorkers: …)")]
    public static partial void QueueDisagreement(ILogger logger, string queue, string assemblies, int maxWorkers);

    [LoggerMessage(1005, LogLevel.Warning, "River client {ClientId} works no queue: each one is external or has MaxWorkers 0 here")]
    public static partial void NothingToWork(ILogger logger, string clientId);

    [LoggerMessage(1008, LogLevel.Warning, "SoftStopTimeout is {SoftStopTimeout}, and the host takes {ShutdownTimeout} to stop at most (HostOptions.ShutdownTimeout), so running jobs get {Used}: what the host's time leaves for handing them back. Raise ShutdownTimeout above SoftStopTimeout by 5 seconds, or leave SoftStopTimeout out")]
    public static partial void SoftStopTooLong(ILogger logger, string softStopTimeout, TimeSpan shutdownTimeout, TimeSpan used);

    [LoggerMessage(1006, LogLevel.Information, "Schedule {Schedule}: on {Date} the clock of {Zone} jumps past {Time}, so it runs right after the jump, at {Utc} UTC")]
    public static partial void SlotSkippedByClock(ILogger logger, string schedule, string date, string zone, string time, string utc);

    [LoggerMessage(1007, LogLevel.Information, "Schedule {Schedule}: on {Date} the clock of {Zone} shows {Time} twice, and it runs the first time only, at {Utc} UTC")]
    public static partial void SlotRepeatedByClock(ILogger logger, string schedule, string date, string zone, string time, string utc);
}
