using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER008: writes a duration with its unit, or a tag without what tags can't hold.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TextFix)), Shared]
public sealed class TextFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.InvalidValue);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        if (place.Node is not LiteralExpressionSyntax { RawKind: (int)SyntaxKind.StringLiteralExpression } written)
            return Enumerable.Empty<Edit>();

        var text = written.Token.ValueText;
        return written.FirstAncestorOrSelf<AttributeArgumentSyntax>()?.NameEquals?.Name.Identifier.ValueText switch
        {
            "Timeout" or "Period" => Durations(text).Select(offer => Write(written, offer.Text, offer.Key)),
            "Tags" when Tag(text) is { } tag => new[] { Write(written, tag, "tag") },
            _ => Enumerable.Empty<Edit>(),
        };
    }

    private static IEnumerable<(string Text, string Key)> Durations(string text)
    {
        if (text.Length is > 0 and < 10 && text.All(IsDigit) && text.Any(c => c != '0'))
            return new[] { (text + "s", "seconds"), (text + "m", "minutes") };

        var parts = text.Split(':');
        return parts.Length == 3 && parts.All(part => part.Length is > 0 and < 5 && part.All(IsDigit)) && Clock(parts) is { } clock
            ? new[] { (clock, "hours") }
            : Enumerable.Empty<(string, string)>();
    }

    // "24:00:00" as it was meant, and not as the 24 days that .NET reads.
    private static string? Clock(string[] parts)
    {
        var (hours, minutes, seconds) = (Number(parts[0]), Number(parts[1]), Number(parts[2]));
        if (hours < 24 || minutes > 59 || seconds > 59)
            return null;
        return minutes == 0 && seconds == 0
            ? hours.ToString(CultureInfo.InvariantCulture) + "h"
            : string.Format(CultureInfo.InvariantCulture, "{0}.{1:00}:{2:00}:{3:00}", hours / 24, hours % 24, minutes, seconds);
    }

    private static string? Tag(string text)
    {
        var tag = new string(text.Select(c => IsDigit(c) || c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '-' ? c : '_').ToArray()).Trim('-');
        return tag.Length is >= 3 and <= 255 && tag.Any(c => c != '_') ? tag : null;
    }

    private static Edit Write(ExpressionSyntax written, string text, string key) => new($"Write '{text}'", key, editor => editor.ReplaceNode(
        written,
        SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal(text)).WithTriviaFrom(written)));

    private static int Number(string digits) => int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    private static bool IsDigit(char c) => c is >= '0' and <= '9';
}
