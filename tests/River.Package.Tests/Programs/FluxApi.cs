using Microsoft.Extensions.Hosting;

/// <summary>Answers, and asks the program to end, which otherwise runs until Ctrl+C.</summary>
internal sealed class FluxApi(IHostApplicationLifetime lifetime) : IFluxApi
{
    public Task AllocateAsync(long fluxId, CancellationToken cancellationToken)
    {
        Console.WriteLine($"flux {fluxId} is allocated");
        lifetime.StopApplication();
        return Task.CompletedTask;
    }
}
