using River;

namespace Quickstart.Jobs;

/// <summary>Compares what is with what should be: every five minutes, and once when the schedule is new. Never two at a time.</summary>
[Job(Timeout = "infinite"), Periodic("*/5 * * * *", RunOnStart = true)]
[Unique(States = JobStates.Incomplete)]
public sealed partial record Reconcile;
