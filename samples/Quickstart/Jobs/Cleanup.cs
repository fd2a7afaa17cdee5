using River;

namespace Quickstart.Jobs;

/// <summary>Takes away what a flux left behind.</summary>
/// <param name="FluxId">The flux's number.</param>
/// <param name="InKubernetes">Whether it ran in a cluster.</param>
// The name stands here as text, and not as Queues.CancelQueue, to show that a misspelt one doesn't build.
[Job(Queue = "cancel_queue")]
public sealed partial record Cleanup(long FluxId, bool InKubernetes);
