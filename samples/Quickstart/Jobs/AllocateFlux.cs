using River;

namespace Quickstart.Jobs;

/// <summary>Allocates a flux at the provider.</summary>
/// <param name="FluxId">The flux's number.</param>
[Job(MaxAttempts = 5)]
public sealed partial record AllocateFlux(long FluxId);
