using Commission.Api.Tests.Deals;
using Commission.Domain.Ledger;

namespace Commission.Api.Tests.Ledger;

/// <summary><c>commission replay</c> against a real ledger: equal while nobody touched it, different after any forgery.</summary>
public sealed class ReplayCommandTests(Engine engine) : IClassFixture<Engine>
{
    private const string Split = "\"split\":[{\"party\":\"referrer\",\"weight\":80},{\"party\":\"upline\",\"weight\":20}]";
    private const string Upfront = "{\"name\":\"upfront\",\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"0.65\",\"clawback\":{\"kind\":\"cliffs\",\"steps\":[{\"beforeMonths\":12,\"percent\":\"100\"}]}," + Split + "}";
    private const string Invoices = "{\"name\":\"invoices\",\"shape\":\"recurring\",\"on\":\"invoice\",\"basis\":\"invoice_amount_ex_gst\",\"ratePercent\":\"10\"," + Split + "}";

    [Fact]
    public async Task Every_entry_is_recomputed_and_equal()
    {
        var entries = await HistoryAsync();

        var ran = (await engine.CommissionAsync("replay")).Ended(0);

        Assert.StartsWith($"ledger: equal: {entries} entries of ", ran.Output, StringComparison.Ordinal);
        Assert.Empty(ran.Errors);
    }

    [Theory]
    [InlineData("Facts", "the stored facts are not those of its hash")]
    [InlineData("Amount", "recomputed")]
    [InlineData("Explanation", "the explanation's hash is")]
    [InlineData("Missing facts", "no facts are stored with its calculation")]
    public async Task A_stored_calculation_that_was_tampered_with_is_found(string what, string fault)
    {
        await HistoryAsync();
        var (sequence, bytes, facts) = await FirstAsync();
        var forged = what switch
        {
            "Facts" => (bytes, System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(facts!).Replace("settledValueMinor\":5", "settledValueMinor\":6", StringComparison.Ordinal))),
            "Amount" => (Forge(bytes, entry => entry with { Amount = entry.Amount with { Minor = entry.Amount.Minor + 1 } }), facts),
            "Explanation" => (Forge(bytes, entry => entry with { ExplanationHash = Domain.Hash.Zero }), facts),
            _ => (bytes, null),
        };
        Assert.False(bytes.AsSpan().SequenceEqual(forged.Item1) && forged.Item2?.AsSpan().SequenceEqual(facts) == true);
        (await engine.CommissionAsync("replay")).Ended(0);

        await OverwriteAsync(sequence, forged.Item1, forged.Item2);
        var ran = (await engine.CommissionAsync("replay")).Ended(1);
        await OverwriteAsync(sequence, bytes, facts);

        Assert.StartsWith($"ledger: DIFFERENT: entry {sequence} of deal_", ran.Errors, StringComparison.Ordinal);
        Assert.Contains(fault, ran.Errors, StringComparison.Ordinal);
        Assert.Empty(ran.Output);
        (await engine.CommissionAsync("replay")).Ended(0);
    }

    [Fact]
    public async Task Without_a_server_it_says_so()
    {
        var ran = (await engine.CommissionAsync("replay", "--url", "http://127.0.0.1:1")).Ended(3);

        Assert.Contains("http://127.0.0.1:1", ran.Errors, StringComparison.Ordinal);
    }

    /// <summary>A settlement, an invoice and a clawback; how many entries the ledger then holds.</summary>
    private async Task<long> HistoryAsync()
    {
        var later = await LaterScenario.StartAsync(engine, Upfront + "," + Invoices, "1");
        var deal = await later.DealAsync();
        (await later.RevenueAsync(deal)).Is(200);
        (await later.ClawbackAsync(deal)).Is(200);
        await later.SettleDownAsync();
        return await engine.Database.ScalarAsync<long>($"select size from book_head where book = '{Books.Ledger}'");
    }

    private static byte[] Forge(byte[] bytes, Func<EntryDraft, EntryDraft> change)
    {
        var leaf = (EntryLeaf)LeafEncoding.Decode(bytes);
        return LeafEncoding.Encode(leaf with { Entry = change(leaf.Entry) });
    }

    /// <summary>The ledger's first entry, which brings the facts of its calculation.</summary>
    private async Task<(long Sequence, byte[] Bytes, byte[]? Facts)> FirstAsync()
    {
        const string first = "from book_entry e join book_head h on h.id = e.book_id where h.book = 'ledger' and e.facts is not null order by e.sequence limit 1";
        return (
            await engine.Database.ScalarAsync<long>($"select e.sequence {first}"), (await engine.Database.ScalarAsync<byte[]>($"select e.bytes {first}"))!,
            await engine.Database.ScalarAsync<byte[]>($"select e.facts {first}"));
    }

    /// <summary>What only the owner of the database can do: switch the guards off and write over an entry.</summary>
    private Task<object?> OverwriteAsync(long sequence, byte[] bytes, byte[]? facts) => engine.Database.ScalarAsync<object>($"""
        alter table book_entry disable trigger book_entry_append_only;
        update book_entry set bytes = '\x{Convert.ToHexString(bytes)}', facts = {(facts is null ? "null" : $"'\\x{Convert.ToHexString(facts)}'")}
        where sequence = {sequence} and book_id = (select id from book_head where book = 'ledger');
        alter table book_entry enable always trigger book_entry_append_only;
        """);
}
