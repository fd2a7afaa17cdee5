namespace Quickstart;

/// <summary>The application's own service, injected into a worker.</summary>
public interface IFluxApi
{
    Task AllocateAsync(long fluxId, CancellationToken cancellationToken);
}

/// <summary>A provider that takes a moment to answer.</summary>
public sealed class FluxApi : IFluxApi
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(300);

    public Task AllocateAsync(long fluxId, CancellationToken cancellationToken) => Task.Delay(AnswerTime, cancellationToken);
}
