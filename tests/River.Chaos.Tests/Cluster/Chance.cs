using System.Globalization;
using System.Runtime.CompilerServices;

namespace River.Chaos.Cluster;

/// <summary>The chance of one test. Its seed is printed; <c>RIVER_SEED</c> repeats it.</summary>
internal static class Chance
{
    public static Random Of([CallerMemberName] string test = "")
    {
        var seed = Setting("RIVER_SEED", Random.Shared.Next());
        var line = $"{test}: RIVER_SEED={seed.ToString(CultureInfo.InvariantCulture)}";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.WriteLine(line);
        return new Random(seed);
    }

    /// <summary>A size from the environment, so that a long version can be run by hand.</summary>
    public static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
