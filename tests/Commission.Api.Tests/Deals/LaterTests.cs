using System.Text.Json.Nodes;
using Commission.Domain;

namespace Commission.Api.Tests.Deals;

/// <summary>Revenue, milestones, clawbacks and trail of complete deals.</summary>
public sealed class LaterTests(Engine engine) : IClassFixture<Engine>
{
    private const string Split = "\"split\":[{\"party\":\"referrer\",\"weight\":80},{\"party\":\"upline\",\"weight\":20}]";
    private const string Cliffs = "\"clawback\":{\"kind\":\"cliffs\",\"steps\":[{\"beforeMonths\":12,\"percent\":\"100\"},{\"beforeMonths\":24,\"percent\":\"50\"}]}";
    private const string Upfront = "{\"name\":\"upfront\",\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"0.65\"," + Cliffs + "," + Split + "}";
    private const string Invoices = "{\"name\":\"invoices\",\"shape\":\"recurring\",\"on\":\"invoice\",\"basis\":\"invoice_amount_ex_gst\",\"ratePercent\":\"10\",\"clawback\":{\"kind\":\"proportional_to_refund\"}," + Split + "}";
    private const string Trail = "{\"name\":\"trail\",\"shape\":\"trail\",\"basis\":\"trail_balance\",\"yearlyPercents\":[\"0.15\"]," + Split + "}";
    private const string Build = "{\"name\":\"build\",\"shape\":\"flat\",\"basis\":\"deal\",\"amountMinor\":100000,\"milestones\":[{\"name\":\"slab\",\"percent\":\"40\"},{\"name\":\"keys\",\"percent\":\"60\"}]," + Split + "}";

    [Fact]
    public async Task An_invoice_accrues_its_part_and_shows_why()
    {
        var later = await LaterScenario.StartAsync(engine, Upfront + "," + Invoices, "1");
        var deal = await later.DealAsync();

        // 10 % of 1,000.05: 100.01; 1 % platform, then 80 : 20.
        LaterScenario.Accrues(await later.RevenueAsync(deal, amountMinor: 100_005), 100, 7_921, 1_980);

        var shown = await later.BookedAsync(deal);
        Assert.Equal(325_001 + 10_001, shown["entries"].EnumerateArray().Sum(LaterScenario.Signed));
        var calculations = shown["calculations"].EnumerateArray().ToArray();
        Assert.Equal([("settlement", 325_001L), ("revenue", 10_001L)], calculations.Select(one =>
            (one.GetProperty("explanation").GetProperty("kind").GetString(), one.GetProperty("amountMinor").GetInt64())));
        Assert.All(calculations, one => Assert.Equal(
            one.GetProperty("explanationHash").GetString(), Hash.Of(Person.CanonicalBytes(JsonNode.Parse(one.GetProperty("explanation").GetRawText())!)).ToString()));
        Assert.Equal("INV-1", calculations[1].GetProperty("facts").GetProperty("event").GetProperty("key").GetString());
    }

    [Fact]
    public async Task The_same_request_gets_the_same_bytes_and_accrues_once()
    {
        var later = await LaterScenario.StartAsync(engine, Upfront + "," + Invoices + "," + Build);
        var deal = await later.DealAsync();
        Func<Task<Answer>>[] requests =
        [
            () => later.RevenueAsync(deal, idempotencyKey: "same-1"), () => later.MilestoneAsync(deal, "slab", idempotencyKey: "same-2"),
            () => later.ClawbackAsync(deal, idempotencyKey: "same-3"),
        ];
        foreach (var request in requests)
        {
            var (first, again) = ((await request()).Is(200), (await request()).Is(200));
            Assert.Equal((first.Text, false, true), (again.Text, first.Replayed, again.Replayed));
        }
        (await later.RevenueAsync(deal, amountMinor: 1, idempotencyKey: "same-1")).IsRefused(422, "IDEMPOTENCY_KEY_REUSED", "Idempotency-Key");
        (await later.RevenueAsync(deal, idempotencyKey: "other")).IsRefused(409, "DUPLICATE_REVENUE", "key");
        Assert.Equal($"{deal}/invoice/INV-1", (await later.RevenueAsync(deal, idempotencyKey: "another")).Member("related"));
        (await later.ClawbackAsync(deal, idempotencyKey: "other-3")).IsRefused(409, "DUPLICATE_CLAWBACK", "key");
        (await later.MilestoneAsync(deal, "slab", idempotencyKey: "other-2")).IsRefused(409, "DUPLICATE_MILESTONE", "name");
        (await later.RevenueAsync(deal, "premium", idempotencyKey: "other-kind")).Is(200);
        Assert.Equal(325_001 + 10_000 + 40_000 - 325_001, await later.CreditedAsync(deal));
    }

