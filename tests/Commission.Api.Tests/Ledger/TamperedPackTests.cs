using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Domain.Ledger.Log;
using Commission.Verifier;
using static Commission.Api.Tests.Ledger.Bending;

namespace Commission.Api.Tests.Ledger;

/// <summary>Bent packs are refused, by all three verifiers, for the same reason.</summary>
public sealed class TamperedPackTests(Engine engine) : IClassFixture<Engine>
{
    private const int MaxBytes = 16 * 1024 * 1024;
    private const int Flips = 400;
    private static (PackFile Deal, PackFile Period)? _packs;

    private static readonly Dictionary<string, (Failure Expected, Action<JsonObject> Change)> Faults = new(StringComparer.Ordinal)
    {
        ["another schema"] = (Failure.Unreadable, pack => pack["schema"] = "commission/evidence-pack/v2"),
        ["a member that nobody knows"] = (Failure.Unreadable, pack => pack["note"] = "trust me"),
        ["a book twice"] = (Failure.Unreadable, pack => pack["books"]!.AsArray().Add(pack["books"]![0]!.DeepClone())),
        ["leaves in another order"] = (Failure.Unreadable, pack => Leaves(pack, "ledger").Add(Take(Leaves(pack, "ledger"), 0))),
        ["a larger size in a checkpoint"] = (Failure.Signature, pack => Text(Book(pack, "ledger"), "checkpoint", note => note.Replace($"\n{Size(note)}\n", $"\n{Size(note) + 1}\n", StringComparison.Ordinal))),
        ["a checkpoint of another book"] = (Failure.Signature, pack => Book(pack, "ledger")["checkpoint"] = Book(pack, "handshakes")["checkpoint"]!.DeepClone()),
        ["an entry of another byte"] = (Failure.Inclusion, pack => Flip(Leaves(pack, "ledger")[0]!, "bytes", 300)),
        ["a handshake of another byte"] = (Failure.Inclusion, pack => Flip(Leaves(pack, "handshakes")[2]!, "bytes", 200)),
        ["an approval of another byte"] = (Failure.Inclusion, pack => Flip(Leaves(pack, "administration")[0]!, "bytes", 150)),
        ["a proof of another byte"] = (Failure.Inclusion, pack => Flip(Leaves(pack, "ledger")[1]!, "path", 5)),
        ["proofs that were swapped"] = (Failure.Inclusion, pack => Swap(Leaves(pack, "handshakes"), "path")),
        ["leaves that were swapped"] = (Failure.Inclusion, pack => Swap(Leaves(pack, "handshakes"), "bytes")),
        ["a proof that was cut"] = (Failure.Inclusion, pack => Leaves(pack, "ledger")[0]!["path"] = ""),
        ["a place that is another"] = (Failure.Inclusion, pack => Leaves(pack, "administration")[^1]!["index"] = 4_000_000),
        ["a handshake dropped at the front"] = (Failure.Handshake, pack => Leaves(pack, "handshakes").RemoveAt(0)),
        ["a handshake dropped in the middle"] = (Failure.Handshake, pack => Leaves(pack, "handshakes").RemoveAt(2)),
        ["the last handshake dropped"] = (Failure.Handshake, pack => Leaves(pack, "handshakes").RemoveAt(4)),
        ["no handshakes at all"] = (Failure.Handshake, pack => Leaves(pack, "handshakes").Clear()),
        ["a signer's key dropped"] = (Failure.HandshakeSignature, pack => pack["keys"]!.AsArray().RemoveAt(0)),
        ["a signer's key of another byte"] = (Failure.HandshakeSignature, pack => Flip(pack["keys"]![0]!, "publicKey", 60)),
        ["a key of another owner"] = (Failure.HandshakeSignature, pack => pack["keys"]![0]!["owner"] = pack["keys"]![1]!["owner"]!.DeepClone()),
        ["a key that was not valid yet"] = (Failure.HandshakeSignature, pack => pack["keys"]![0]!["validFrom"] = "2999-01-01T00:00:00.000Z"),
        ["a key that had ended"] = (Failure.HandshakeSignature, pack => pack["keys"]![0]!["validTo"] = "2020-01-01T00:00:00.000Z"),
        ["a relying party that nobody needs"] = (Failure.HandshakeSignature, pack => pack["relyingParty"] = "localhost"),
        ["another rate in the rules"] = (Failure.Authority, pack => Component(pack)["ratePercent"] = "6.5"),
        ["no rules"] = (Failure.Authority, pack => pack["ruleSets"]!.AsArray().Clear()),
        ["no approval"] = (Failure.Authority, pack => Leaves(pack, "administration").Clear()),
        ["another schedule of the agreement"] = (Failure.Authority, pack => pack["agreements"]![0]!["schedule"] = "{\"fee\":1}"),
        ["another paper under the agreement"] = (Failure.Authority, pack => pack["agreements"]![0]!["documentHash"] = Hash.Zero.ToString()),
        ["another time of the agreement"] = (Failure.Authority, pack => pack["agreements"]![0]!["time"] = "2020-01-01T00:00:00.000Z"),
        ["no agreement"] = (Failure.Authority, pack => pack["agreements"]!.AsArray().Clear()),
        ["other facts"] = (Failure.Calculation, pack => pack["calculations"]![0]!["facts"]!["settledValueMinor"] = 1),
        ["another explanation"] = (Failure.Calculation, pack => pack["calculations"]![0]!["explanation"]!["product"] = "OTHER"),
        ["no calculation"] = (Failure.Calculation, pack => pack["calculations"]!.AsArray().Clear()),
        ["an entry of the calculation dropped"] = (Failure.Calculation, pack => Leaves(pack, "ledger").RemoveAt(1)),
        ["another amount in the statement"] = (Failure.Statement, pack => pack["statement"]!["lines"]![1]!["amountMinor"] = 99_999_999),
        ["another sentence in the statement"] = (Failure.Statement, pack => Text(pack["statement"]!, "text", text => text.Replace("2574.01", "9574.01", StringComparison.Ordinal))),
        ["a statement that says nothing"] = (Failure.Statement, pack => pack["statement"] = new JsonObject()),
    };

