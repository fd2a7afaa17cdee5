using River;

[assembly: Queue("brief", MaxWorkers = 10)]
[assembly: Queue("lasting", MaxWorkers = 10)]
[assembly: Queue("ticks", MaxWorkers = 5)]

namespace River.Chaos;

/// <summary>Takes a moment; if asked to, fails in its first attempts, and enqueues another one with its completion.</summary>
[Job(Queue = Queues.Brief)]
public sealed partial record BriefJob(int Number, int Milliseconds = 0, int Failures = 0, bool FollowUp = false);

/// <summary>Takes long, in its first attempt only if asked so. Heeds its token.</summary>
[Job(Queue = Queues.Lasting, Timeout = "10m")]
public sealed partial record LastingJob(int Number, int Milliseconds, bool FirstAttemptOnly = false);

/// <summary>Takes long and doesn't heed its token.</summary>
[Job(Queue = Queues.Lasting, Timeout = "10m")]
public sealed partial record StubbornJob(int Number, int Milliseconds);

/// <summary>Two steps; its first attempt goes on for ever between them.</summary>
[Job(Queue = Queues.Lasting, Timeout = "10m")]
public sealed partial record SteppedJob(int Number);

/// <summary>At most one of a number isn't finished.</summary>
[Job(Queue = Queues.Brief), Unique(Args = true)]
public sealed partial record SingleJob(int Number);

/// <summary>Enqueued every second, for the seconds too in which nobody could.</summary>
[Job(Queue = Queues.Ticks), Periodic("* * * * * *", Misfire = Misfire.All, MisfireLimit = 10_000)]
public sealed partial record TickJob(long Second)
{
    /// <summary>The slot is kept in the arguments: a retry changes the row's own time.</summary>
    public static TickJob Create(PeriodicContext context) => new(context.Slot.ToUnixTimeSeconds());
}
