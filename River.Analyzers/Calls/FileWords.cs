using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace River.Analyzers.Calls;

/// <summary>Where a file has words that rules look for. A search in the text is far cheaper than binding the code around it.</summary>
internal sealed class FileWords
{
    private readonly int[] _places;

    private FileWords(int[] places) => _places = places;

    public bool Any => _places.Length > 0;

    /// <param name="file">The file.</param>
    /// <param name="words">The words, each with the mark of what has to follow it; see <see cref="CodeRule.Words"/>.</param>
    public static FileWords Read(SyntaxTree file, ImmutableArray<string> words)
    {
        var text = file.GetText().ToString();
        var places = new List<int>();
        foreach (var marked in words)
        {
            var word = marked.Substring(0, marked.Length - 1);
            for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + word.Length, StringComparison.Ordinal))
            {
                if ((at == 0 || !IsOfName(text[at - 1])) && Follows(text, at + word.Length, marked[marked.Length - 1]))
                    places.Add(at);
            }
        }

        return new FileWords(places.OrderBy(place => place).ToArray());
    }

    /// <summary>Whether one of the words stands in a part of the file.</summary>
    public bool AreIn(TextSpan span)
    {
        var at = Array.BinarySearch(_places, span.Start);
        at = at < 0 ? ~at : at;
        return at < _places.Length && _places[at] < span.End;
    }

    private static bool Follows(string text, int at, char mark)
    {
        if (mark == '*')
            return true;
        if (mark == '!' && IsThrown(text, at))
            return false;
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        if (at == text.Length)
            return false;
        // A comment or a directive may stand before what is looked for.
        return text[at] is '/' or '#' || (mark != '=' ? text[at] is '(' or '<' : text[at] == '=' && (at + 1 == text.Length || text[at + 1] != '='));
    }

    /// <summary>Whether a name is called as in <c>throw job.Name(</c>, in one line: the line before may end with a comment that has the word.</summary>
    private static bool IsThrown(string text, int end)
    {
        const string thrown = "throw";
        var at = end;
        while (at > 0 && (IsOfName(text[at - 1]) || text[at - 1] == '.'))
            at--;
        if (at == 0 || !IsBlank(text[at - 1]))
            return false;
        while (at > 0 && IsBlank(text[at - 1]))
            at--;
        return at >= thrown.Length && string.CompareOrdinal(text, at - thrown.Length, thrown, 0, thrown.Length) == 0 && (at == thrown.Length || !IsOfName(text[at - thrown.Length - 1]));
    }

    private static bool IsBlank(char c) => c is ' ' or '\t';

    private static bool IsOfName(char c) => char.IsLetterOrDigit(c) || c == '_';
}
