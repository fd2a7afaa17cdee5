namespace River.Hosting;

/// <summary>What whoever stops the engine leaves to the running jobs.</summary>
/// <param name="SoftTime">How long they may go on before their tokens are cancelled.</param>
/// <param name="MayHandBack">
/// Completes when those that heed no token may be handed back, to start elsewhere a little later. Not while the process goes
/// on for the sake of other services: they would run twice at a time.
/// </param>
internal sealed record StopTerms(TimeSpan SoftTime, Task MayHandBack);
