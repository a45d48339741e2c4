using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Api.Tests.Deals;
using Commission.Testing;

namespace Commission.Api.Tests.Rules;

/// <summary>Simulations over deals to which things happened after their completion, held against the ledger itself.</summary>
public sealed class WhatIfLaterTests(Engine engine) : IClassFixture<Engine>
{
    private const string Split = "\"split\":[{\"party\":\"referrer\",\"weight\":80},{\"party\":\"upline\",\"weight\":20}]";
    private const string Cliffs = "\"clawback\":{\"kind\":\"cliffs\",\"steps\":[{\"beforeMonths\":12,\"percent\":\"60\"}]}";
    private const string Build = "{\"name\":\"build\",\"shape\":\"flat\",\"basis\":\"deal\",\"amountMinor\":100001,\"milestones\":[{\"name\":\"slab\",\"percent\":\"40\"},{\"name\":\"keys\",\"percent\":\"60\"}]," + Split + "}";
    private const string Trail = "{\"name\":\"trail\",\"shape\":\"trail\",\"basis\":\"trail_balance\",\"yearlyPercents\":[\"0.15\"]," + Split + "}";

    private const string Quarterly = "{\"name\":\"bonus\",\"shape\":\"tier_whole\",\"basis\":\"deal_value\",\"boundary\":\"upper\",\"bands\":[{\"from\":0,\"to\":90000000,\"ratePercent\":\"0.1\"},"
        + "{\"from\":90000000,\"ratePercent\":\"0.2\"}],\"accumulate\":{\"per\":\"quarter\",\"scope\":\"referrer\"}," + Cliffs + "," + Split + "}";

    private static string Upfront(string rate = "0.65", string more = "") =>
        "{\"name\":\"upfront\",\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"" + rate + "\"," + more + Cliffs + "," + Split + "}";

    private static string Invoices(string rate = "10") =>
        "{\"name\":\"invoices\",\"shape\":\"recurring\",\"on\":\"invoice\",\"basis\":\"invoice_amount_ex_gst\",\"ratePercent\":\"" + rate + "\",\"clawback\":{\"kind\":\"proportional_to_refund\"}," + Split + "}";

    private static string Premiums => "{\"name\":\"premiums\",\"shape\":\"recurring\",\"on\":\"premium\",\"basis\":\"annual_premium\",\"ratePercent\":\"5\",\"payments\":2," + Split + "}";

    [Fact]
    public async Task The_pinned_rules_give_what_the_ledger_holds_to_the_cent_and_the_same_rules_give_it_again()
    {
        var rules = string.Join(',', Upfront(), Invoices(), Premiums, Trail, Build, Quarterly);
        var later = await HistoryAsync(rules);

        var result = await SimulateAsync(later, rules);

        var booked = (await engine.GetAsync($"/api/v1/accounts/receivable:{later.Network.Vertical}")).Is(200)["balances"][0].GetProperty("balanceMinor").GetInt64();
        Assert.True(booked > 0);
        Assert.Equal((booked, booked), Totals(result, "total"));
        Assert.Equal(4, result["deals"].GetInt64());
        Assert.Equal(13, result["laterEvents"].GetInt64());
        Assert.Empty(result["notCompared"].EnumerateObject());
        Assert.Empty(result["skipped"].EnumerateObject());
        Assert.Empty(result["members"].EnumerateArray());
        Assert.Equal(
            ["clawback", "milestone", "revenue", "settlement", "trail", "volume"], result["byKind"].EnumerateObject().Select(kind => kind.Name));
        Assert.True(ByKind(result, "clawback").Before < 0);
    }

