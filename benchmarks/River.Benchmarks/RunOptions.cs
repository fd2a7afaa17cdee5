using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using River.Benchmarks.Measuring;

namespace River.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record RunOptions
{
    public const string Usage =
        """
        dotnet run -c Release --project benchmarks/River.Benchmarks -- [options]

          --rows a,b,…     only these rows; --list shows them. Default: all
          --only text      only contenders whose name contains this ("River .NET", "bare", "graphile", …)
          --no-peers       leave out other job systems
          --repeats N      how often each is measured, 1 to 100. Default: 3 (--quick: 2)
          --jobs N         how many jobs a row that counts jobs works. Default: 200,000 (--quick: 50,000)
          --seconds N      how long a row that counts time runs. Default: 30 (--quick: 8)
          --quick          everything smaller
          --smoke          a few hundred jobs and one second a row, without peers and without warming up: shows that the rows run
          --finished N     how many finished rows lie in the table of row pressure-finished. Default: 10,000,000 (--quick: 500,000)
          --no-analyze     leave the seeded table without statistics
          --save           put the rows into docs/benchmarks.md and docs/benchmarks.json; others there keep their figures
          --types          tell after each burn-down of ours what was allocated, by type
          --json FILE      write the figures as JSON
          --list           show the rows
        """;

    public IReadOnlyList<string> Rows { get; private set; } = [];

    public string? Only { get; private set; }

    public bool NoPeers { get; private set; }

    /// <summary>Whether a contender is asked for.</summary>
    public bool Measures(string contender, Role role) =>
        (Only is null || contender.Contains(Only, StringComparison.OrdinalIgnoreCase)) && !(NoPeers && role == Role.Peer);

    public int Repeats { get; private set; } = 3;

    public int Jobs { get; private set; } = 200_000;

    public int Seconds { get; private set; } = 30;

    public int Finished { get; private set; } = 10_000_000;

    public bool Quick { get; private set; }

    public bool Smoke { get; private set; }

    public bool Analyze { get; private set; } = true;

    public bool Save { get; private set; }

    public string? Json { get; private set; }

    public bool Types { get; private set; }

    public bool List { get; private set; }

    public static bool TryRead(string[] args, [NotNullWhen(true)] out RunOptions? options, [NotNullWhen(false)] out string? fault)
    {
        var read = new RunOptions();
        if (args.Contains("--quick", StringComparer.Ordinal))
            (read.Quick, read.Repeats, read.Jobs, read.Seconds, read.Finished) = (true, 2, 50_000, 8, 500_000);
        if (args.Contains("--smoke", StringComparer.Ordinal))
            (read.Smoke, read.Repeats, read.Jobs, read.Seconds, read.Finished) = (true, 1, 300, 1, 1_000);
        fault = null;
        for (var i = 0; i < args.Length && fault is null; i++)
        {
            fault = args[i] switch
            {
                "--rows" => Take(value => read.Rows = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
                "--no-peers" => Set(() => read.NoPeers = true),
                "--only" => Take(value => read.Only = value),
                "--repeats" => TakeNumber(1, 100, value => read.Repeats = value),
                "--jobs" => TakeNumber(100, 100_000_000, value => read.Jobs = value),
                "--seconds" => TakeNumber(1, 3_600, value => read.Seconds = value),
                "--finished" => TakeNumber(1_000, 100_000_000, value => read.Finished = value),
                "--quick" or "--smoke" => null,
                "--no-analyze" => Set(() => read.Analyze = false),
                "--save" => Set(() => read.Save = true),
                "--json" => Take(value => read.Json = value),
                "--types" => Set(() => read.Types = true),
                "--list" => Set(() => read.List = true),
                _ => $"Unknown option '{args[i]}'.\n\n{Usage}",
            };

            string? Take(Action<string> set)
            {
                if (i + 1 == args.Length)
                    return $"{args[i]} needs a value.\n\n{Usage}";
                set(args[++i]);
                return null;
            }

            string? TakeNumber(int least, int most, Action<int> set)
            {
                var name = args[i];
                string? wrong = null;
                return Take(value =>
                {
                    if (int.TryParse(value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                        set(number);
                    else
                        wrong = $"{name} takes a number from {least:N0} to {most:N0}, not '{value}'.";
                }) ?? wrong;
            }
        }

        options = fault is null ? read : null;
        return fault is null;

        static string? Set(Action set)
        {
            set();
            return null;
        }
    }
}
