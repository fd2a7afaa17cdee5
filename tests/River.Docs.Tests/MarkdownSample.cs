using System.Text.RegularExpressions;

namespace River.Docs.Tests;

/// <summary>A C# block of a page, or the code of a hidden comment.</summary>
/// <param name="Line">Where its code starts on the page, from 1.</param>
/// <param name="Given">Parameters that its statements may use.</param>
/// <param name="Alone">Whether it is compiled apart from the page's other blocks.</param>
internal sealed partial record MarkdownSample(string Code, int Line, string Given, bool Alone)
{
    /// <summary>Reads a page's blocks. A comment right before a block speaks of that block; see CONTRIBUTING.md.</summary>
    public static IEnumerable<MarkdownSample> Read(string markdown)
    {
        var (given, alone) = ("", false);
        var end = 0;
        foreach (Match piece in Piece().Matches(markdown))
        {
            // Text in between ends what a comment said.
            if (!string.IsNullOrWhiteSpace(markdown[end..piece.Index]))
                (given, alone) = ("", false);
            end = piece.Index + piece.Length;

            if (piece.Groups["given"] is { Success: true } parameters)
                given = parameters.Value.Trim();
            else if (piece.Groups["alone"].Success)
                alone = true;
            else if (piece.Groups["hidden"] is { Success: true } hidden)
                yield return new(hidden.Value, LineAt(hidden.Index), "", alone);
            else if (piece.Groups["code"] is { Success: true } code)
            {
                yield return new(code.Value, LineAt(code.Index), given, alone);
                (given, alone) = ("", false);
            }
        }

        int LineAt(int index) => 1 + markdown.AsSpan(0, index).Count('\n');
    }

    [GeneratedRegex(@"<!-- given: (?<given>.*?)-->|(?<alone><!-- alone -->)|<!-- hidden\n(?<hidden>.*?)-->|^```csharp\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Piece();
}
