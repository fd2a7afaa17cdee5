using System.Text;
using Microsoft.CodeAnalysis;
using River.Grammar;

namespace River.Shapes.Json;

/// <summary>How a serializer context names members that name themselves by nothing: a value of <c>JsonKnownNamingPolicy</c>.</summary>
internal readonly struct JsonNaming
{
    public static readonly JsonNaming AsWritten = new(0);
    public static readonly JsonNaming CamelCase = new(1);
    public static readonly JsonNaming SnakeCase = new(2);

    private readonly int _policy;

    public JsonNaming(int policy) => _policy = policy;

    public string NameOf(IPropertySymbol property) => JsonAttributes.PropertyName(property) ?? _policy switch
    {
        1 => ToCamelCase(property.Name),
        2 => MemberName.ToSnakeCase(property.Name),
        3 => MemberName.ToSnakeCase(property.Name).ToUpperInvariant(),
        4 => MemberName.ToSnakeCase(property.Name).Replace('_', '-'),
        5 => MemberName.ToSnakeCase(property.Name).Replace('_', '-').ToUpperInvariant(),
        _ => property.Name,
    };

    /// <summary>The leading capitals go lower, but for the one that starts the next word: <c>URLPath</c> gives <c>urlPath</c>.</summary>
    public static string ToCamelCase(string name)
    {
        var text = new StringBuilder(name);
        for (var i = 0; i < text.Length && char.IsUpper(text[i]); i++)
        {
            if (i > 0 && i + 1 < text.Length && !char.IsUpper(text[i + 1]))
                break;
            text[i] = char.ToLowerInvariant(text[i]);
        }

        return text.ToString();
    }
}
