using System.Text.Json.Nodes;
using Commission.Api.Tests;
using Commission.Api.Tests.Ledger;
using Commission.Domain;
using Microsoft.Playwright;

namespace Commission.Browser.Tests.Ledger;

/// <summary>Evidence packs in the browser: what holds, what does not, and that nothing leaves it.</summary>
public sealed class PackPanelTests(Engine engine, Browser browser) : IClassFixture<Engine>, IClassFixture<Browser>
{
    private const int Flips = 300;

    private static readonly Dictionary<string, (string Told, Func<PackFile, PackFile> Bend)> Faults = new(StringComparer.Ordinal)
    {
        ["a byte too many"] = ("Unreadable (1)", pack => pack with { Bytes = [.. pack.Bytes, (byte)'\n'] }),
        ["an entry of another byte"] = ("Inclusion (5)", pack => pack.Bent(json => Flip(Book(json, "ledger")["leaves"]![0]!, "bytes"))),
        ["a handshake dropped"] = ("Handshake (7)", pack => pack.Bent(json => Book(json, "handshakes")["leaves"]!.AsArray().RemoveAt(2))),
        ["a key dropped"] = ("HandshakeSignature (8)", pack => pack.Bent(json => json["keys"]!.AsArray().RemoveAt(0))),
        ["no agreement"] = ("Authority (9)", pack => pack.Bent(json => json["agreements"]!.AsArray().Clear())),
        ["no calculation"] = ("Calculation (10)", pack => pack.Bent(json => json["calculations"]!.AsArray().Clear())),
        ["a statement that says nothing"] = ("Statement (11)", pack => pack.Bent(json => json["statement"] = new JsonObject())),
        ["another entry"] = ("Completeness (13)", pack => pack.Bent(json => json["subject"]!["sequence"] = 4_000_000)),
    };

    private PackFile? _pack;

    public static TheoryData<string> FaultNames => [.. Faults.Keys];

    [Fact]
    public async Task A_pack_is_verified_without_a_network_and_no_request_is_made()
    {
        var pack = await PackAsync();
        await using var visitor = await browser.VisitAsync(engine.Address);
        await visitor.OpenAsync();
        var requests = visitor.Requests.Count;
        await visitor.Page.Context.SetOfflineAsync(true);

        Assert.Equal("holds", await VerifyAsync(visitor, pack));

        var told = await visitor.TextAsync("#pack-outcome");
        Assert.Contains("settled for 500001.23 AUD.", told, StringComparison.Ordinal);
        Assert.Contains("no witness was named", told, StringComparison.Ordinal);
        Assert.Contains("commission-verify calculates them again", told, StringComparison.Ordinal);
        Assert.Contains("Trusted on first use", told, StringComparison.Ordinal);
        await visitor.KeepPictureAsync("pack");
        Assert.True(visitor.Requests.Count == requests, string.Join('\n', visitor.Requests.Skip(requests)));
        Assert.Empty(visitor.Complaints);
    }