    [Fact]
    public async Task Each_kind_of_later_event_is_decided_again_under_the_candidate()
    {
        var later = await HistoryAsync(string.Join(',', Upfront(), Invoices(), Trail, Build));

        // Twice the invoice rate, one milestone less, no trail, and a clawback that takes all.
        var candidate = string.Join(',', Upfront().Replace("\"60\"", "\"100\"", StringComparison.Ordinal), Invoices("20"),
            Build.Replace("\"keys\"", "\"roof\"", StringComparison.Ordinal));
        var result = await SimulateAsync(later, candidate);

        // Invoices of 1,000.05 and 2,000.00 before; the second deal's comes back in full with its clawback.
        Assert.Equal((10_001 + 20_000 + 5_000, 20_001 + 40_000 + 10_000), ByKind(result, "revenue"));
        Assert.Equal((40_000 + 60_001, 40_000), ByKind(result, "milestone"));
        Assert.Equal((6_000, 0), ByKind(result, "trail"));
        // 60 % and 100 % of 3,250.01, and what was refunded of the invoice of 500.00: half.
        Assert.Equal((-195_001 - 2_500, -325_001 - 5_000), ByKind(result, "clawback"));
        Assert.Equal(1, result["notCompared"].GetProperty("UNKNOWN_MILESTONE").GetInt64());
    }

    [Fact]
    public async Task Events_that_pay_nothing_yet_pay_under_rules_that_would_pay_them()
    {
        var later = await HistoryAsync(string.Join(',', Upfront(), Build));

        var result = await SimulateAsync(later, string.Join(',', Upfront(), Build, Invoices(), Trail));

        Assert.Equal((0, 10_001 + 20_000 + 5_000), ByKind(result, "revenue"));
        Assert.Equal((0, 6_000), ByKind(result, "trail"));
        Assert.Empty(result["notCompared"].EnumerateObject());
    }

    [Fact]
    public async Task Caps_say_how_many_deals_they_cut_and_how_much()
    {
        var later = await HistoryAsync(string.Join(',', Upfront(), Build));

        var capped = Upfront("1", "\"caps\":{\"dealMinor\":400000},");
        var result = await SimulateAsync(later, string.Join(',', capped, Build), new JsonObject { ["capCutMinor"] = 300_000 });

        // Four deals of 500,001.23: 5,000.01 each, cut to 4,000.00.
        var cap = Assert.Single(result["caps"].EnumerateArray());
        Assert.Equal(
            ("upfront", "deal", 4, 4 * 100_001),
            (cap.GetProperty("component").GetString(), cap.GetProperty("cap").GetString(), cap.GetProperty("deals").GetInt64(), cap.GetProperty("cutMinor").GetInt64()));
        var breach = Assert.Single(result["breaches"].EnumerateArray());
        Assert.Equal(("cap", 300_000, 400_004), (breach.GetProperty("kind").GetString(), breach.GetProperty("limitMinor").GetInt64(), breach.GetProperty("foundMinor").GetInt64()));
    }

    [Fact]
    public async Task The_margin_counts_the_revenue_that_came_in_later()
    {
        var later = await HistoryAsync(Invoices());

        // 4,500.14 came in; 20 % of the invoices less what was refunded are 650.01, 21 % are 682.51.
        var under = await SimulateAsync(later, Invoices("20"), new JsonObject { ["ofRevenuePercent"] = "15" });
        var over = await SimulateAsync(later, Invoices("21"), new JsonObject { ["ofRevenuePercent"] = "15" });

        Assert.Equal(0, under["breachCount"].GetInt64());
        var breach = Assert.Single(over["breaches"].EnumerateArray());
        Assert.Equal(("margin", 67_502, 68_251), (breach.GetProperty("kind").GetString(), breach.GetProperty("limitMinor").GetInt64(), breach.GetProperty("foundMinor").GetInt64()));
    }

    [Fact]
    public async Task Of_a_long_history_the_ledger_keeps_what_accrued_and_what_did_not_is_counted()
    {
        // A deal remembers its latest 16 answers.
        var (paying, silent) = (await InvoicedAsync(Upfront() + "," + Invoices()), await InvoicedAsync(Upfront()));

        var (of20, of16) = (await SimulateAsync(paying, Upfront() + "," + Invoices("20")), await SimulateAsync(silent, Upfront() + "," + Invoices("20")));

        Assert.Equal((20 * 10_000, 20 * 20_000), ByKind(of20, "revenue"));
        Assert.Empty(of20["notCompared"].EnumerateObject());
        Assert.Equal((0, 16 * 20_000), ByKind(of16, "revenue"));
        Assert.Equal(4, Assert.Single(of16["notCompared"].EnumerateObject()).Value.GetInt64());
    }

