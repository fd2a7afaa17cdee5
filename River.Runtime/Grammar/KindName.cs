using System;

namespace River.Grammar;

/// <summary>
/// Kinds and their aliases, as River takes them: an ASCII word character, then one or more word characters or
/// <c>- [ ] &lt; &gt; / . · : +</c>; 2 to 127 characters.
/// </summary>
internal static class KindName
{
    public const int MinLength = 2;
    public const int MaxLength = 127;

    private static readonly string[] Suffixes = { "Job", "Args" };

    public static bool IsValid(string? kind) => IsValid(kind, out _);

    /// <param name="kind">The kind to check.</param>
    /// <param name="reason">Why the kind is refused, as the second half of a sentence; empty when it is valid.</param>
    public static bool IsValid(string? kind, out string reason)
    {
        reason = FaultOf(kind) ?? "";
        return reason.Length == 0;
    }

    /// <summary>
    /// The kind that a job type gets when it names none: one suffix <c>Job</c> or <c>Args</c> off, then snake_case by
    /// <see cref="MemberName.ToSnakeCase"/>: <c>SendInvoiceJob</c> gives <c>send_invoice</c>, <c>HTTPServerPing</c>
    /// gives <c>http_server_ping</c>, <c>Sha512Hash</c> gives <c>sha512_hash</c>, <c>X2Y</c> gives <c>x2_y</c>.
    /// A suffix stays where less than two characters would be left, so <c>Job</c> gives <c>job</c>.
    /// A type name with letters outside ASCII gives a text that <see cref="IsValid(string?)"/> refuses.
    /// </summary>
    public static string FromTypeName(string typeName)
    {
        foreach (var suffix in Suffixes)
        {
            if (typeName.Length >= suffix.Length + MinLength && typeName.EndsWith(suffix, StringComparison.Ordinal))
                return MemberName.ToSnakeCase(typeName.Substring(0, typeName.Length - suffix.Length));
        }

        return MemberName.ToSnakeCase(typeName);
    }

    internal static bool IsWordCharacter(char c) =>
        c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_';

    private static string? FaultOf(string? kind)
    {
        if (string.IsNullOrEmpty(kind))
            return "it is empty";
        if (kind!.Length < MinLength)
            return "it has one character; at least two are needed";
        if (kind.Length > MaxLength)
            return "it has " + Text.Of(kind.Length) + " characters; at most 127 are allowed";
        if (!IsWordCharacter(kind[0]))
            return "it starts with " + Text.Quote(kind[0]) + "; the first character must be an ASCII letter, a digit or '_'";

        foreach (var c in kind)
        {
            if (!IsWordCharacter(c) && "-[]<>/.·:+".IndexOf(c) < 0)
                return "only ASCII letters, digits and the characters _-[]<>/.·:+ are allowed, not " + Text.Quote(c);
        }

        return null;
    }
}
