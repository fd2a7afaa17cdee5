using System.Globalization;
using System.Text;
using River.Serialization;
using River.Uniqueness;
using Xunit;

namespace River.Tests.Uniqueness;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "-0")]
    [InlineData("0.0", "0")]
    [InlineData("-0.0", "-0")]
    [InlineData("0E+10", "0")]
    [InlineData("1.0", "1")]
    [InlineData("100.50", "100.5")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("1E+20", "100000000000000000000")]
    [InlineData("1E+21", "1e+21")]
    [InlineData("1e21", "1e+21")]
    [InlineData("1.2345678901234568E+20", "123456789012345680000")]
    [InlineData("-1.5E+22", "-1.5e+22")]
    [InlineData("1E+100", "1e+100")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("1E-06", "0.000001")]
    [InlineData("1E-07", "1e-7")]
    [InlineData("1.25E-09", "1.25e-9")]
    [InlineData("1E-10", "1e-10")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("5E-324", "5e-324")]
    [InlineData("1.7976931348623157E+308", "1.7976931348623157e+308")]
    [InlineData("0.1234567890123456789012345678", "0.1234567890123456789012345678")]
    [InlineData("12.5e-1", "1.25")]
    [InlineData("12500e-2", "125")]
    [InlineData("1e999999999999", "1e999999999999")]
    public void A_number_has_the_form_that_Go_gives_it(string number, string expected) => Assert.Equal(expected, Canonical(number));

    [Fact]
    public void Any_double_gets_the_shortest_form_with_Gos_limits()
    {
        var random = new Random(20261121);
        for (var i = 0; i < 20_000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (!double.IsFinite(value))
                continue;

            var text = Canonical(value.ToString("R", CultureInfo.InvariantCulture));

            Assert.Equal(value, double.Parse(text, CultureInfo.InvariantCulture));
            var size = Math.Abs(value);
            Assert.Equal(size is < 1e-6 or >= 1e21, text.Contains('e', StringComparison.Ordinal));
            Assert.DoesNotContain('E', text);
            Assert.DoesNotMatch("e[+-]0", text);
        }
    }

    [Theory]
    [InlineData("<a href=\"x\">&", """\u003ca href=\"x\"\u003e\u0026""")]
    [InlineData("\u2028\u2029\u2030", "\\u2028\\u2029\u2030")]
    [InlineData("\b\f\n\r\t", """\b\f\n\r\t""")]
    [InlineData("\u0001\u001f\u007f", "\\u0001\\u001f\u007f")]
    [InlineData("a/b\\c", """a/b\\c""")]
    [InlineData("größe 😀 \u4e2d", "größe 😀 \u4e2d")]
    public void Text_is_escaped_as_Go_escapes_it(string text, string expected)
    {
        var plain = new StringBuilder("\"").Append(System.Text.Encodings.Web.JavaScriptEncoder.Default.Encode(text)).Append('"').ToString();

        Assert.Equal($"\"{expected}\"", Canonical(plain));
    }

    [Theory]
    [InlineData("""{ "b" : [ 1 , { "z" : null , "a" : true } , [ ] , { } ] , "a" : false }""", """{"b":[1,{"z":null,"a":true},[],{}],"a":false}""")]
    [InlineData("[]", "[]")]
    [InlineData("null", "null")]
    public void Spaces_go_and_order_stays(string json, string expected) => Assert.Equal(expected, Canonical(json));

    private static string Canonical(string json)
    {
        using var output = new PooledBuffer();
        CanonicalJson.Write(Encoding.UTF8.GetBytes(json), shape: null, output);
        return Encoding.UTF8.GetString(output.Written);
    }
}
