using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using River.Serialization;
using Xunit;

namespace River.Tests.Serialization;

public sealed class ArgsWriterTests
{
    private readonly ArgsWriter _writer = new();

    [Fact]
    public void Text_outside_ASCII_stays_readable()
    {
        var json = Write(new Trouble { Text = "größe 😀 中 <b>&'/" });

        Assert.Contains("\"text\":\"größe 😀 中 <b>&'/\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_what_JSON_demands_is_escaped_and_reads_back()
    {
        var text = new string([.. Enumerable.Range(1, 0x2FF).Select(value => (char)value)]) + "\u2028\uFFFE\uFFFF";

        var bytes = _writer.Write(JobRequest.For(new Trouble { Text = text }));

        Assert.Equal(text, JsonDocument.Parse(bytes).RootElement.GetProperty("text").GetString());
        Assert.Contains("""\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e""", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Unstorable => new()
    {
        { "text", "text", "U+0000" },
        { "text half", "text", "U+D800" },
        { "letter", "letter", "U+DFFF" },
        { "number", "number", "NaN" },
        { "ratio", "ratio", "infinite" },
        { "address", "address.city", "U+0000" },
        { "coordinates", "address.coordinates[1]", "infinite" },
        { "item", "items[2].city", "U+D800" },
        { "label", "labels.b", "U+0000" },
        { "label key", "labels", "has a key that holds half of a surrogate pair" },
        { "place", "places.home.city", "U+0000" },
        { "element", "element.a", "U+0000" },
        { "element half", "element[0]", "surrogate" },
        { "node", "node.a[0].b", "U+0000" },
        { "node key", "node.a", "has a key that holds U+0000" },
        { "raw", "arguments", "U+0000" },
        { "raw half", "arguments", "surrogate" },
        { "cycle", "tree.next.next", "refers back" },
        { "deep", "tree.next.next.next.next.next…", "64 levels" },
    };

    [Theory]
    [MemberData(nameof(Unstorable))]
    public void What_cannot_be_stored_is_refused_with_its_path(string fault, string path, string reason)
    {
        var error = Assert.Throws<InvalidJobException>(() => _writer.Write(JobRequest.For(With(fault))));

        Assert.Equal(path, error.Member);
        Assert.Equal("trouble", error.Kind);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("Job 'trouble' can't be enqueued: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_leaves_the_writer_as_good_as_new()
    {
        Assert.Throws<InvalidJobException>(() => _writer.Write(JobRequest.For(With("item"))));

        Assert.Contains("\"text\":\"fine\"", Write(new Trouble { Text = "fine" }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_getter_that_throws_is_named_by_what_it_threw()
    {
        var error = Assert.Throws<InvalidJobException>(() => _writer.Write(JobRequest.For(new Trouble { Explosive = new Explosive { IsArmed = true } })));

        Assert.Contains("boom", error.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(error.InnerException);
    }

    [Fact]
    public void Arguments_that_are_no_object_are_refused()
    {
        var error = Assert.Throws<InvalidJobException>(() => _writer.Write(JobRequest.For(new Bare(1))));

        Assert.Contains("JSON object", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_beyond_the_limit_are_refused_and_at_the_limit_stored()
    {
        var empty = _writer.Write(JobRequest.For(new Trouble { Text = "" })).Length;
        var longest = new string('x', ArgsWriter.MaxBytes - empty);

        Assert.Equal(ArgsWriter.MaxBytes, _writer.Write(JobRequest.For(new Trouble { Text = longest })).Length);
        var error = Assert.Throws<InvalidJobException>(() => _writer.Write(JobRequest.For(new Trouble { Text = longest + "x" })));
        Assert.Contains("16 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_threads_share_one_writer()
    {
        var texts = Enumerable.Range(0, 200).Select(number => new string((char)('a' + (number % 26)), number * 37)).ToArray();

        var written = await Task.WhenAll(texts.Select(text => Task.Run(() => Write(new Trouble { Text = text }))));

        Assert.Equal(texts, written.Select(json => JsonDocument.Parse(json).RootElement.GetProperty("text").GetString()));
    }

    private static Trouble With(string fault)
    {
        Address[] items = [new() { City = "a" }, new(), new() { City = "x\uD800y" }];
        var cycle = new Tree { Next = new Tree() };
        cycle.Next.Next = cycle;
        return fault switch
        {
            "text" => new Trouble { Text = "x\0y" },
            "text half" => new Trouble { Text = "x\uD800" },
            "letter" => new Trouble { Letter = '\uDFFF' },
            "number" => new Trouble { Number = double.NaN },
            "ratio" => new Trouble { Ratio = float.NegativeInfinity },
            "address" => new Trouble { Address = new Address { City = "\0" } },
            "coordinates" => new Trouble { Address = new Address { Coordinates = [1, double.PositiveInfinity] } },
            "item" => new Trouble { Items = [.. items] },
            "label" => new Trouble { Labels = new() { ["a"] = "fine", ["b"] = "\0" } },
            "label key" => new Trouble { Labels = new() { ["a\uDC00"] = "fine" } },
            "place" => new Trouble { Places = new() { ["home"] = new Address { City = "\0" } } },
            "element" => new Trouble { Element = JsonDocument.Parse("""{"a":"\u0000"}""").RootElement },
            "element half" => new Trouble { Element = JsonDocument.Parse("""["\ud800"]""").RootElement },
            "node" => new Trouble { Node = new JsonObject { ["a"] = new JsonArray(new JsonObject { ["b"] = "\0" }) } },
            "node key" => new Trouble { Node = new JsonObject { ["a"] = new JsonObject { ["\0"] = 1 } } },
            "raw" => new Trouble { Raw = """{"a":"\u0000"}""" },
            "raw half" => new Trouble { Raw = "\"\\udc00\"" },
            "cycle" => new Trouble { Tree = cycle },
            "deep" => new Trouble { Tree = Chain(80) },
            _ => throw new ArgumentOutOfRangeException(nameof(fault)),
        };
    }

    private static Tree Chain(int length)
    {
        var tree = new Tree();
        for (var i = 1; i < length; i++)
            tree = new Tree { Next = tree };
        return tree;
    }

    private string Write(Trouble trouble) => Encoding.UTF8.GetString(_writer.Write(JobRequest.For(trouble)));
}
