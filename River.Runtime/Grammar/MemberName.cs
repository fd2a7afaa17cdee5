using System.Text;

namespace River.Grammar;

/// <summary>JSON names of members.</summary>
internal static class MemberName
{
    /// <summary>
    /// The snake_case of an identifier, equal to System.Text.Json's <c>JsonNamingPolicy.SnakeCaseLower</c>, which the
    /// compiler's side of this grammar can't call. An underscore goes before an upper-case letter that follows a
    /// lower-case letter or a digit, and before the last of a run of upper-case letters when a lower-case one follows:
    /// <c>FluxId</c> gives <c>flux_id</c>, <c>HTTPServer</c> gives <c>http_server</c>. Whatever is neither letter with
    /// case nor digit stays as it is.
    /// </summary>
    public static string ToSnakeCase(string identifier)
    {
        var text = new StringBuilder(identifier.Length + 8);
        for (var i = 0; i < identifier.Length; i++)
        {
            var c = identifier[i];
            if (!char.IsUpper(c))
            {
                text.Append(c);
                continue;
            }

            if (i > 0 && StartsWord(identifier, i))
                text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    private static bool StartsWord(string identifier, int upper)
    {
        var before = identifier[upper - 1];
        return char.IsLower(before)
            || char.IsDigit(before)
            || (char.IsUpper(before) && upper + 1 < identifier.Length && char.IsLower(identifier[upper + 1]));
    }
}
