using System;

namespace River.Grammar;

/// <summary>
/// Names of queues, as River takes them: lower-case ASCII letters and digits, with single '_', '-' or '|' between
/// them, at most 64 characters. A pattern is such a name with one '*' in it, and stands for a family of queues.
/// </summary>
internal static class QueueName
{
    public const int MaxLength = 64;

    public static bool IsValid(string? name) => IsValid(name, out _);

    /// <param name="name">The name to check.</param>
    /// <param name="reason">Why the name is refused, as the second half of a sentence; empty when it is valid.</param>
    public static bool IsValid(string? name, out string reason)
    {
        reason = FaultOf(name) ?? "";
        return reason.Length == 0;
    }

    public static bool IsPattern(string? pattern) => IsPattern(pattern, out _);

    /// <param name="pattern">The pattern to check, such as <c>tenant_*</c>.</param>
    /// <param name="reason">Why the pattern is refused, as the second half of a sentence; empty when it is valid.</param>
    public static bool IsPattern(string? pattern, out string reason)
    {
        var star = pattern?.IndexOf('*') ?? -1;
        if (star < 0)
            reason = "a dynamic queue needs one '*' for the part that varies";
        else if (pattern!.IndexOf('*', star + 1) >= 0)
            reason = "only one '*' is allowed";
        else
            // The star stands for one character or more, so some name of the family must be valid.
            reason = FaultOf(pattern.Replace('*', 'x')) ?? "";
        return reason.Length == 0;
    }

    /// <summary>Whether a valid name belongs to a declaration: it is the declared name, or one of the pattern's family.</summary>
    public static bool Matches(string pattern, string name)
    {
        var star = pattern.IndexOf('*');
        if (star < 0)
            return string.Equals(pattern, name, StringComparison.Ordinal);

        var tail = pattern.Length - star - 1;
        return name.Length > star + tail
            && string.CompareOrdinal(name, 0, pattern, 0, star) == 0
            && string.CompareOrdinal(name, name.Length - tail, pattern, star + 1, tail) == 0
            && IsValid(name);
    }

    private static string? FaultOf(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return "it is empty";
        if (name!.Length > MaxLength)
            return "it has " + Text.Of(name.Length) + " characters; at most 64 are allowed";

        var afterSeparator = true;
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (IsSeparator(c))
            {
                if (afterSeparator)
                    return i == 0 ? "it starts with '" + c + "'" : "'" + name[i - 1] + c + "' are two separators in a row";
                afterSeparator = true;
            }
            else if (c is (>= 'a' and <= 'z') or (>= '0' and <= '9'))
            {
                afterSeparator = false;
            }
            else
            {
                return "only lower-case letters, digits and single '_', '-' or '|' between them are allowed, not " + Text.Quote(c);
            }
        }

        return afterSeparator ? "it ends with '" + name[name.Length - 1] + "'" : null;
    }

    private static bool IsSeparator(char c) => c is '_' or '-' or '|';
}
