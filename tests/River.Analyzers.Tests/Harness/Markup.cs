using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace River.Analyzers.Tests.Harness;

/// <summary>Code in which the places of expected diagnostics are marked: <c>[|here|]</c>, or <c>{|RIVER004:here|}</c> for a rule by name.</summary>
internal sealed class Markup
{
    private Markup(string text, IReadOnlyList<(string? Rule, TextSpan Span)> marks)
    {
        Text = text;
        Marks = marks;
    }

    public string Text { get; }

    public IReadOnlyList<(string? Rule, TextSpan Span)> Marks { get; }

    public static Markup Parse(string marked)
    {
        var text = new StringBuilder(marked.Length);
        var open = new Stack<(string? Rule, int Start, char Close)>();
        var marks = new List<(string?, TextSpan)>();
        for (var i = 0; i < marked.Length; i++)
        {
            if (StartsAt("[|"))
            {
                open.Push((null, text.Length, ']'));
                i++;
            }
            else if (StartsAt("{|RIVER"))
            {
                var colon = marked.IndexOf(':', i);
                open.Push((marked[(i + 2)..colon], text.Length, '}'));
                i = colon;
            }
            else if (open.TryPeek(out var mark) && StartsAt("|" + mark.Close))
            {
                open.Pop();
                marks.Add((mark.Rule, TextSpan.FromBounds(mark.Start, text.Length)));
                i++;
            }
            else
            {
                text.Append(marked[i]);
            }

            bool StartsAt(string token) => string.CompareOrdinal(marked, i, token, 0, token.Length) == 0;
        }

        if (open.Count > 0)
            throw new ArgumentException("A mark isn't closed.", nameof(marked));
        return new Markup(text.ToString(), marks);
    }
}
