using Xunit;

namespace River.Grammar.Tests;

public class NearestTests
{
    private static readonly string[] Queues = ["default", "cancel_queue", "mail"];

    [Theory]
    [InlineData("mial", "mail")]
    [InlineData("Mail", "mail")]
    [InlineData("MAIL", "mail")]
    [InlineData("mai", "mail")]
    [InlineData("mails", "mail")]
    [InlineData("cleanup_queue", "cancel_queue")]
    [InlineData("cancel-queue", "cancel_queue")]
    [InlineData("defualt", "default")]
    [InlineData("mail", "mail")]
    [InlineData("reports", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    public void The_nearest_name_within_reach_is_offered(string name, string? expected) => Assert.Equal(expected, Nearest.Of(name, Queues));

    [Fact]
    public void Ties_do_not_depend_on_the_order_of_declaration()
    {
        Assert.Equal("mail_a", Nearest.Of("mail_x", ["mail_b", "mail_a"]));
        Assert.Equal("mail_a", Nearest.Of("mail_x", ["mail_a", "mail_b"]));
    }

    [Fact]
    public void Nothing_is_offered_for_texts_too_long_to_be_names_or_without_candidates()
    {
        Assert.Null(Nearest.Of(new string('m', 1_000_000), Queues));
        Assert.Null(Nearest.Of("mail", []));
    }
}
