using Commission.Api.Tests;

namespace Commission.Browser.Tests.Ledger;

/// <summary>What the browser's verifier reads is written in one way only.</summary>
public sealed class StrictReadingTests(Engine engine, Browser browser) : IClassFixture<Engine>, IClassFixture<Browser>
{
    private static readonly string R = "0220" + new string('1', 64);

    [Fact]
    public async Task A_signature_has_one_DER_form()
    {
        (string Der, bool Holds)[] cases =
        [
            ($"3044{R}{R}", true),
            ("3006020101020102", true),
            ("300802020080020200ff", true),
            ("3006020100020100", true),
            ($"3045{R}{R}00", false),
            ($"3044{R}{R}00", false),
            ($"3043{R}{R}", false),
            ($"308144{R}{R}", false),
            ("300702010102020001", false),
            ("300702020001020101", false),
            ("3006020181020101", false),
            ("30050201010200", false),
            ("3006030101020101", false),
            ("3106020101020101", false),
            ("3045022111" + R[4..] + R, false),
            ("30", false),
            ("", false),
        ];

        var read = await EvaluateAsync<bool[]>(
            """
            async texts => {
                const { p1363Of } = await import("/assets/verify/crypto.js");
                return texts.map(text => p1363Of(Uint8Array.from(text.match(/../g) ?? [], digits => parseInt(digits, 16))) !== null);
            }
            """, cases.Select(each => each.Der).ToArray());

        Assert.Equal(cases, cases.Zip(read, (each, holds) => (each.Der, holds)));
    }

    [Fact]
    public async Task Json_has_one_canonical_form()
    {
        string[] good = ["""{"":[],"a":{"b":-1},"é":"\u0001\n€"}""", """{"__proto__":1,"constructor":2}""", "9007199254740991", "\"\"", "0"];
        string[] bad =
        [
            "", " 1", "1 ", "{\"a\": 1}", """{"b":1,"a":2}""", """{"a":1,"a":2}""", """{"a":1,}""", "[1,]", "[,1]", "[1", "{", "\"", "01", "-0", "1.0", "1e1", "+1",
            "9007199254740992", "-9007199254740992", "true", "null", "'a'", """ "\u0061" """.Trim(), """ "\/" """.Trim(), """ "\u000a" """.Trim(), """ "\u001F" """.Trim(),
            """ "\ud800" """.Trim(), "\"\u0001\"", "\uFEFF1", new string('[', 33) + new string(']', 33), new string('[', 1_000_000),
        ];

        var read = await EvaluateAsync<string[]>(
            """
            async texts => {
                const { canonical, parse } = await import("/assets/verify/json.js");
                return texts.map(text => {
                    try {
                        return new TextDecoder().decode(canonical(parse(new TextEncoder().encode(text))));
                    } catch (error) {
                        return `refused (${error.code})`;
                    }
                });
            }
            """, (string[])[.. good, .. bad]);

        Assert.Equal([.. good, .. bad.Select(_ => "refused (1)")], read);
    }

    private async Task<T> EvaluateAsync<T>(string script, object argument)
    {
        await using var visitor = await browser.VisitAsync(engine.Address);
        await visitor.OpenAsync();
        return await visitor.Page.EvaluateAsync<T>(script, argument);
    }
}
