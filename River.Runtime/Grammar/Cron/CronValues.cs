namespace River.Grammar.Cron;

/// <summary>The values that one field allows, as a set of bits, and what its text says beyond them.</summary>
internal readonly struct CronValues
{
    private readonly ulong _bits;

    private CronValues(ulong bits, bool isStar, bool isInterval)
    {
        _bits = bits;
        IsStar = isStar;
        IsInterval = isInterval;
    }

    /// <summary>The field says <c>*</c> (or <c>?</c>) with no step but 1: it restricts nothing.</summary>
    public bool IsStar { get; }

    /// <summary>The field has a star, a range or a step, so it stands for a rhythm rather than for points in time.</summary>
    public bool IsInterval { get; }

    public CronValues With(int first, int last, int step, bool isStar, bool isInterval)
    {
        var bits = _bits;
        for (long value = first; value <= last; value += step)
            bits |= 1UL << (int)value;
        return new CronValues(bits, IsStar || isStar, IsInterval || isInterval);
    }

    public bool Contains(int value) => (_bits & (1UL << value)) != 0;

    /// <summary>The smallest value at or above a number below 64; −1 where there is none.</summary>
    public int From(int number)
    {
        for (var value = number; value < 64; value++)
        {
            if (Contains(value))
                return value;
        }

        return -1;
    }
}
