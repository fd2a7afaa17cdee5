using System.Text;
using System.Text.Json;

namespace River.Uniqueness;

/// <summary>
/// A member's name or dotted path, as the path library that River uses reads it: <c>.</c> goes a level down, a leading
/// <c>:</c> and backslashes are dropped, and a path with a character of its query language changes nothing.
/// </summary>
internal sealed class MemberPath
{
    private const string Queries = "|#@*?";

    private MemberPath(string text, IReadOnlyList<Part> parts, bool isQuery)
    {
        Text = text;
        Parts = parts;
        IsQuery = isQuery;
    }

    public string Text { get; }

    /// <summary>The names to write, outermost first.</summary>
    public IReadOnlyList<Part> Parts { get; }

    /// <summary>Whether River leaves the member out of the key.</summary>
    public bool IsQuery { get; }

    /// <summary>Whether a name means just itself, so that nothing needs to be taken apart.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> name) =>
        name is not ([] or [(byte)':', ..]) && name.IndexOfAny("|#@*?.\\"u8) < 0;

    public static MemberPath Parse(string text)
    {
        var parts = new List<Part>();
        var name = new StringBuilder();
        var isForced = text.StartsWith(':');
        for (var i = isForced ? 1 : 0; i < text.Length; i++)
        {
            var c = text[i];
            if (Queries.Contains(c, StringComparison.Ordinal))
                return new MemberPath(text, [], isQuery: true);
            if (c == '.')
            {
                parts.Add(new Part(name.ToString(), isForced));
                name.Clear();
                isForced = i + 1 < text.Length && text[i + 1] == ':';
                if (isForced)
                    i++;
            }
            else if (c != '\\')
            {
                name.Append(c);
            }
            else if (++i < text.Length)
            {
                name.Append(text[i]);
            }
        }

        parts.Add(new Part(name.ToString(), isForced));
        return new MemberPath(text, parts, isQuery: false);
    }

    /// <summary>Looks the path up from the outermost object; the first of equal names counts.</summary>
    public JsonElement? Find(JsonElement root)
    {
        var found = root;
        foreach (var part in Parts)
        {
            // Looking up keeps the colon that writing drops.
            if (Child(found, part.IsForced ? ":" + part.Name : part.Name) is not { } child)
                return null;
            found = child;
        }

        return found;
    }

    private static JsonElement? Child(JsonElement parent, string name)
    {
        if (parent.ValueKind == JsonValueKind.Array)
            return Part.IndexOf(name) is { } index && index < parent.GetArrayLength() ? parent[index] : null;
        if (parent.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var member in parent.EnumerateObject())
        {
            if (member.NameEquals(name))
                return member.Value;
        }

        return null;
    }

    /// <param name="Name">The name.</param>
    /// <param name="IsForced">Whether a colon said that digits are a name.</param>
    internal readonly record struct Part(string Name, bool IsForced)
    {
        // Beyond this an index would only be a way to fill memory with nulls.
        private const int MaxIndex = 9_999;

        /// <summary>The place in an array that the name stands for; null when it is a name.</summary>
        public int? Index => IsForced ? null : IndexOf(Name);

        public static int? IndexOf(string name) =>
            name is { Length: > 0 and <= 4 } && name.All(char.IsAsciiDigit)
            && int.Parse(name, System.Globalization.CultureInfo.InvariantCulture) is <= MaxIndex and var index ? index : null;
    }
}
