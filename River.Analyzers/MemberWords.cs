using System.Linq;
using River.Grammar;

namespace River.Analyzers;

/// <summary>A member's name as the words that it is made of: <c>ApiKey</c> is "api" and "key".</summary>
internal readonly struct MemberWords
{
    private readonly string[] _words;

    private MemberWords(string[] words) => _words = words;

    public string Last => _words.Length == 0 ? "" : _words[_words.Length - 1];

    public static MemberWords Of(string name) =>
        new(MemberName.ToSnakeCase(name).Split(new[] { '_' }, System.StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Whether one word, or two in a row, are among the words.</summary>
    public bool Contain(string phrase)
    {
        var parts = phrase.Split(' ');
        for (var i = 0; i + parts.Length <= _words.Length; i++)
        {
            if (_words.Skip(i).Take(parts.Length).SequenceEqual(parts))
                return true;
        }

        return false;
    }
}
