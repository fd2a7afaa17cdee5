using System.Text;
using River.Inserting;
using River.Serialization;
using River.Uniqueness;
using Xunit;

namespace River.Tests.Uniqueness;

public sealed class UniqueKeysTests
{
    public static TheoryData<string> Keyed => [.. UniqueVector.All.Where(vector => vector.KeyHex is not null).Select(vector => vector.Name)];

    public static TheoryData<string> Refused => [.. UniqueVector.All.Where(vector => vector.HasError).Select(vector => vector.Name)];

    [Fact]
    public void The_vectors_are_all_there() => Assert.Equal(34, UniqueVector.All.Count);

    // river-facts 11.3 topic 4
    [Theory]
    [MemberData(nameof(Keyed))]
    public void A_key_is_the_one_that_River_stored(string name)
    {
        var vector = UniqueVector.All.Single(vector => vector.Name == name);
        var job = Job(vector.Kind, vector.Marked);
        var args = Encoding.UTF8.GetBytes(vector.Args);

        using var text = new PooledBuffer();
        new UniqueKeys().WriteText(job, vector.Options, args, vector.Queue, vector.Now, text);
        var key = new UniqueKeys().Of(job, vector.Options, args, vector.Queue, vector.Now);

        Assert.Equal(vector.Preimage, Encoding.UTF8.GetString(text.Written));
        Assert.Equal(vector.KeyHex, Convert.ToHexStringLower(key));
        Assert.Equal(vector.StateBits, Convert.ToString((int)vector.Options.States, 2).PadLeft(8, '0'));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Options_that_River_refuses_are_refused(string name)
    {
        var vector = UniqueVector.All.Single(vector => vector.Name == name);

        Assert.Throws<InvalidJobException>(() => JobChecks.Unique(vector.Kind, vector.Options));
    }

    [Fact]
    public void Leaving_out_the_kind_with_nothing_else_is_refused_where_River_would_quietly_not_be_unique()
    {
        var vector = UniqueVector.All.Single(vector => vector is { IsNotUnique: true, Options.ExcludeKind: true });

        var error = Assert.Throws<InvalidJobException>(() => JobChecks.Unique(vector.Kind, vector.Options));

        Assert.Equal("Unique.ExcludeKind", error.Member);
    }

    [Fact]
    public void The_kind_alone_is_a_key()
    {
        var key = new UniqueKeys().Of(Job("my_job", []), new UniqueOptions(), "{}"u8.ToArray(), "default", default);

        Assert.Equal("af3db0bbe775d7cb19656e12a73879c61d4228ec04000854e699f638a2aae458", Convert.ToHexStringLower(key));
    }

    [Fact]
    public void Kind_args_period_and_queue_stand_in_this_order()
    {
        var options = new UniqueOptions { Args = true, Period = TimeSpan.FromHours(1), Queue = true };
        var now = new DateTimeOffset(2026, 11, 20, 12, 59, 59, 999, TimeSpan.Zero);

        var key = new UniqueKeys().Of(Job("my_job", []), options, """{"b":{"z":1,"y":2},"a":1}"""u8.ToArray(), "default", now);

        Assert.Equal("07d13c233854b45f461ff35a9a7efc39c7505731aa1bfb3f9a890bbaf26d3110", Convert.ToHexStringLower(key));
    }

    // What gjson and sjson, which River uses, make of such names.
    [Theory]
    [InlineData("""{"a.b":1,"c":2}""", """{"a":{"b":},"c":2}""")]
    [InlineData("""{"a":{"b":7},"a.b":1}""", """{"a":{"b":7}}""")]
    [InlineData("""{"a":{"c":7},"a.b":1}""", """{"a":{"c":7,"b":}}""")]
    [InlineData("""{"a":5,"a.b":1}""", """{"a":{"b":}}""")]
    [InlineData("""{"a*":1}""", "{}")]
    [InlineData("""{"a|b":1,"x":2}""", """{"x":2}""")]
    [InlineData("""{":1":1}""", """{"1":1}""")]
    [InlineData("""{"a.2":1}""", """{"a":[null,null,]}""")]
    [InlineData("""{"b":1,"b":2,"a":3}""", """{"a":3,"b":1}""")]
    [InlineData("""{"a<b":"<&>"}""", """{"a<b":"\u003c\u0026\u003e"}""")]
    [InlineData("""{"ä<b":1}""", """{"ä\u003cb":1}""")]
    [InlineData("""{"o":{"a<b":1}}""", """{"o":{"a\u003cb":1}}""")]
    public void Names_are_mangled_as_River_mangles_them(string args, string expected) =>
        Assert.Equal("&kind=k1&args=" + expected, Preimage("k1", new UniqueOptions { Args = true }, args));

    [Fact]
    public void A_name_that_was_written_with_escapes_sorts_and_reads_as_its_text() =>
        Assert.Equal("""&kind=k1&args={"a":2,"ö":1}""", Preimage("k1", new UniqueOptions { Args = true }, """{"\u00F6":1,"a":2}"""));

    [Fact]
    public void Names_sort_by_their_bytes_beyond_the_basic_plane_too() =>
        Assert.Equal("&kind=k1&args={\"\uFFFD\":1,\"\U0001F600\":2}", Preimage("k1", new UniqueOptions { Args = true }, "{\"\U0001F600\":2,\"\uFFFD\":1}"));

    [Theory]
    [InlineData("account", """{"account":"x","trace":"t"}""", """{"account":"x"}""")]
    [InlineData("account", """{"account":null}""", """{"account":null}""")]
    [InlineData("account", """{"trace":"t"}""", "")]
    [InlineData("z,a", """{"z":1,"a":2,"m":3}""", """{"a":2,"z":1}""")]
    [InlineData("address.city,address.zip", """{"address":{"zip":1,"street":"s","city":"c"}}""", """{"address":{"city":"c","zip":1}}""")]
    [InlineData("address.city", """{"address":null}""", "")]
    [InlineData("a.b.c,a.x", """{"a":{"b":{"c":[1,2.50]},"x":true}}""", """{"a":{"b":{"c":[1,2.5]},"x":true}}""")]
    [InlineData("address,address.city", """{"address":{"zip":1,"city":"c"}}""", """{"address":{"zip":1,"city":"c"}}""")]
    [InlineData("1", """{"1":"x"}""", """[null,"x"]""")]
    public void Only_marked_members_count(string marked, string args, string expected) =>
        Assert.Equal("&kind=k1&args=" + expected, Preimage("k1", new UniqueOptions { Args = true }, args, marked.Split(',')));

    [Theory]
    [InlineData(7, "2026-03-05T13:47:27Z")]
    [InlineData(60 * 7, "2026-03-05T13:45:00Z")]
    [InlineData(60 * 60 * 24 * 30, "2026-02-04T00:00:00Z")]
    public void Buckets_are_counted_from_year_one(int seconds, string start)
    {
        var now = new DateTimeOffset(2026, 3, 5, 13, 47, 31, 987, TimeSpan.Zero);

        Assert.Equal("&kind=k1&period=" + start, Preimage("k1", new UniqueOptions { Period = TimeSpan.FromSeconds(seconds) }, "{}", now: now));
    }

    [Theory]
    [InlineData("", """{"labels":{"z":"1","a":"<","Z":"3"},"element":{"z":1,"a":2},"items":[{"city":"c","b":1}]}""", """{"element":{"z":1,"a":2},"items":[{"city":"c","b":1}],"labels":{"Z":"3","a":"\u003c","z":"1"}}""")]
    [InlineData("labels", """{"labels":{"b":"1","a":"2"}}""", """{"labels":{"a":"2","b":"1"}}""")]
    [InlineData("places.home,text", """{"text":"t","places":{"home":{"city":"c","a":1},"b":null}}""", """{"places":{"home":{"city":"c","a":1}},"text":"t"}""")]
    [InlineData("places", """{"places":{"b":{"z":1,"city":"c"},"a":null}}""", """{"places":{"a":null,"b":{"z":1,"city":"c"}}}""")]
    [InlineData("nested.labels", """{"nested":{"labels":{"b":"1","a":"2"}}}""", """{"nested":{"labels":{"a":"2","b":"1"}}}""")]
    [InlineData("", """{"list":[[{"b":"1","a":"2"}]],"labels":null}""", """{"labels":null,"list":[[{"a":"2","b":"1"}]]}""")]
    public void Dictionaries_are_sorted_as_Go_sorts_its_maps_and_nothing_else_is(string marked, string args, string expected)
    {
        var job = JobDescriptor.Create("k1", () => MapJson.Default.Maps, new JobFacts { UniqueMembers = marked.Split(',', StringSplitOptions.RemoveEmptyEntries) });
        using var text = new PooledBuffer();

        new UniqueKeys().WriteText(job, new UniqueOptions { Args = true }, Encoding.UTF8.GetBytes(args), "default", default, text);

        Assert.Equal("&kind=k1&args=" + expected, Encoding.UTF8.GetString(text.Written));
    }

    private static string Preimage(string kind, UniqueOptions options, string args, IReadOnlyList<string>? marked = null, DateTimeOffset now = default)
    {
        using var text = new PooledBuffer();
        new UniqueKeys().WriteText(Job(kind, marked ?? []), options, Encoding.UTF8.GetBytes(args), "default", now, text);
        return Encoding.UTF8.GetString(text.Written);
    }

    private static JobDescriptor<Reconcile> Job(string kind, IReadOnlyList<string> marked) =>
        JobDescriptor.Create(kind, () => TestJson.Default.Reconcile, new JobFacts { UniqueMembers = marked });
}
