using Xunit;

namespace River.Grammar.Tests;

public class TagNameTests
{
    [Theory]
    [InlineData("flux")]
    [InlineData("a-b")]
    [InlineData("A_1")]
    [InlineData("___")]
    [InlineData("a--b")]
    public void Tags_of_River_are_valid(string tag)
    {
        Assert.True(TagName.IsValid(tag, out var reason), reason);
        Assert.Empty(reason);
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData("ab", "at least three")]
    [InlineData("-ab", "first or the last")]
    [InlineData("ab-", "first or the last")]
    [InlineData("a,b", "not ','")]
    [InlineData("a b", "not ' '")]
    [InlineData("abé", "not 'é'")]
    public void Other_tags_are_refused_with_the_reason(string? tag, string expected)
    {
        Assert.False(TagName.IsValid(tag, out var reason));
        Assert.Contains(expected, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_has_at_most_255_characters()
    {
        Assert.True(TagName.IsValid(new string('t', 255)));
        Assert.False(TagName.IsValid(new string('t', 256), out var reason));
        Assert.Contains("256", reason, StringComparison.Ordinal);
    }
}
