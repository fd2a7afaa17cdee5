using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace River.Grammar.Tests;

public class QueueNameTests
{
    // River's own pattern, as its Go client checks it.
    private static readonly Regex Pattern = new(@"\A(?:[a-z0-9])+(?:[_|\-]?[a-z0-9]+)*\z", RegexOptions.NonBacktracking);

    [Theory]
    [InlineData("default")]
    [InlineData("cancel_queue")]
    [InlineData("high-prio")]
    [InlineData("a|b")]
    [InlineData("1")]
    [InlineData("2nd_try-3|x")]
    public void Names_of_River_are_valid(string name)
    {
        Assert.True(QueueName.IsValid(name, out var reason), reason);
        Assert.Empty(reason);
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData("Mail", "not 'M'")]
    [InlineData("_mail", "starts with '_'")]
    [InlineData("mail-", "ends with '-'")]
    [InlineData("mail__x", "two separators")]
    [InlineData("mail_-x", "'_-'")]
    [InlineData("mail x", "not ' '")]
    [InlineData("mäil", "not 'ä'")]
    [InlineData("mail.x", "not '.'")]
    [InlineData("tenant_*", "not '*'")]
    [InlineData("mail\n", "U+000A")]
    public void Other_names_are_refused_with_the_reason(string? name, string expected)
    {
        Assert.False(QueueName.IsValid(name, out var reason));
        Assert.Contains(expected, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_has_at_most_64_characters()
    {
        Assert.True(QueueName.IsValid(new string('q', 64)));
        Assert.False(QueueName.IsValid(new string('q', 65), out var reason));
        Assert.Contains("65", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Valid_is_what_the_pattern_of_River_takes()
    {
        var texts = Gen.Elements('a', 'z', '0', '9', '_', '-', '|', 'A', '*', ' ').ArrayOf().Select(chars => new string(chars)).ToArbitrary();
        Prop.ForAll(texts, text => QueueName.IsValid(text) == (text.Length <= 64 && Pattern.IsMatch(text)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5_000).WithEndSize(12));
    }

    [Theory]
    [InlineData("tenant_*", true)]
    [InlineData("*", true)]
    [InlineData("a*b", true)]
    [InlineData("*-mail", true)]
    [InlineData("tenant", false)]
    [InlineData("tenant_*_*", false)]
    [InlineData("Tenant_*", false)]
    [InlineData("tenant__*", false)]
    [InlineData("_*", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_pattern_is_a_name_with_one_star(string? text, bool isPattern)
    {
        Assert.Equal(isPattern, QueueName.IsPattern(text, out var reason));
        Assert.Equal(isPattern, reason.Length == 0);
    }

    [Theory]
    [InlineData("mail", "mail", true)]
    [InlineData("mail", "mails", false)]
    [InlineData("tenant_*", "tenant_1", true)]
    [InlineData("tenant_*", "tenant_a-b", true)]
    [InlineData("tenant_*", "tenant_", false)]
    [InlineData("tenant_*", "tenant__x", false)]
    [InlineData("tenant_*", "tenant_X", false)]
    [InlineData("tenant_*", "tenants_1", false)]
    [InlineData("*-mail", "eu-mail", true)]
    [InlineData("*-mail", "-mail", false)]
    [InlineData("a*a", "aa", false)]
    [InlineData("a*a", "aba", true)]
    [InlineData("*", "anything", true)]
    public void A_pattern_matches_the_valid_names_of_its_family(string pattern, string name, bool matches) =>
        Assert.Equal(matches, QueueName.Matches(pattern, name));
}