    [Theory]
    [InlineData("kind", "\"rent\"", 400, "INVALID_FIELD")]
    [InlineData("key", "\"\"", 400, "INVALID_FIELD")]
    [InlineData("key", "\"caf\u00e9\"", 400, "INVALID_FIELD")]
    [InlineData("key", "7", 400, "INVALID_FIELD")]
    [InlineData("on", "\"2025-13-01\"", 400, "INVALID_FIELD")]
    [InlineData("on", "\"2025-06-30\"", 422, "INVALID_DATE")]
    [InlineData("on", "\"2031-01-01\"", 422, "INVALID_DATE")]
    [InlineData("amountMinor", "0", 400, "INVALID_FIELD")]
    [InlineData("amountMinor", "-1", 400, "INVALID_FIELD")]
    [InlineData("amountMinor", "100000000000000", 400, "INVALID_FIELD")]
    [InlineData("amountMinor", "\"5\"", 400, "INVALID_FIELD")]
    [InlineData("amountMinor", "null", 400, "INVALID_FIELD")]
    [InlineData("currency", "\"NZD\"", 422, "CURRENCY_MISMATCH")]
    [InlineData("currency", "\"aud\"", 400, "INVALID_FIELD")]
    [InlineData("month", "\"2025-09\"", 400, "INVALID_FIELD")]
    [InlineData("colour", "1", 400, "INVALID_FIELD")]
    public async Task Wrong_revenue_is_refused_by_its_field_and_changes_nothing(string member, string json, int status, string code)
    {
        var later = await LaterScenario.StartAsync(engine, Upfront + "," + Invoices);
        var deal = await later.DealAsync();
        await later.SettleDownAsync();
        var before = await engine.FootprintAsync();

        (await later.RevenueAsync(deal, change: body => body[member] = JsonNode.Parse(json))).IsRefused(status, code, member);

        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Fact]
    public async Task Decimals_an_unknown_deal_and_a_deal_on_its_way_are_refused()
    {
        var later = await LaterScenario.StartAsync(engine, Upfront + "," + Invoices);
        var deal = await later.DealAsync();
        Assert.Equal(400, (await later.RevenueAsync(deal, change: body => body["amountMinor"] = JsonNode.Parse("1.5"))).Status);
        (await later.RevenueAsync(DealId.Derive(later.Service.Id, "nothing"))).IsRefused(404, "DEAL_NOT_FOUND", "id");

        var bulk = new BulkRequest(later.Network, later.Service);
        var settled = TypedId.Parse<DealId>((await bulk.SendAsync([bulk.Line("on its way", "settled")])).Lines()[0].GetProperty("deal").GetString()!);
        (await later.RevenueAsync(settled, idempotencyKey: "early")).IsRefused(409, "WRONG_STATE");
        (await later.ClawbackAsync(settled)).IsRefused(409, "WRONG_STATE");
        (await bulk.SendAsync([bulk.Line("on its way", "complete")])).Is(200);
        var again = (await later.RevenueAsync(settled, idempotencyKey: "early")).IsRefused(409, "WRONG_STATE");
        Assert.True(again.Replayed);
    }

    [Fact]
    public async Task Only_the_receiver_its_services_and_internal_contacts_may_say_so()
    {
        var later = await LaterScenario.StartAsync(engine, Upfront + "," + Invoices);
        var (deal, network) = (await later.DealAsync(), later.Network);
        foreach (var party in new[] { network.Referrer, network.Upline, network.Client })
            (await later.RevenueAsync(deal, actor: party)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await later.RevenueAsync(deal, actor: await network.ContactAsync("MEMBER"))).IsRefused(403, "NOT_AUTHORISED", "X-Acting-Contact");
        foreach (var (actor, key) in new[] { (network.Receiver, "A"), (later.Service, "B"), (network.Admin, "C") })
            (await later.RevenueAsync(deal, key: key, actor: actor)).Is(200);
    }

