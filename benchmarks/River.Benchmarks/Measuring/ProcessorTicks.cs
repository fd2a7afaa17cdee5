using System.Globalization;

namespace River.Benchmarks.Measuring;

/// <summary>The time of all processors since they started, as the kernel counts it; nothing where that can't be seen.</summary>
/// <param name="Idle">Without work, or waiting for a disk.</param>
/// <param name="Stolen">What the host gave to other machines although there was work here.</param>
/// <param name="All">In all.</param>
internal readonly record struct ProcessorTicks(long Idle, long Stolen, long All)
{
    private const string Path = "/proc/stat";

    public static ProcessorTicks Read()
    {
        if (!File.Exists(Path))
            return default;
        // user, nice, system, idle, iowait, irq, softirq, steal: proc(5).
        var numbers = File.ReadLines(Path).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new ProcessorTicks(numbers[3] + numbers[4], numbers[7], numbers.Sum());
    }

    /// <summary>What was used since, in percent.</summary>
    public double UsedUntil(ProcessorTicks later) => later.All == All ? 0 : 100 - ((later.Idle - Idle) * 100.0 / (later.All - All));

    /// <summary>What the host kept back since of the time that was wanted here, in percent.</summary>
    public double StolenUntil(ProcessorTicks later)
    {
        var wanted = later.All - All - (later.Idle - Idle);
        return wanted == 0 ? 0 : (later.Stolen - Stolen) * 100.0 / wanted;
    }
}