    private static readonly Dictionary<string, (Failure Expected, Action<JsonObject> Change)> PeriodFaults = new(StringComparer.Ordinal)
    {
        ["the first entry of the period removed"] = (Failure.Completeness, pack => Leaves(pack, "ledger").RemoveAt(0)),
        ["an entry removed from the middle of the period"] = (Failure.Completeness, pack => Leaves(pack, "ledger").RemoveAt(1)),
        ["all entries removed"] = (Failure.Completeness, pack => Leaves(pack, "ledger").Clear()),
        ["the last entry removed, which only the statement shows"] = (Failure.Statement, pack => Leaves(pack, "ledger").RemoveAt(2)),
        ["another account"] = (Failure.Completeness, pack => pack["subject"]!["account"] = "payable:somebody"),
        ["another period"] = (Failure.Statement, pack => (pack["subject"]!["from"], pack["subject"]!["to"]) = ("2020-01-01", "2999-12-31")),
        ["a larger closing balance"] = (Failure.Statement, pack => pack["statement"]!["closingMinor"] = 99_999_999),
    };

    public static TheoryData<string> DealFaultNames => [.. Faults.Keys];

    public static TheoryData<string> PeriodFaultNames => [.. PeriodFaults.Keys];

    [Theory]
    [MemberData(nameof(DealFaultNames))]
    public async Task A_deals_pack_does_not_survive(string fault)
    {
        var (deal, _) = await PacksAsync();
        var (expected, change) = Faults[fault];

        var (failure, output) = await deal.Bent(change).VerifyByAllAsync();

        Assert.True(expected == failure, output);
        Assert.Contains($"NOT VERIFIED ({expected})", output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(PeriodFaultNames))]
    public async Task A_periods_pack_does_not_survive(string fault)
    {
        var (_, period) = await PacksAsync();
        var (expected, change) = PeriodFaults[fault];

        var (failure, output) = await period.Bent(change).VerifyByAllAsync();

        Assert.True(expected == failure, output);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("half of it")]
    [InlineData("a byte too many")]
    [InlineData("white space")]
    [InlineData("nested a thousand deep")]
    [InlineData("nested a million deep")]
    [InlineData("20 MB of one string")]
    [InlineData("20 MB of brackets")]
    [InlineData("a number with a thousand digits")]
    [InlineData("a name twice")]
    [InlineData("no UTF-8")]
    public async Task What_is_no_pack_is_said_to_be_none(string what)
    {
        var (deal, _) = await PacksAsync();
        var bytes = deal.Bytes;
        byte[] bent = what switch
        {
            "nothing" => [],
            "half of it" => bytes[..(bytes.Length / 2)],
            "a byte too many" => [.. bytes, (byte)'\n'],
            "white space" => [(byte)' ', .. bytes],
            "nested a thousand deep" => Encoding.UTF8.GetBytes(new string('[', 1_000) + new string(']', 1_000)),
            "nested a million deep" => Encoding.UTF8.GetBytes(new string('[', 1_000_000)),
            "20 MB of one string" => [(byte)'"', .. Enumerable.Repeat((byte)'a', 20_000_000), (byte)'"'],
            "20 MB of brackets" => [.. Enumerable.Repeat((byte)'{', 20_000_000)],
            "a number with a thousand digits" => Encoding.UTF8.GetBytes($$"""{"schema":{{new string('9', 1_000)}}}"""),
            "a name twice" => """{"schema":"a","schema":"a"}"""u8.ToArray(),
            _ => [(byte)'"', 0xff, (byte)'"'],
        };
        var before = GC.GetAllocatedBytesForCurrentThread();
        var (failure, output) = (deal with { Bytes = bent }).Verify();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(failure == Failure.Unreadable, output);
        Assert.InRange(allocated, 0, 8 * MaxBytes);
        Assert.Equal(Failure.Unreadable, (await (deal with { Bytes = bent }).VerifyByAllAsync()).Failure);
    }