    [Fact]
    public async Task Milestones_release_the_pool_by_largest_remainder()
    {
        var later = await LaterScenario.StartAsync(engine, Build);
        var deal = await later.DealAsync();
        LaterScenario.Accrues(await later.MilestoneAsync(deal, "slab"), 32_000, 8_000);
        LaterScenario.Accrues(await later.MilestoneAsync(deal, "keys"), 48_000, 12_000);
        (await later.MilestoneAsync(deal, "roof")).IsRefused(422, "UNKNOWN_MILESTONE", "name");
        Assert.Equal(100_000, await later.CreditedAsync(deal));
    }

    [Fact]
    public async Task A_clawback_takes_from_each_party_what_its_schedule_says_and_corrects_the_original()
    {
        var later = await LaterScenario.StartAsync(engine, Upfront, "1");
        var deal = await later.DealAsync();

        // 15 complete months: half of 325,001 is 162,501; divided as it was credited.
        var half = (await later.ClawbackAsync(deal, on: "2026-10-01")).Is(200);
        LaterScenario.Accrues(half, -1_625, -128_701, -32_175);
        Assert.Equal((325_001, 0, 162_501, false), (
            half["clawback"].GetProperty("creditedMinor").GetInt64(), half["clawback"].GetProperty("reversedBeforeMinor").GetInt64(),
            half["clawback"].GetProperty("reversedMinor").GetInt64(), half["clawback"].GetProperty("capped").GetBoolean()));

        // A second one at 8 months takes the rest, and a third finds nothing: capped, and it says so.
        LaterScenario.Accrues(await later.ClawbackAsync(deal, "C-2", on: "2026-03-01"), -1_625, -128_700, -32_175);
        var nothing = (await later.ClawbackAsync(deal, "C-3", on: "2026-03-01")).Is(200);
        LaterScenario.Accrues(nothing);
        Assert.True(nothing["clawback"].GetProperty("capped").GetBoolean());

        var entries = (await later.BookedAsync(deal))["entries"].EnumerateArray().ToArray();
        Assert.Equal(0, entries.Sum(LaterScenario.Signed));
        Assert.All(entries, entry => Assert.Equal(
            entry.GetProperty("kind").GetString() == "Clawback" ? entries[0].GetProperty("factsHash").GetString() : null, entry.GetProperty("corrects").GetString()));
        Assert.Equal((0, 0), await later.StandingAsync(later.Network.Referrer));
    }

    [Fact]
    public async Task A_refund_is_capped_at_what_the_client_paid()
    {
        var later = await LaterScenario.StartAsync(engine, Invoices);
        var deal = await later.DealAsync();
        (await later.RevenueAsync(deal, amountMinor: 100_000)).Is(200);
        (await later.ClawbackAsync(deal, reason: "refund")).IsRefused(400, "INVALID_FIELD", "refundedMinor");
        (await later.ClawbackAsync(deal, reason: "refund", refundedMinor: 0)).IsRefused(400, "INVALID_FIELD", "refundedMinor");
        (await later.ClawbackAsync(deal, reason: "whim")).IsRefused(400, "INVALID_FIELD", "reason");

        LaterScenario.Accrues(await later.ClawbackAsync(deal, reason: "refund", refundedMinor: 25_000), -2_000, -500);
        var rest = (await later.ClawbackAsync(deal, "C-2", "refund", refundedMinor: 90_000)).Is(200);

        LaterScenario.Accrues(rest, -6_000, -1_500);
        Assert.Equal((115_000, 100_000, true), (
            rest["clawback"].GetProperty("refundedMinor").GetInt64(), rest["clawback"].GetProperty("refundBaseMinor").GetInt64(), rest["clawback"].GetProperty("capped").GetBoolean()));
        Assert.Equal(0, await later.CreditedAsync(deal));
    }

    [Fact]
    public async Task What_was_paid_and_is_taken_back_is_a_debt_that_the_next_accruals_make_good()
    {
        var later = await LaterScenario.StartAsync(engine, "{\"name\":\"upfront\",\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"1\"," + Cliffs + ",\"split\":[{\"party\":\"referrer\",\"weight\":1}]}");
        var paid = await later.DealAsync(1_000_000);
        await later.SettleDownAsync();
        Assert.Equal((10_000, 0), await later.StandingAsync(later.Network.Referrer));

        // As a payment does: it moves the whole of what is owed out of the payable account.
        await PayAsync(later.Network.Referrer, 10_000);
        Assert.Equal((0, 0), await later.StandingAsync(later.Network.Referrer));
        (await later.ClawbackAsync(paid)).Is(200);
        await later.SettleDownAsync();
        Assert.Equal((0, 10_000), await later.StandingAsync(later.Network.Referrer));

        await later.DealAsync(400_000);
        await later.SettleDownAsync();
        Assert.Equal((0, 6_000), await later.StandingAsync(later.Network.Referrer));
        await later.DealAsync(1_000_000);
        await later.SettleDownAsync();
        Assert.Equal((4_000, 0), await later.StandingAsync(later.Network.Referrer));
    }

