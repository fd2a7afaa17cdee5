namespace River;

/// <summary>What a subscription gets; for <see cref="IRiverHost.Subscribe"/>.</summary>
public sealed record SubscribeOptions
{
    /// <summary>The events wanted. Default: all.</summary>
    public RiverEventKinds Kinds { get; init; } = RiverEventKinds.All;

    /// <summary>How many events may wait to be read; 1 to 1,000,000. What comes while so many wait is dropped and counted. Default: 1,000.</summary>
    public int Capacity { get; init; } = 1_000;
}
