using System.Text.Json;
using Commission.Domain;

namespace Commission.Api.Tests.Deals;

public sealed class HandshakeTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task Five_handshakes_become_entries_to_the_cent()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 5);

        var booked = await deal.WhenBookedAsync(entries: 3);

        // 0.65 % of 500,001.23 is 3,250.01; 1 % to the platform, the rest 80 : 20, and the odd cent to the largest remainder.
        (string, long)[] expected =
        [
            ("income:platform-fee", 3_250), ($"payable:{network.Referrer}", 257_401), ($"payable:{network.Upline}", 64_350),
        ];
        Assert.Equal(expected, booked["entries"].EnumerateArray().Select(entry =>
            (entry.GetProperty("credit").GetProperty("account").GetString()!, entry.GetProperty("amountMinor").GetInt64())));
        Assert.All(booked["entries"].EnumerateArray(), entry =>
            Assert.Equal($"receivable:{network.Vertical}", entry.GetProperty("debit").GetProperty("account").GetString()));
        Assert.Equal("Complete", booked["status"].GetString());
    }

    [Fact]
    public async Task The_explanation_is_what_the_entries_cite()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 5);

        var booked = await deal.WhenBookedAsync(entries: 3);

        var hash = Hash.Of(CanonicalJson.Canonicalize(booked["explanation"])).ToString();
        Assert.All(booked["entries"].EnumerateArray(), entry => Assert.Equal(hash, entry.GetProperty("explanationHash").GetString()));
        Assert.Equal(network.Agreement, booked["explanation"].GetProperty("governingAgreement").GetString());
        Assert.All(booked["entries"].EnumerateArray(), entry => Assert.Equal(booked["ruleHash"].GetString(), entry.GetProperty("ruleHash").GetString()));
    }

    [Fact]
    public async Task The_deal_shows_its_chain_as_it_was_signed()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 5);

        var steps = (await deal.WhenBookedAsync(entries: 3))["handshakes"].EnumerateArray().ToArray();

        Assert.Equal(["H1", "H2", "H3", "H4", "H5"], steps.Select(step => step.GetProperty("handshake").GetString()));
        Assert.Equal(
            [Hash.Zero.ToString(), .. steps.SkipLast(1).Select(step => step.GetProperty("hash").GetString()!)],
            steps.Select(step => step.GetProperty("payload").GetProperty("previous").GetString()!));
        Assert.All(steps, step => Assert.Equal("ES256", step.GetProperty("envelope").GetProperty("alg").GetString()));
        Assert.All(steps, step => Assert.Equal(JsonValueKind.Null, step.GetProperty("attestedBy").ValueKind));
    }

    [Theory]
    [InlineData(1, "H2", "client")]
    [InlineData(2, "H3", "receiver")]
    [InlineData(3, "H4", "receiver")]
    [InlineData(4, "H5", "client")]
    public async Task A_deal_tells_which_signature_is_missing_from_whom(int handshakes, string missing, string from)
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes);

        var shown = (await deal.GetAsync())["missing"];

        Assert.Equal(missing, shown.GetProperty("handshake").GetString());
        Assert.Equal((from == "client" ? network.Client : network.Receiver).ToString(), shown.GetProperty("from").GetString());
        Assert.Equal(deal.Previous, shown.GetProperty("previous").GetString());
    }

    [Fact]
    public async Task A_complete_deal_misses_nothing()
    {
        var deal = await (await Network.CreateAsync(engine)).DealAsync(handshakes: 5);

        Assert.Equal(JsonValueKind.Null, (await deal.GetAsync())["missing"].ValueKind);
    }

    [Theory]
    [InlineData(1, "DECLINE", "Declined")]
    [InlineData(3, "DECLINE", "Declined")]
    [InlineData(1, "WITHDRAWAL", "Withdrawn")]
    [InlineData(3, "WITHDRAWAL", "Withdrawn")]
    public async Task An_unsettled_deal_can_be_ended_and_then_takes_no_further_step(int handshakes, string ending, string status)
    {
        var deal = await (await Network.CreateAsync(engine)).DealAsync(handshakes);

        (await deal.SignAsync(ending)).Is(200);

        var ended = await deal.WhenBookedAsync(entries: 0);
        Assert.Equal(status, ended["status"].GetString());
        Assert.Equal(JsonValueKind.Null, ended["missing"].ValueKind);
        (await deal.SignAsync($"H{handshakes + 1}")).IsRefused(409, "WRONG_STATE");
    }

    [Theory]
    [InlineData("DECLINE")]
    [InlineData("WITHDRAWAL")]
    public async Task A_settled_deal_cannot_be_ended(string ending)
    {
        var deal = await (await Network.CreateAsync(engine)).DealAsync(handshakes: 4);

        (await deal.SignAsync(ending)).IsRefused(409, "WRONG_STATE");
    }

    [Fact]
    public async Task A_step_out_of_order_is_told_the_state_and_what_is_missing()
    {
        var deal = await (await Network.CreateAsync(engine)).DealAsync(handshakes: 1);

        var refused = (await deal.SignAsync("H3")).IsRefused(409, "WRONG_STATE");

        Assert.Contains("IntentSigned", refused["detail"].GetString(), StringComparison.Ordinal);
        Assert.Contains("H2", refused["detail"].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_attests_steps_for_members_that_authorised_it_and_they_stay_marked()
    {
        var network = await Network.CreateAsync(engine);
        var service = await network.ServiceAsync(network.Referrer, network.Receiver);
        var deal = network.NewDeal(service: service);

        foreach (var step in new[] { "H1", "H2", "H3", "H4", "H5" })
            (await deal.SignAsync(step)).Is(step == "H1" ? 201 : 200);

        var booked = await deal.WhenBookedAsync(entries: 3);
        Assert.All(booked["handshakes"].EnumerateArray(), step => Assert.Equal(service.ToString(), step.GetProperty("attestedBy").GetString()));
    }

    [Fact]
    public async Task A_service_without_authority_attests_nothing()
    {
        var network = await Network.CreateAsync(engine);
        var service = await network.ServiceAsync(network.Receiver);

        var refused = await network.NewDeal(service: service).SignAsync("H1");

        refused.IsRefused(403, "NOT_AUTHORISED", "payload.attestedBy");
    }
}