    [Fact]
    public async Task A_trail_run_pays_each_deal_and_month_once()
    {
        var later = await LaterScenario.StartAsync(engine, Upfront + "," + Trail);
        var (one, two, none) = (await later.DealAsync(), await later.DealAsync(), await later.DealAsync());
        (await later.RevenueAsync(one, "balance", "B-9", 40_000_000, "2025-09-30")).Is(200);
        (await later.RevenueAsync(two, "balance", "B-9", 40_000_100, "2025-10-02", "2025-09")).Is(200);
        (await later.RevenueAsync(two, "balance", "B-10", 30_000_000, "2025-10-31")).Is(200);
        (await later.RevenueAsync(two, "balance", "B-11", 1, "2025-10-31")).IsRefused(409, "DUPLICATE_REVENUE", "month");
        (await later.RevenueAsync(two, "balance", "B-12", 1, "2025-10-31", "2025-11")).IsRefused(422, "INVALID_DATE", "month");
        (await later.RevenueAsync(two, "balance", "B-13", 1, "2025-10-31", "2025-06")).IsRefused(422, "INVALID_DATE", "month");

        Assert.Equal((2, 0, 0), Counts(await later.TrailAsync("2025-09")));
        Assert.Equal((0, 2, 0), Counts(await later.TrailAsync("2025-09")));
        Assert.Equal((1, 0, 1), Counts(await later.TrailAsync("2025-10")));
        Assert.Equal((0, 0, 2), Counts(await later.TrailAsync("2025-08")));

        // 0.15 % a year of 400,000.00 is 50.00 a month; of 400,001.00 too, rounded; of 300,000.00 37.50.
        Assert.Equal(325_001 + 5_000, await later.CreditedAsync(one));
        Assert.Equal(325_001 + 5_000 + 3_750, await later.CreditedAsync(two));
        Assert.Equal(325_001, await later.CreditedAsync(none));
        var entry = (await later.BookedAsync(one))["entries"].EnumerateArray().Last();
        Assert.Equal("2025-09-30", entry.GetProperty("effectiveOn").GetString());
    }

    [Fact]
    public async Task A_trail_run_is_for_internal_contacts_and_past_months()
    {
        var later = await LaterScenario.StartAsync(engine, Trail);
        (await later.TrailAsync("2025-09", later.Network.Receiver)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await later.TrailAsync("2031-01")).IsRefused(422, "INVALID_DATE", "month");
        (await later.TrailAsync("2025-9")).IsRefused(400, "INVALID_FIELD", "month");
    }

    private static (int Paid, int AlreadyPaid, int NothingDue) Counts(Answer answer)
    {
        Assert.Equal(0, answer.Is(200)["refused"].GetInt32());
        return (answer["paid"].GetInt32(), answer["alreadyPaid"].GetInt32(), answer["nothingDue"].GetInt32());
    }

    /// <summary>Moves what is owed to the clearing account, as a payout will.</summary>
    private async Task PayAsync(Person payee, long amountMinor)
    {
        var records = new Domain.Ledger.BookRecord[]
        {
            new Domain.Ledger.EntryDraft(
                Domain.Ledger.EntryKind.Accrual, DealId.Derive(payee.Id, "payment"), Domain.Ledger.Accounts.Payable(payee.Id), "clearing:aba",
                new Domain.Amounts.Money(amountMinor, Domain.Amounts.Currency.Aud), new DateOnly(2025, 8, 1), Hash.Zero, Hash.Of("payment"u8), Hash.Zero, payee.Id, 0),
        };
        var payload = engine.Get<Orleans.Serialization.Serializer>().SerializeToArray(records);
        await engine.Database.ScalarAsync<int?>(
            $"insert into outbox (id, book, payload, created_at) values (-1, 'ledger', '\\x{Convert.ToHexString(payload)}', clock_timestamp() - interval '1 minute')");
        await Testing.Eventually.BecomesTrueAsync(
            async () => await engine.Database.ScalarAsync<long>("select count(*) from outbox") == 0, "the payment is booked");
    }
}
