using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace River.Shapes;

/// <summary>Where in the source the characters of a string literal stand: regular, verbatim or raw.</summary>
internal static class LiteralText
{
    /// <summary>Where a part of a literal's value is written; null where the expression is no literal of its own.</summary>
    public static Location? Within(ExpressionSyntax expression, int offset, int length)
    {
        if (expression is not LiteralExpressionSyntax { Token: var token } || Positions(token) is not { } positions || offset + length >= positions.Count || length == 0)
            return null;
        return Location.Create(
            expression.SyntaxTree,
            TextSpan.FromBounds(token.SpanStart + positions[offset], token.SpanStart + positions[offset + length - 1] + Width(positions, offset + length - 1)));
    }

    // The last character of a line is followed by what is no part of the value, so its end isn't where the next one starts.
    private static int Width(List<int> positions, int index) => positions[index + 1] - positions[index] is var width && width > 0 ? width : 1;

    /// <summary>Where in the token each character of the value starts, and where the last one ends; null if that can't be told.</summary>
    private static List<int>? Positions(SyntaxToken token)
    {
        var positions = token.Kind() switch
        {
            SyntaxKind.StringLiteralToken when token.Text[0] == '@' => Verbatim(token.Text),
            SyntaxKind.StringLiteralToken => Regular(token.Text),
            SyntaxKind.SingleLineRawStringLiteralToken => Plain(Quotes(token.Text), token.Text.Length - Quotes(token.Text)),
            SyntaxKind.MultiLineRawStringLiteralToken => Raw(token.Text),
            _ => null,
        };
        return positions?.Count == token.ValueText.Length + 1 ? positions : null;
    }

    private static List<int> Regular(string text)
    {
        var positions = new List<int>();
        var at = 1;
        while (at < text.Length - 1)
        {
            positions.Add(at);
            var next = at + 1;
            if (text[at] == '\\' && next < text.Length - 1)
            {
                var most = text[next] switch { 'u' => 4, 'U' => 8, 'x' => 4, _ => 0 };
                // Beyond the first plane a character is two in the value.
                if (text[next] == 'U' && next + 4 < text.Length && text.Substring(next + 1, 4) != "0000")
                    positions.Add(at);
                next++;
                for (var digits = 0; digits < most && next < text.Length - 1 && System.Uri.IsHexDigit(text[next]); digits++)
                    next++;
            }

            at = next;
        }

        positions.Add(at);
        return positions;
    }

    private static List<int> Verbatim(string text)
    {
        var positions = new List<int>();
        var at = 2;
        for (; at < text.Length - 1; at += text[at] == '"' ? 2 : 1)
            positions.Add(at);
        positions.Add(at);
        return positions;
    }

    private static List<int> Raw(string text)
    {
        var quotes = Quotes(text);
        var end = LastLineBreak(text, out var afterEnd);
        var indentation = text.Length - quotes - afterEnd;
        var positions = new List<int>();
        var at = text.IndexOf('\n') + 1;
        while (at < end)
        {
            var newLine = text.IndexOf('\n', at);
            var next = newLine < 0 || newLine >= end ? end : newLine + 1;
            for (var i = at + System.Math.Min(indentation, LineLength(text, at, next)); i < next; i++)
                positions.Add(i);
            at = next;
        }

        positions.Add(end);
        return positions;
    }

    private static List<int> Plain(int start, int end)
    {
        var positions = new List<int>();
        for (var i = start; i <= end; i++)
            positions.Add(i);
        return positions;
    }

    private static int LastLineBreak(string text, out int after)
    {
        var newLine = text.LastIndexOf('\n');
        after = newLine + 1;
        return newLine > 0 && text[newLine - 1] == '\r' ? newLine - 1 : newLine;
    }

    private static int LineLength(string text, int start, int end)
    {
        while (end > start && text[end - 1] is '\r' or '\n')
            end--;
        return end - start;
    }

    private static int Quotes(string text)
    {
        var quotes = 0;
        while (quotes < text.Length && text[quotes] == '"')
            quotes++;
        return quotes;
    }
}
