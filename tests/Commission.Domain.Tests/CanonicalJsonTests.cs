using System.Text;
using System.Text.Json;
using CsCheck;

namespace Commission.Domain.Tests;

/// <summary>Source: RFC 8785 sections 3.2.2 and 3.2.3, restricted to strings and integers.</summary>
public sealed class CanonicalJsonTests
{
    private static string Canonical(string json) => Encoding.UTF8.GetString(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("""{ "b" : 1 , "a" : [ 2, "x" ] }""", """{"a":[2,"x"],"b":1}""")]
    [InlineData("""{"peach":1,"péché":2,"pêche":3,"sin":4}""", """{"peach":1,"péché":2,"pêche":3,"sin":4}""")]
    [InlineData("""{"10":1,"1":2,"2":3,"":4,"A":5,"a":6}""", """{"":4,"1":2,"10":1,"2":3,"A":5,"a":6}""")]
    [InlineData("""["\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"]""", "[\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"]")]
    [InlineData("""["\b\t\n\f\r\u0000\u001f\u007f<>&\u2028"]""", "[\"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f<>&\u2028\"]")]
    [InlineData("\"\\ud83d\\ude02\"", "\"😂\"")]
    [InlineData("[9007199254740991,-9007199254740991,0]", "[9007199254740991,-9007199254740991,0]")]
    [InlineData("{}", "{}")]
    public void Json_has_one_canonical_form(string json, string expected) => Assert.Equal(expected, Canonical(json));

    [Fact]
    public void Keys_are_sorted_by_utf16_units() => Assert.Equal(
        "{\"\\r\":1,\"1\":2,\"\u0080\":3,\"ö\":4,\"€\":5,\"😂\":6,\"\ufb33\":7}",
        Canonical("{\"\\u20ac\":5,\"\\r\":1,\"\\ufb33\":7,\"1\":2,\"\\ud83d\\ude02\":6,\"\\u0080\":3,\"\\u00f6\":4}"));

    [Theory]
    [InlineData("1.5", "$")]
    [InlineData("1.0", "$")]
    [InlineData("1e2", "$")]
    [InlineData("1E2", "$")]
    [InlineData("""{"a":{"b":[1,-0]}}""", "$.a.b[1]")]
    [InlineData("9007199254740992", "$")]
    [InlineData("-9007199254740992", "$")]
    [InlineData("99999999999999999999", "$")]
    [InlineData("true", "$")]
    [InlineData("""{"a":null}""", "$.a")]
    [InlineData("""{"a":"\ud800"}""", "$.a")]
    [InlineData("""{"a":"\udc00\ud800"}""", "$.a")]
    [InlineData("""{"a":{"\ud800":1}}""", "")]
    [InlineData("""{"a":1,"a":2}""", "")]
    [InlineData("""{"a":1,"\u0061":2}""", "")]
    [InlineData("""{"a":1,}""", "")]
    [InlineData("""{"a":1} x""", "")]
    [InlineData("// comment\n1", "")]
    [InlineData("01", "")]
    [InlineData("", "")]
    public void What_the_subset_excludes_is_refused_with_its_path(string json, string path)
    {
        var error = Assert.ThrowsAny<FormatException>(() => Canonical(json));
        if (path.Length > 0)
            Assert.StartsWith(path + ": ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused() =>
        Assert.ThrowsAny<FormatException>(() => CanonicalJson.Canonicalize((byte[])[.. "{\"a\":\""u8, 0xFF, .. "\"}"u8]));

    [Fact]
    public void A_repeated_name_is_refused_even_when_another_parser_let_it_in()
    {
        using var lenient = JsonDocument.Parse("""{"a":1,"a":2}""");
        Assert.ThrowsAny<FormatException>(() => CanonicalJson.Canonicalize(lenient.RootElement));
    }

    [Fact]
    public void Canonical_bytes_are_their_own_canonical_form() =>
        Gen.Dictionary(Gen.String[Gen.Char[' ', '\uD7FF'], 0, 8], Gen.Long[-CanonicalJson.MaxInteger, CanonicalJson.MaxInteger])[0, 8].Sample(members =>
        {
            var once = CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(members));
            return once.AsSpan().SequenceEqual(CanonicalJson.Canonicalize(once));
        });

    [Fact]
    public void A_built_object_has_the_bytes_of_the_parsed_one()
    {
        var built = new CanonicalObject().Add("z", "\"\u0001é").Add("a", -5).Add("gone", (string?)null)
            .Add("list", [new CanonicalObject().Add("b", 1).Add("a", 2)]).Add("inner", new CanonicalObject()).ToBytes();
        Assert.Equal("""{"a":-5,"inner":{},"list":[{"a":2,"b":1}],"z":"\"\u0001é"}""", Encoding.UTF8.GetString(built));
        Assert.Equal(built, CanonicalJson.Canonicalize(built));
    }

    [Fact]
    public void A_built_object_refuses_what_a_reader_would()
    {
        Assert.Throws<OverflowException>(() => new CanonicalObject().Add("a", CanonicalJson.MaxInteger + 1).ToBytes());
        Assert.ThrowsAny<FormatException>(() => new CanonicalObject().Add("a", "\ud800").ToBytes());
    }
}
