using Xunit;

namespace River.Tests.Harness;

/// <summary>Reads events, and says which ones never came.</summary>
internal static class EventReading
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<RiverEvent> FirstAsync(this EventSubscription events) => Assert.Single(await events.TakeAsync(1));

    /// <summary>Reads until the client has stopped.</summary>
    public static Task<IReadOnlyList<RiverEvent>> AllAsync(this EventSubscription events) => events.TakeAsync(int.MaxValue);

    /// <summary>The next events; fewer when they end before.</summary>
    public static async Task<IReadOnlyList<RiverEvent>> TakeAsync(this EventSubscription events, int count)
    {
        var test = TestContext.Current.CancellationToken;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(test);
        limit.CancelAfter(Patience);
        var told = new List<RiverEvent>();
        try
        {
            await foreach (var one in events.WithCancellation(limit.Token))
            {
                told.Add(one);
                if (told.Count == count)
                    break;
            }
        }
        catch (OperationCanceledException) when (!test.IsCancellationRequested)
        {
            var awaited = count == int.MaxValue ? "The end of the events" : $"{count} events";
            throw new TimeoutException($"{awaited} didn't come within {Patience}; {told.Count} did: {string.Join(", ", told.Select(one => one.Kind))}");
        }

        return told;
    }
}
