namespace River.Hosting;

/// <summary>The one source of chance of a client, safe for concurrent use. Tests give it a seed.</summary>
internal sealed class Randomness
{
    private readonly Lock _gate = new();
    private readonly Random _random;

    public Randomness(int? seed = null) => _random = seed is { } value ? new Random(value) : new Random();

    /// <summary>A number from 0 up to, but not including, 1.</summary>
    public double Fraction()
    {
        lock (_gate)
            return _random.NextDouble();
    }

    /// <summary>A duration spread evenly by a share to either side: 10 s by 0.1 gives 9 s to 11 s.</summary>
    public TimeSpan Spread(TimeSpan duration, double share) => duration * (1 + (share * ((2 * Fraction()) - 1)));

    /// <summary>
    /// The wait before another try: doubled with each failure up to the longest, then cut to somewhere in its upper half,
    /// so that many clients don't come back at one moment.
    /// </summary>
    public TimeSpan BackOff(int failures, TimeSpan shortest, TimeSpan longest)
    {
        var wait = failures > 30 ? longest : shortest * Math.Pow(2, Math.Max(0, failures - 1));
        return (wait < longest ? wait : longest) * (0.5 + (Fraction() / 2));
    }

    /// <summary>Lower-case hexadecimal digits.</summary>
    public string Digits(int count)
    {
        lock (_gate)
            return _random.GetHexString(count, lowercase: true);
    }
}