    [Fact]
    public async Task Another_key_and_a_witness_that_did_not_sign_are_told_apart()
    {
        var (deal, _) = await PacksAsync();
        using var stranger = Person.NewKey();
        var name = deal.Key.Split('+')[0];
        var other = new NoteKey(name, stranger.ExportSubjectPublicKeyInfo()).ToString();

        Assert.Equal(Failure.Signature, (await (deal with { Key = other }).VerifyByAllAsync()).Failure);
        Assert.Equal(Failure.Witness, (await deal.VerifyByAllAsync("--witness", other)).Failure);
        Assert.Equal(Failure.Signature, (await (deal with { Key = deal.Key.Replace(name, "elsewhere/ledger/1", StringComparison.Ordinal) }).VerifyByAllAsync()).Failure);
        Assert.Equal(Failure.Usage, (await (deal with { Key = "nonsense" }).VerifyByAllAsync()).Failure);
    }

    [Fact]
    public async Task No_flipped_byte_is_believed_and_none_crashes_the_reader()
    {
        var (deal, _) = await PacksAsync();
        var random = new Random(4711);
        var validity = deal.Json()["keys"]!.AsArray().Select(key => key!["validFrom"]!.GetValue<string>()).Distinct(StringComparer.Ordinal).ToArray();
        for (var i = 0; i < Flips; i++)
        {
            var bytes = (byte[])deal.Bytes.Clone();
            var at = random.Next(bytes.Length);
            bytes[at] ^= (byte)(1 << random.Next(8));

            var (failure, output) = (deal with { Bytes = bytes }).Verify();

            // Since when a key counts stands in no book; the verifier says that it is the engine's word.
            var around = Encoding.UTF8.GetString(deal.Bytes, Math.Max(0, at - 40), Math.Min(40, at));
            Assert.True(failure != Failure.None || (validity.Length > 0 && around.Contains("validFrom", StringComparison.Ordinal)), $"byte {at}: {output}");
        }
    }

