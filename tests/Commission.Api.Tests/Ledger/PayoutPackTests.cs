using System.Text;
using System.Text.Json.Nodes;
using Commission.Api.Tests.Payouts;
using Commission.Domain;
using Commission.Verifier;
using static Commission.Api.Tests.Ledger.Bending;

namespace Commission.Api.Tests.Ledger;

/// <summary>One item of a payout proves itself to all three verifiers, without a word of the other payees; a bent pack does not.</summary>
public sealed class PayoutPackTests(PaidEngine paid) : IClassFixture<PaidEngine>
{
    private static readonly Dictionary<string, (Failure Expected, Action<JsonObject> Change)> Faults = new(StringComparer.Ordinal)
    {
        ["another schema"] = (Failure.Unreadable, pack => pack["schema"] = "commission/payout-pack/v2"),
        ["a member that nobody knows"] = (Failure.Unreadable, pack => pack["note"] = "trust me"),
        ["another sum"] = (Failure.Unreadable, pack => Add(pack["item"]!, "payMinor", 1)),
        ["no lines"] = (Failure.Unreadable, pack => pack["lines"]!.AsArray().Clear()),
        ["a checkpoint of another book"] = (Failure.Signature, pack => Book(pack, "ledger")["checkpoint"] = Book(pack, "administration")["checkpoint"]!.DeepClone()),
        ["an entry of another byte"] = (Failure.Inclusion, pack => Flip(Leaves(pack, "ledger")[0]!, "bytes", 300)),
        ["an approval of another byte"] = (Failure.Inclusion, pack => Flip(Leaves(pack, "administration")[1]!, "bytes", 150)),
        ["a cent more, with its sum"] = (Failure.Inclusion, pack =>
        {
            Add(pack["item"]!, "amountMinor", 1);
            Add(pack["item"]!, "payMinor", 1);
        }
        ),
        ["another payee"] = (Failure.Inclusion, pack => pack["item"]!["payee"] = ContactId.From(Guid.NewGuid()).ToString()),
        ["another destination"] = (Failure.Inclusion, pack => pack["item"]!["destination"] = Hash.Of("x"u8).ToString()),
        ["another salt"] = (Failure.Inclusion, pack => pack["item"]!["salt"] = Hash.Of("x"u8).ToString()),
        ["another place in the batch"] = (Failure.Inclusion, pack => pack["index"] = 1 - pack["index"]!.GetValue<int>()),
        ["another path"] = (Failure.Inclusion, pack => Flip(pack, "path", 5)),
        ["no path"] = (Failure.Inclusion, pack => pack["path"] = ""),
        ["another root of the items"] = (Failure.Inclusion, pack => pack["batch"]!["itemsRoot"] = Hash.Of("x"u8).ToString()),
        ["another rail"] = (Failure.Authority, pack => pack["batch"]!["rail"] = "stripe"),
        ["another currency"] = (Failure.Authority, pack => pack["batch"]!["currency"] = "NZD"),
        ["another batch"] = (Failure.Authority, pack => pack["batch"]!["batch"] = new Domain.Payouts.PayoutBatchId(Guid.NewGuid()).ToString()),
        ["no draft"] = (Failure.Authority, pack => Leaves(pack, "administration").RemoveAt(0)),
        ["no approval"] = (Failure.Authority, pack => Leaves(pack, "administration").RemoveAt(1)),
        ["no submission"] = (Failure.Authority, pack => Leaves(pack, "administration").RemoveAt(2)),
        ["no acts"] = (Failure.Authority, pack => Leaves(pack, "administration").Clear()),
        ["another amount of a line"] = (Failure.Calculation, pack => Add(pack["lines"]![0]!, "amountMinor", 1)),
        ["a line less"] = (Failure.Calculation, pack => pack["lines"]!.AsArray().RemoveAt(1)),
        ["lines in another order"] = (Failure.Calculation, pack => pack["lines"]!.AsArray().Add(Take(pack["lines"]!.AsArray(), 0))),
        ["a line twice"] = (Failure.Calculation, pack => pack["lines"]!.AsArray().Add(pack["lines"]![0]!.DeepClone())),
        ["a line of another entry"] = (Failure.Completeness, pack => Add(pack["lines"]![0]!, "sequence", 1_000)),
        ["an accrual dropped"] = (Failure.Completeness, pack => Leaves(pack, "ledger").RemoveAt(0)),
        ["a transfer dropped"] = (Failure.Calculation, pack => Leaves(pack, "ledger").RemoveAt(2)),
        ["what came back dropped, which only the statement shows"] = (Failure.Statement, pack =>
        {
            for (var left = 2; left > 0; left--)
                Leaves(pack, "ledger").RemoveAt(Leaves(pack, "ledger").Count - 1);
        }
        ),
        ["another sentence"] = (Failure.Statement, pack => pack["statement"]!["text"] = pack["statement"]!["text"]!.GetValue<string>().Replace("aba", "stripe", StringComparison.Ordinal)),
        ["another state"] = (Failure.Statement, pack => pack["statement"]!["state"] = "paid"),
        ["a statement that says nothing"] = (Failure.Statement, pack => pack["statement"] = new JsonObject()),
    };

    public static TheoryData<string> FaultNames => [.. Faults.Keys];

