using Xunit;

namespace River.Grammar.Tests;

public class QueueConstantTests
{
    [Theory]
    [InlineData("default", "Default")]
    [InlineData("mail", "Mail")]
    [InlineData("cancel_queue", "CancelQueue")]
    [InlineData("high-prio", "High_Prio")]
    [InlineData("a|b", "A__B")]
    [InlineData("shard1", "Shard1")]
    [InlineData("shard_1", "Shard_1")]
    [InlineData("shard-1", "Shard__1")]
    [InlineData("shard|1", "Shard___1")]
    [InlineData("2nd", "_2nd")]
    [InlineData("queues", "Queues_")]
    [InlineData("equals", "Equals_")]
    [InlineData("to_string", "ToString_")]
    [InlineData("get_hash_code", "GetHashCode_")]
    [InlineData("tostring", "Tostring")]
    public void A_queue_has_a_constant(string queue, string constant) => Assert.Equal(constant, QueueConstant.Name(queue));

    [Theory]
    [InlineData("")]
    [InlineData("tenant_*")]
    [InlineData("a b")]
    [InlineData("-")]
    [InlineData("Ünder")]
    public void A_malformed_name_still_gives_an_identifier(string queue) => AssertIdentifier(QueueConstant.Name(queue));

    [Fact]
    public void Two_valid_names_never_share_a_constant()
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var queue in AllNames("ab1_-|", 7))
        {
            var constant = QueueConstant.Name(queue);
            AssertIdentifier(constant);
            Assert.True(names.TryAdd(constant, queue), $"{queue} and {names[constant]} are both {constant}");
        }

        Assert.True(names.Count > 10_000);
    }

    [Fact]
    public void No_valid_name_takes_the_name_of_another_member_of_the_class()
    {
        string[] taken = [.. typeof(object).GetMembers(
            System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Instance)
            .Select(member => member.Name), "Queues"];
        foreach (var member in taken.Where(name => name[0] != '.'))
            Assert.NotEqual(member, QueueConstant.Name(MemberName.ToSnakeCase(member)));
    }

    private static void AssertIdentifier(string text) => Assert.Matches(@"\A[A-Z_][A-Za-z0-9_]*\z", text);

    private static IEnumerable<string> AllNames(string alphabet, int longest)
    {
        var texts = new List<string> { "" };
        for (var length = 1; length <= longest; length++)
        {
            texts = [.. texts.SelectMany(text => alphabet.Select(c => text + c))];
            foreach (var text in texts.Where(QueueName.IsValid))
                yield return text;
        }
    }
}
