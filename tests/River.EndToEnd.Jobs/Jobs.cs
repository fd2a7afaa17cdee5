using River;

[assembly: Queue("counted", MaxWorkers = 20)]
[assembly: Queue("follow_up", MaxWorkers = 5)]
[assembly: Queue("held", MaxWorkers = 4)]
[assembly: Queue("ticks", MaxWorkers = 50)]

namespace River.EndToEnd;

/// <summary>Leaves a mark; if asked to, also enqueues one more of itself with its completion.</summary>
[Job(Queue = "counted")]
public sealed partial record CountJob(int Number, bool FollowUp = false);

/// <summary>Leaves a mark and, in its first attempt, holds on until its process dies.</summary>
[Job(Queue = "held", Timeout = "10s")]
public sealed partial record HoldJob(int Number);

/// <summary>Fails in its first attempt, snoozes in its second, and succeeds in the next.</summary>
[Job(Queue = Queues.Counted, MaxAttempts = 3)]
public sealed partial record StumbleJob(int Number);