    /// <summary>One deal with twenty invoices of 1,000.00.</summary>
    private async Task<LaterScenario> InvoicedAsync(string components)
    {
        var later = await LaterScenario.StartAsync(engine, components);
        var deal = await later.DealAsync();
        for (var i = 0; i < 20; i++)
            (await later.RevenueAsync(deal, key: $"I-{i}")).Is(200);
        await later.SettleDownAsync();
        return later;
    }

    /// <summary>Four deals of one month: one left alone, one with invoices and premiums, one with trail and milestones, one clawed back.</summary>
    private async Task<LaterScenario> HistoryAsync(string components)
    {
        var later = await LaterScenario.StartAsync(engine, components);
        var (invoiced, built, ended) = (await later.DealAsync(completedOn: 3), await later.DealAsync(completedOn: 4), await later.DealAsync(completedOn: 5));
        await later.DealAsync(completedOn: 6);
        (await later.RevenueAsync(invoiced, key: "I-1", amountMinor: 100_005)).Is(200);
        (await later.RevenueAsync(invoiced, key: "I-2", amountMinor: 200_000, on: "2025-10-15")).Is(200);
        foreach (var premium in new[] { "P-1", "P-2", "P-3" })
            (await later.RevenueAsync(invoiced, "premium", premium, 30_003)).Is(200);
        (await later.RevenueAsync(built, "balance", "B-1", 48_000_000, on: "2025-09-30", month: "2025-09")).Is(200);
        (await later.TrailAsync("2025-09")).Is(200);
        if (components.Contains("slab", StringComparison.Ordinal))
        {
            (await later.MilestoneAsync(built, "slab")).Is(200);
            (await later.MilestoneAsync(built, "keys", on: "2025-11-01")).Is(200);
        }
        (await later.RevenueAsync(ended, key: "I-9", amountMinor: 50_000)).Is(200);
        (await later.ClawbackAsync(ended, "C-1", "refund", on: "2025-10-01", refundedMinor: 25_000)).Is(200);
        (await later.ClawbackAsync(ended, "C-2", on: "2025-11-01")).Is(200);
        (await later.RevenueAsync(ended, "premium", "P-9", 10_000, on: "2025-12-01")).Is(200);
        await later.SettleDownAsync();
        return later;
    }

    private async Task<Answer> SimulateAsync(LaterScenario later, string components, JsonObject? limits = null)
    {
        var network = later.Network;
        var candidate = JsonNode.Parse($$$"""
            {"schema":"commission/rule-set/v1","vertical":"{{{network.Vertical}}}","effectiveFrom":"2099-01-01","currency":"AUD",
            "governingAgreement":"Candidate","platformFeePercent":"0","products":{"{{{Network.Product}}}":{"components":[{{{components}}}]}} }
            """)!;
        var body = new JsonObject { ["candidates"] = new JsonArray(candidate), ["vertical"] = network.Vertical, ["limits"] = limits ?? [] };
        var id = (await engine.PostAsync("/api/v1/simulations/what-if", body, network.Admin)).Is(201).Member("id")!;
        await Eventually.BecomesTrueAsync(
            async () => (await engine.GetAsync($"/api/v1/simulations/{id}")).Is(200).Member("status") == "completed", $"{id} is completed");
        return (await engine.GetAsync($"/api/v1/simulations/{id}/result")).Is(200);
    }

    private static (long Before, long After) Totals(Answer result, string name) => Of(result[name]);

    private static (long Before, long After) ByKind(Answer result, string kind) => Of(result["byKind"].GetProperty(kind));

    private static (long Before, long After) Of(JsonElement change) => (change.GetProperty("beforeMinor").GetInt64(), change.GetProperty("afterMinor").GetInt64());
}
