using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Commission.Cli.Tests;

public sealed class CanonicalJsonTests
{
    /// <summary>RFC 8785 section 3.2.3: sorted by UTF-16 code units, so that the emoji comes before U+FB33.</summary>
    [Fact]
    public void Members_are_sorted_as_the_example_of_the_RFC()
    {
        var json = "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
            + "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}";

        Assert.Equal(
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\","
            + "\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
            Canonical(json));
    }

    [Theory]
    [InlineData("""{ "b" : [ 1 , -2, true, null ], "a" : {} }""", """{"a":{},"b":[1,-2,true,null]}""")]
    [InlineData("""{"t":"\u20ac$\u000f\u000aA'B\u0022\u005c\u005c\u0022\u002f<&>"}""", """{"t":"€$\u000f\nA'B\"\\\\\"/<&>"}""")]
    [InlineData("[]", "[]")]
    public void White_space_goes_and_only_what_must_be_is_escaped(string json, string expected) =>
        Assert.Equal(expected, Canonical(json));

    [Theory]
    [InlineData("""{"rate":2.5}""")]
    [InlineData("""{"n":1e3}""")]
    public void Numbers_that_are_not_whole_are_refused(string json) =>
        Assert.Throws<NotSupportedException>(() => Canonical(json));

    private static string Canonical(string json) => Encoding.UTF8.GetString(CanonicalJson.GetBytes(JsonNode.Parse(json)!));
}
