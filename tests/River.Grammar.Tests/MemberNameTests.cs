using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace River.Grammar.Tests;

public class MemberNameTests
{
    // The categories that C# allows in identifiers.
    private static readonly HashSet<UnicodeCategory> InIdentifiers =
    [
        UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter, UnicodeCategory.ModifierLetter,
        UnicodeCategory.OtherLetter, UnicodeCategory.LetterNumber, UnicodeCategory.NonSpacingMark, UnicodeCategory.SpacingCombiningMark,
        UnicodeCategory.DecimalDigitNumber, UnicodeCategory.ConnectorPunctuation, UnicodeCategory.Format,
    ];

    private static readonly char[] IdentifierCharacters =
        [.. Enumerable.Range(1, char.MaxValue).Select(code => (char)code).Where(c => InIdentifiers.Contains(char.GetUnicodeCategory(c)))];

    [Theory]
    [InlineData("FluxId", "flux_id")]
    [InlineData("fluxId", "flux_id")]
    [InlineData("ID", "id")]
    [InlineData("HTTPServer", "http_server")]
    [InlineData("InKubernetes", "in_kubernetes")]
    [InlineData("Md5Hash", "md5_hash")]
    [InlineData("X2Y", "x2_y")]
    [InlineData("Äpfel", "äpfel")]
    [InlineData("GrößeÜber", "größe_über")]
    [InlineData("_Private", "_private")]
    [InlineData("Already_Snake", "already_snake")]
    [InlineData("", "")]
    public void A_member_gets_its_snake_case_name(string identifier, string name)
    {
        Assert.Equal(name, MemberName.ToSnakeCase(identifier));
        Assert.Equal(JsonNamingPolicy.SnakeCaseLower.ConvertName(identifier), name);
    }

    [Fact]
    public void Every_short_pattern_of_case_and_digits_equals_the_policy_of_System_Text_Json()
    {
        char[] alphabet = ['A', 'B', 'a', '7', '_'];
        for (var length = 1; length <= 6; length++)
        {
            for (var number = 0; number < Math.Pow(alphabet.Length, length); number++)
            {
                var identifier = string.Create(length, number, (text, rest) =>
                {
                    for (var i = 0; i < text.Length; i++, rest /= alphabet.Length)
                        text[i] = alphabet[rest % alphabet.Length];
                });
                Assert.Equal(JsonNamingPolicy.SnakeCaseLower.ConvertName(identifier), MemberName.ToSnakeCase(identifier));
            }
        }
    }

    [Fact]
    public void Every_Unicode_identifier_character_equals_the_policy_of_System_Text_Json()
    {
        foreach (var c in IdentifierCharacters)
        {
            foreach (var identifier in new[] { $"{c}", $"a{c}", $"{c}a", $"A{c}a", $"{c}Aa", $"7{c}B", $"{c}{c}a" })
                Assert.Equal(JsonNamingPolicy.SnakeCaseLower.ConvertName(identifier), MemberName.ToSnakeCase(identifier));
        }
    }

    [Fact]
    public void Random_identifiers_equal_the_policy_of_System_Text_Json()
    {
        var ascii = Gen.Elements("ABCXYZabcxyz0189_".ToCharArray());
        var identifiers = Gen.OneOf(ascii, ascii, Gen.Elements(IdentifierCharacters)).ArrayOf().Select(chars => new string(chars)).ToArbitrary();
        Prop.ForAll(identifiers, identifier => string.Equals(
                JsonNamingPolicy.SnakeCaseLower.ConvertName(identifier), MemberName.ToSnakeCase(identifier), StringComparison.Ordinal))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(20_000).WithEndSize(40));
    }
}