    [Theory]
    [InlineData(4, true, "paid")]
    [InlineData(3, true, "submitted")]
    [InlineData(3, false, "returned")]
    public async Task An_item_proves_itself_to_all_verifiers(int batchStatus, bool isReferrer, string state)
    {
        var network = paid.Scenario.Network;
        var pack = await PackAsync(batchStatus, isReferrer ? network.Referrer : network.Upline);

        var (failure, output) = await pack.VerifyByAllAsync();

        Assert.True(failure == Failure.None, output);
        var json = pack.Json();
        Assert.Equal(state, json["statement"]!["state"]!.GetValue<string>());
        Assert.Contains($"Approved by {network.Checker}.", output, StringComparison.Ordinal);
        Assert.Contains($"attempt 1 {state}", output, StringComparison.Ordinal);
        Assert.Contains("whose account the destination is", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_the_other_payee_is_in_it()
    {
        var network = paid.Scenario.Network;
        var pack = await PackAsync(4, network.Referrer);
        var other = (await PackAsync(4, network.Upline)).Json();

        var text = Encoding.UTF8.GetString(pack.Bytes);
        var leaves = pack.Json()["books"]!.AsArray().SelectMany(book => book!["leaves"]!.AsArray()).Select(leaf =>
            Base64Url.TryDecode(leaf!["bytes"]!.GetValue<string>(), 1 << 20, out var bytes) ? Encoding.Latin1.GetString(bytes) : "");
        var all = text + string.Concat(leaves);
        Assert.DoesNotContain(network.Upline.ToString(), all, StringComparison.Ordinal);
        foreach (var name in new[] { "amountMinor", "payMinor", "destination", "linesHash", "salt" })
            Assert.DoesNotContain(other["item"]![name]!.ToString(), all, StringComparison.Ordinal);
        var total = await paid.Engine.Database.ScalarAsync<long>("select pay_minor from payout_batch where status = 4");
        Assert.DoesNotContain($"{total}", all, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(FaultNames))]
    public async Task A_bent_pack_does_not_survive(string fault)
    {
        var pack = await PackAsync(3, paid.Scenario.Network.Upline);
        var (expected, change) = Faults[fault];

        var (failure, output) = await pack.Bent(change).VerifyByAllAsync();

        Assert.True(expected == failure, output);
    }

    [Fact]
    public async Task No_flipped_byte_is_believed()
    {
        var pack = await PackAsync(3, paid.Scenario.Network.Upline);
        var random = new Random(4711);
        for (var i = 0; i < 400; i++)
        {
            var bytes = (byte[])pack.Bytes.Clone();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            Assert.NotEqual(Failure.None, (pack with { Bytes = bytes }).Verify().Failure);
        }
    }

    [Fact]
    public async Task The_tool_fetches_it_and_it_is_the_same_file_again()
    {
        var (batch, number) = await ItemAsync(4, paid.Scenario.Network.Referrer);
        var pack = await PackAsync(4, paid.Scenario.Network.Referrer);
        var file = Path.GetTempFileName();

        (await paid.Engine.CommissionAsync("evidence", "--payout", batch, "--item", $"{number}", "--output", file)).Ended(0);

        Assert.Equal(pack.Bytes, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        File.Delete(file);
        (await paid.Engine.CommissionAsync("evidence", "--payout", batch)).Ended(2);
        (await paid.Engine.GetAsync($"/api/v1/payout-batches/{batch}/items/77/evidence")).IsRefused(404, "UNKNOWN_ITEM", "number");
        (await paid.Engine.GetAsync($"/api/v1/payout-batches/{new Domain.Payouts.PayoutBatchId(Guid.NewGuid())}/items/1/evidence")).IsRefused(404, "UNKNOWN_PAYOUT", "id");
    }

    [Fact]
    public async Task A_statement_of_a_payees_account_tells_its_payouts_and_holds_in_all_verifiers()
    {
        var network = paid.Scenario.Network;
        var pack = await PackFile.WhenCoveredAsync(
            paid.Engine, $"accounts/payable:{network.Referrer}/evidence?from={Network.Text(Network.Today.AddDays(-1))}&to={Network.Text(Network.Today.AddDays(40))}");

        var (failure, output) = await pack.VerifyByAllAsync();

        Assert.True(failure == Failure.None, output);
        foreach (var kind in new[] { "payout for", "hold for", "hold release for" })
            Assert.Contains(kind, output, StringComparison.Ordinal);
        var entry = await paid.Engine.Database.ScalarAsync<long>("""
            select min(sequence) from book_entry where kind = 4 and book_id = (select id from book_head where book = 'ledger')
            """);
        (await paid.Engine.GetAsync($"/api/v1/books/ledger/entries/{entry}/evidence")).IsRefused(400, "INVALID_FIELD", "sequence");
    }

    private async Task<(string Batch, int Number)> ItemAsync(int batchStatus, Person payee)
    {
        var row = (await paid.Engine.Database.ScalarAsync<string>($"""
            select b.id || ' ' || i.number from payout_batch b join payout_item i on i.batch = b.uuid
            where b.status = {batchStatus} and i.payee = '{payee.Id.Value}'
            """))!.Split(' ');
        return (row[0], int.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    private async Task<PackFile> PackAsync(int batchStatus, Person payee)
    {
        var (batch, number) = await ItemAsync(batchStatus, payee);
        return await PackFile.WhenCoveredAsync(paid.Engine, $"payout-batches/{batch}/items/{number}/evidence");
    }

    private static JsonObject Book(JsonObject pack, string name) => pack["books"]!.AsArray().Single(book => book!["book"]!.GetValue<string>() == name)!.AsObject();

    private static JsonArray Leaves(JsonObject pack, string book) => Book(pack, book)["leaves"]!.AsArray();

    private static void Add(JsonNode node, string name, long more) => node[name] = node[name]!.GetValue<long>() + more;
}
