using System.Text;
using River.Serialization;
using Xunit;

namespace River.Tests.Serialization;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("plain 😀", "plain 😀")]
    [InlineData("a\0b", "a\uFFFDb")]
    public void What_the_database_cannot_hold_is_replaced(string? text, string expected) => Assert.Equal(expected, SafeText.Message(text));

    // No inline data: an attribute can't hold half of a pair either.
    [Fact]
    public void Halves_of_surrogate_pairs_are_replaced()
    {
        Assert.Equal("a\uFFFDb\uFFFD", SafeText.Message("a\uD800b\uDC00"));
        Assert.Equal("😀\uFFFD", SafeText.Message("😀\uD83D"));
    }

    [Theory]
    [InlineData("x", 1)]
    [InlineData("é", 2)]
    [InlineData("中", 3)]
    [InlineData("😀", 4)]
    public void A_long_text_is_cut_between_characters_and_says_so(string letter, int size)
    {
        var text = string.Concat(Enumerable.Repeat(letter, 5_000_000 / size));

        var safe = SafeText.Trace(text);

        var kept = safe[..safe.IndexOf('…', StringComparison.Ordinal)];
        Assert.InRange(Encoding.UTF8.GetByteCount(kept), SafeText.MaxTraceBytes - 3, SafeText.MaxTraceBytes);
        Assert.StartsWith(kept, text, StringComparison.Ordinal);
        Assert.EndsWith($"… ({text.Length - kept.Length} more characters)", safe, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_just_fits_is_kept_whole()
    {
        var text = new string('x', SafeText.MaxMessageBytes);

        Assert.Same(text, SafeText.Message(text));
        Assert.NotEqual(text + "x", SafeText.Message(text + "x"));
    }
}