    [Fact]
    public async Task A_pack_and_an_older_checkpoint_are_of_one_book()
    {
        var (deal, _) = await PacksAsync();
        var now = (await engine.GetAsync("/log/ledger/checkpoint")).Is(200).Text;
        var (own, later) = (Size(Book(deal.Json(), "ledger")["checkpoint"]!.GetValue<string>()), Size(now));
        var proof = own == later ? "{}" : (await engine.GetAsync($"/log/ledger/proof/consistency?first={own}&second={later}")).Is(200).Text;
        var folder = Directory.CreateTempSubdirectory("commission-proof-");
        try
        {
            var (checkpoint, file, wrong) = (Path.Combine(folder.FullName, "checkpoint"), Path.Combine(folder.FullName, "proof"), Path.Combine(folder.FullName, "wrong"));
            await File.WriteAllTextAsync(checkpoint, now, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(file, own == later ? $$"""{"first":{{own}},"second":{{later}},"hashes":[]}""" : proof, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(wrong, $$"""{"first":{{own}},"second":{{later}},"hashes":["{{Hash.Of("x"u8)}}"]}""", TestContext.Current.CancellationToken);

            var (failure, output) = deal.Verify("--checkpoint", checkpoint, "--proof", file);

            Assert.True(failure == Failure.None, output);
            Assert.DoesNotContain("no older checkpoint", output, StringComparison.Ordinal);
            Assert.True(own == later || deal.Verify("--checkpoint", checkpoint, "--proof", wrong).Failure == Failure.Consistency);
            Assert.True(own == later || deal.Verify("--checkpoint", checkpoint).Failure == Failure.Consistency);
            Assert.Equal(Failure.None, await deal.VerifyInNodeAsync("--checkpoint", checkpoint, "--proof", file));
            Assert.True(own == later || await deal.VerifyInNodeAsync("--checkpoint", checkpoint, "--proof", wrong) == Failure.Consistency);
            Assert.True(own == later || await deal.VerifyInNodeAsync("--checkpoint", checkpoint) == Failure.Consistency);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<(PackFile Deal, PackFile Period)> PacksAsync()
    {
        if (_packs is { } made)
            return made;
        var network = await Network.CreateAsync(engine);
        Deal? deal = null;
        for (var i = 0; i < 3; i++)
        {
            deal = await network.DealAsync(handshakes: 5);
            await deal.WhenBookedAsync(entries: 3);
        }
        var (from, to) = (Network.Text(Network.Today.AddDays(-1)), Network.Text(Network.Today.AddDays(1)));
        var packs = (
            await PackFile.WhenCoveredAsync(engine, $"deals/{deal!.Id}/evidence"),
            await PackFile.WhenCoveredAsync(engine, $"accounts/payable:{network.Referrer}/evidence?from={from}&to={to}"));
        await (await network.DealAsync(handshakes: 5)).WhenBookedAsync(entries: 3);
        _packs = packs;
        return packs;
    }

    private static JsonObject Book(JsonObject pack, string name) => pack["books"]!.AsArray().Single(book => book!["book"]!.GetValue<string>() == name)!.AsObject();

    private static JsonArray Leaves(JsonObject pack, string book) => Book(pack, book)["leaves"]!.AsArray();

    private static JsonNode Component(JsonObject pack) => pack["ruleSets"]![0]!["document"]!["products"]![Network.Product]!["components"]![0]!;

    private static long Size(string note) => long.Parse(note.Split('\n')[1], CultureInfo.InvariantCulture);

    private static void Text(JsonNode node, string name, Func<string, string> change) => node[name] = change(node[name]!.GetValue<string>());

    private static void Swap(JsonArray leaves, string name) =>
        (leaves[0]![name], leaves[1]![name]) = (leaves[1]![name]!.DeepClone(), leaves[0]![name]!.DeepClone());
}
