namespace River.Grammar;

/// <summary>
/// Tags, as River takes them: ASCII word characters with '-' allowed between the first and the last; 3 to 255 characters.
/// </summary>
internal static class TagName
{
    public const int MinLength = 3;
    public const int MaxLength = 255;

    public static bool IsValid(string? tag) => IsValid(tag, out _);

    /// <param name="tag">The tag to check.</param>
    /// <param name="reason">Why the tag is refused, as the second half of a sentence; empty when it is valid.</param>
    public static bool IsValid(string? tag, out string reason)
    {
        reason = FaultOf(tag) ?? "";
        return reason.Length == 0;
    }

    private static string? FaultOf(string? tag)
    {
        if (string.IsNullOrEmpty(tag))
            return "it is empty";
        if (tag!.Length < MinLength)
            return "it has " + Text.Of(tag.Length) + " characters; at least three are needed";
        if (tag.Length > MaxLength)
            return "it has " + Text.Of(tag.Length) + " characters; at most 255 are allowed";

        for (var i = 0; i < tag.Length; i++)
        {
            var c = tag[i];
            if (KindName.IsWordCharacter(c))
                continue;
            if (c != '-')
                return "only ASCII letters, digits, '_' and '-' are allowed, not " + Text.Quote(c);
            if (i == 0 || i == tag.Length - 1)
                return "'-' may not be the first or the last character";
        }

        return null;
    }
}
