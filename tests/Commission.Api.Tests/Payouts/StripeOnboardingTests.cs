using System.Text.Json.Nodes;
using Commission.StripeStandIn;

namespace Commission.Api.Tests.Payouts;

public sealed class StripeOnboardingTests
{
    [Fact]
    public async Task A_payee_opens_one_account_and_fills_it_in_by_a_fresh_link()
    {
        await using var scenario = await StripeScenario.StartAsync(ready: false);
        var (network, payee) = (scenario.Network, scenario.Network.Receiver);
        (await scenario.AccountAsync(payee)).IsRefused(404, "NOT_FOUND");
        (await LinkAsync(scenario, "https://app.example/back")).IsRefused(404, "NOT_FOUND");

        var opened = (await scenario.OpenAsync(payee, by: payee)).Is(200);
        Assert.Equal(("test", false), (opened.Member("mode"), opened["canReceive"].GetBoolean()));
        Assert.Contains("external_account", opened.Member("whyNot"), StringComparison.Ordinal);
        Assert.Equal(opened.Member("account"), (await scenario.OpenAsync(payee)).Is(200).Member("account"));

        var (first, second) = ((await LinkAsync(scenario, "https://app.example/back")).Is(200), (await LinkAsync(scenario, "http://127.0.0.1:5080/back")).Is(200));
        Assert.NotEqual(first.Member("url"), second.Member("url"));
        Assert.Equal(0, await scenario.Engine.Database.ScalarAsync<long>("select count(*) from stripe_request r where r::text like '%setup%'"));
        using (var http = new HttpClient())
            await http.GetStringAsync(new Uri(second.Member("url")!), TestContext.Current.CancellationToken);
        await scenario.WhenReceivingAsync(payee, true);
        Assert.Empty((await scenario.AccountAsync(payee))["currentlyDue"].EnumerateArray());
        (await network.GetAsync($"/api/v1/contacts/{payee}/stripe-account", payee)).Is(200);
        (await network.GetAsync($"/api/v1/contacts/{payee}/stripe-account", network.Upline)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
    }

    [Fact]
    public async Task Bad_input_is_named()
    {
        await using var scenario = await StripeScenario.StartAsync(ready: false);
        var (network, payee) = (scenario.Network, scenario.Network.Receiver);

        (await scenario.OpenAsync(payee, "Australia")).IsRefused(400, "INVALID_FIELD", "country");
        (await scenario.OpenAsync(payee, "XX")).IsRefused(422, "RAIL_REFUSED");
        (await scenario.OpenAsync(payee, by: network.Upline)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await network.PostAsync("/api/v1/contacts/contact_01h455vb4pex5vsknk084sn02q/stripe-account", new JsonObject { ["country"] = "AU" }, network.Admin))
            .IsRefused(404, "NOT_FOUND");
        (await scenario.OpenAsync(payee, "NZ")).Is(200);
        (await scenario.OpenAsync(payee, "AU")).IsRefused(409, "ALREADY_EXISTS", "country");
        foreach (var wrong in new[] { "back", "http://app.example/back", "ftp://app.example" })
            (await LinkAsync(scenario, wrong)).IsRefused(400, "INVALID_FIELD", "returnUrl");
    }

    [Fact]
    public async Task While_Stripe_does_not_answer_the_caller_is_told_to_ask_again_and_one_account_is_opened()
    {
        await using var scenario = await StripeScenario.StartAsync(ready: false);
        scenario.Options.Timeout = TimeSpan.FromMilliseconds(200);
        scenario.StandIn.Faults.Add(FaultKind.RateLimit, "/v1/accounts", 50);

        var asked = await scenario.OpenAsync(scenario.Network.Receiver);
        Assert.Equal((503, "BUSY"), (asked.Status, asked.Code));
        scenario.StandIn.Faults.Clear();

        var opened = (await scenario.OpenAsync(scenario.Network.Receiver)).Is(200);
        Assert.Equal(opened.Member("account"), (await scenario.AccountAsync(scenario.Network.Receiver, ask: true)).Is(200).Member("account"));
        Assert.Equal(1, await scenario.Engine.Database.ScalarAsync<long>("select count(*) from stripe_request where kind = 'account'"));
    }

    [Fact]
    public async Task The_tool_onboards_a_payee()
    {
        await using var scenario = await StripeScenario.StartAsync(ready: false);
        var (payee, admin) = (scenario.Network.Receiver.ToString(), scenario.Network.Admin.ToString());

        var first = (await scenario.Engine.CommissionAsync("payouts", "onboard", payee, "--return-url", "https://app.example/back", "--as", admin)).Ended(0);
        Assert.Contains("It cannot receive yet. Stripe still wants of the payee: business_type", first.Output, StringComparison.Ordinal);
        var link = first.Output.Split(' ', '\n').Single(word => word.StartsWith("http", StringComparison.Ordinal));
        using (var http = new HttpClient())
            await http.GetStringAsync(new Uri(link), TestContext.Current.CancellationToken);

        var second = (await scenario.Engine.CommissionAsync("payouts", "onboard", payee, "--as", admin)).Ended(0);
        Assert.Contains("It can receive.", second.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, (await scenario.Engine.CommissionAsync("payouts", "onboard", payee, "--country", "ZZZ", "--as", admin)).Code);
    }

    private static Task<Answer> LinkAsync(StripeScenario scenario, string returnUrl) => scenario.Network.PostAsync(
        $"/api/v1/contacts/{scenario.Network.Receiver}/stripe-account/onboarding-link",
        new JsonObject { ["returnUrl"] = returnUrl, ["refreshUrl"] = "https://app.example/again" }, scenario.Network.Admin);
}
