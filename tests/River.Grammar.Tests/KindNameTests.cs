using Xunit;

namespace River.Grammar.Tests;

public class KindNameTests
{
    [Theory]
    [InlineData("SendInvoice", "send_invoice")]
    [InlineData("SendInvoiceJob", "send_invoice")]
    [InlineData("SendInvoiceArgs", "send_invoice")]
    [InlineData("SendInvoiceJobArgs", "send_invoice_job")]
    [InlineData("SendInvoiceArgsJob", "send_invoice_args")]
    [InlineData("HTTPServerPing", "http_server_ping")]
    [InlineData("PingHTTP", "ping_http")]
    [InlineData("HTTPJob", "http")]
    [InlineData("X2Y", "x2_y")]
    [InlineData("Sha512Hash", "sha512_hash")]
    [InlineData("SHA512Hash", "sha512_hash")]
    [InlineData("Http2", "http2")]
    [InlineData("IOJob", "io")]
    [InlineData("Nutjob", "nutjob")]
    [InlineData("Jobs", "jobs")]
    [InlineData("Job", "job")]
    [InlineData("Args", "args")]
    [InlineData("AJob", "a_job")]
    [InlineData("snake_case", "snake_case")]
    [InlineData("_Private", "_private")]
    public void A_kind_is_the_snake_case_of_the_type_name_without_one_suffix(string typeName, string kind) =>
        Assert.Equal(kind, KindName.FromTypeName(typeName));

    [Theory]
    [InlineData("send_invoice")]
    [InlineData("ab")]
    [InlineData("A1")]
    [InlineData("_x")]
    [InlineData("a-[]<>/.·:+_")]
    [InlineData("9lives")]
    public void Kinds_of_River_are_valid(string kind)
    {
        Assert.True(KindName.IsValid(kind, out var reason), reason);
        Assert.Empty(reason);
    }

    // river-facts 11.3 topic 2
    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData("a", "at least two")]
    [InlineData("-ab", "starts with '-'")]
    [InlineData("a b", "not ' '")]
    [InlineData("über", "starts with 'ü'")]
    [InlineData("grüße", "not 'ü'")]
    [InlineData("a\n", "not U+000A")]
    [InlineData("a,b", "not ','")]
    public void Other_kinds_are_refused_with_the_reason(string? kind, string expected)
    {
        Assert.False(KindName.IsValid(kind, out var reason));
        Assert.Contains(expected, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kind_has_at_most_127_characters()
    {
        Assert.True(KindName.IsValid(new string('k', 127)));
        Assert.False(KindName.IsValid(new string('k', 128), out var reason));
        Assert.Contains("128", reason, StringComparison.Ordinal);
    }
}