    [Theory]
    [MemberData(nameof(FaultNames))]
    public async Task A_bent_pack_is_refused_with_its_code(string fault)
    {
        var (told, bend) = Faults[fault];
        var pack = bend(await PackAsync());
        await using var visitor = await browser.VisitAsync(engine.Address);
        await visitor.OpenAsync();

        Assert.Equal("broken", await VerifyAsync(visitor, pack));
        Assert.Contains(told, await visitor.TextAsync("#pack-outcome .verdict"), StringComparison.Ordinal);
        Assert.Contains("None yet", await visitor.TextAsync("#trust-state"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pack_is_held_against_the_readers_own_keys_and_an_older_checkpoint()
    {
        var pack = await PackAsync();
        await using var visitor = await browser.VisitAsync(engine.Address);
        await visitor.OpenAsync();
        var stranger = NoteKeyPair.New(pack.Key.Split('+')[0]);

        await visitor.TrustAsync(stranger.Public.ToString(), "");
        Assert.Equal("broken", await VerifyAsync(visitor, pack));
        Assert.Contains("Signature (3)", await visitor.TextAsync("#pack-outcome .verdict"), StringComparison.Ordinal);
        await visitor.TrustAsync(pack.Key, stranger.Public.ToString());
        Assert.Equal("broken", await VerifyAsync(visitor, pack));
        Assert.Contains("Witness (4)", await visitor.TextAsync("#pack-outcome .verdict"), StringComparison.Ordinal);

        await visitor.TrustAsync(pack.Key, "");
        await visitor.Page.GetByText("Compare with an older checkpoint").ClickAsync();
        await visitor.Page.Locator("#pack-older").FillAsync(Book(pack.Json(), "ledger")["checkpoint"]!.GetValue<string>());
        Assert.Equal("holds", await VerifyAsync(visitor, pack));
        Assert.DoesNotContain("no older checkpoint", await visitor.TextAsync("#pack-outcome"), StringComparison.Ordinal);
        await visitor.Page.Locator("#pack-older").FillAsync("nonsense");
        Assert.Equal("error", await VerifyAsync(visitor, pack));
    }

    [Fact]
    public async Task Both_verifiers_say_the_same_of_every_flipped_bit()
    {
        var pack = await PackAsync();
        await using var visitor = await browser.VisitAsync(engine.Address);
        await visitor.OpenAsync();
        var random = new Random(4711);
        var flips = Enumerable.Range(0, Flips).Select(_ => new[] { random.Next(pack.Bytes.Length), random.Next(8) }).ToArray();

        var codes = await visitor.Page.EvaluateAsync<int[]>(
            """
            async ([pack, key, flips]) => {
                const { base64 } = await import("/assets/verify/bytes.js");
                const { readKey } = await import("/assets/verify/note.js");
                const { verifyPack } = await import("/assets/verify/pack.js");
                const trust = { keys: [await readKey(key)], witnesses: [], older: null, proof: null };
                const codes = [];
                for (const [at, bit] of flips) {
                    const bytes = base64(pack, 1);
                    bytes[at] ^= 1 << bit;
                    codes.push((await verifyPack(bytes, trust)).code);
                }
                return codes;
            }
            """, new object[] { Convert.ToBase64String(pack.Bytes), pack.Key, flips });

        Assert.True(codes.Distinct().Count() >= 5, "flips are found in many ways");
        foreach (var (flip, code) in flips.Zip(codes))
        {
            var bytes = (byte[])pack.Bytes.Clone();
            bytes[flip[0]] ^= (byte)(1 << flip[1]);
            var (failure, output) = (pack with { Bytes = bytes }).Verify();
            Assert.True((int)failure == code, $"byte {flip[0]}, bit {flip[1]}: the browser says {code}, commission-verify {(int)failure}: {output}");
        }
    }

    private static async Task<string> VerifyAsync(Visitor visitor, PackFile pack)
    {
        await visitor.Page.Locator("#pack-file").SetInputFilesAsync(Array.Empty<FilePayload>());
        await visitor.Page.Locator("#pack-outcome").EvaluateAsync("outcome => outcome.dataset.state = 'checking'");
        await visitor.Page.Locator("#pack-file").SetInputFilesAsync(new FilePayload { Name = "pack.json", MimeType = "application/json", Buffer = pack.Bytes });
        var outcome = visitor.Page.Locator("#pack-outcome");
        await Assertions.Expect(outcome).Not.ToHaveAttributeAsync("data-state", "checking");
        return (await outcome.GetAttributeAsync("data-state"))!;
    }

    private async Task<PackFile> PackAsync()
    {
        if (_pack is not null)
            return _pack;
        var deal = await (await engine.NetworkAsync()).DealAsync(handshakes: 5);
        var entry = (await deal.WhenBookedAsync(entries: 3))["entries"][1].GetProperty("sequence").GetInt64();
        return _pack = await PackFile.WhenCoveredAsync(engine, $"books/ledger/entries/{entry}/evidence");
    }

    private static JsonObject Book(JsonObject pack, string name) => pack["books"]!.AsArray().Single(book => book!["book"]!.GetValue<string>() == name)!.AsObject();

    private static void Flip(JsonNode node, string name)
    {
        Assert.True(Base64Url.TryDecode(node[name]!.GetValue<string>(), 1 << 20, out var bytes));
        bytes[300] ^= 1;
        node[name] = Base64Url.Encode(bytes);
    }
}
