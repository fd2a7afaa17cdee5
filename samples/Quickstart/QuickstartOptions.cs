namespace Quickstart;

/// <summary>The command line: <c>--postgres &lt;url&gt;</c> for a server instead of a file, <c>--stay</c> to go on until Ctrl+C.</summary>
public sealed record QuickstartOptions(string? PostgresUrl, bool Stay)
{
    public const string Usage = "usage: Quickstart [--postgres <url>] [--stay]";

    /// <summary>Reads the command line; null when it can't be read.</summary>
    public static QuickstartOptions? Parse(ReadOnlySpan<string> args) => args switch
    {
        [] => new(null, false),
        ["--stay", .. var rest] when Parse(rest) is { } options => options with { Stay = true },
        ["--postgres", var url, .. var rest] when Parse(rest) is { } options => options with { PostgresUrl = url },
        _ => null,
    };
}
