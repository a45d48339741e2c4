using System.Text;
using System.Text.Json;
using Commission.Domain.Ledger;

namespace Commission.Api.Tests.Payouts;

/// <summary>Statements of members' accounts over HTTP: any period, to the cent what the ledger says.</summary>
public sealed class StatementTests
{
    [Fact]
    public async Task A_statement_opens_where_the_last_closed_and_ends_at_the_ledgers_balance()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var (network, member) = (scenario.Network, scenario.Network.Referrer);
        var batch = await scenario.SubmittedAsync();
        await scenario.WhenLedgerIsAsync(Accounts.Payable(member.Id), 0);
        await scenario.WhenLedgerIsAsync(Accounts.Payable(network.Upline.Id), 0);
        await scenario.ReturnAsync(batch, network.Upline);
        await scenario.WhenLedgerIsAsync(Accounts.Payable(network.Upline.Id), -64_350);

        var paid = await StatementAsync(scenario, member);
        Assert.Equal((0, 0), (Owed(paid["opening"]), Owed(paid["closing"])));
        Assert.Equal((257_401, 25_740, -283_141), (Total(paid, "accrual"), Total(paid, "gst"), Total(paid, "payout")));
        var returned = await StatementAsync(scenario, network.Upline);
        Assert.Equal((64_350, 0, 0, 64_350), (Total(returned, "accrual"), Total(returned, "withholding"), Total(returned, "payout"), Owed(returned["closing"])));
        Assert.Equal(5, returned["lines"].GetArrayLength());

        // The accrual was booked twenty days before the payout: between the two a period ends.
        var between = scenario.Today.AddDays(-5);
        var before = await StatementAsync(scenario, member, $"from={Network.Text(between.AddDays(-60))}&to={Network.Text(between)}");
        var after = await StatementAsync(scenario, member, $"from={Network.Text(between.AddDays(1))}&to={Network.Text(scenario.Today)}");
        Assert.Equal((257_401, 257_401, 0), (Owed(before["closing"]), Owed(after["opening"]), Owed(after["closing"])));
        Assert.Equal((1, 2), (before["lines"].GetArrayLength(), after["lines"].GetArrayLength()));
    }

    [Fact]
    public async Task A_statement_comes_as_a_page_and_as_pdf()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var (network, member) = (scenario.Network, scenario.Network.Referrer);
        var path = $"/api/v1/contacts/{member}/statements";

        var page = (await network.GetAsync($"{path}.html?from={Network.Text(scenario.Today.AddDays(-60))}", member)).Is(200);
        var pdf = (await network.GetAsync($"{path}.pdf?from={Network.Text(scenario.Today.AddDays(-60))}", member)).Is(200);

        Assert.Equal(("text/html", "application/pdf"), (page.ContentType, pdf.ContentType));
        Assert.Contains("2,574.01 AUD", page.Text, StringComparison.Ordinal);
        Assert.StartsWith("%PDF-1.4", pdf.Text, StringComparison.Ordinal);
        Assert.Contains("(2,574.01 AUD)", Encoding.Latin1.GetString(pdf.Bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("from=2026-13-01", "from")]
    [InlineData("to=yesterday", "to")]
    [InlineData("from=2026-02-01&to=2026-01-31", "from")]
    [InlineData("currency=XXX", "currency")]
    public async Task A_wrong_period_is_refused_by_name(string query, string field)
    {
        await using var scenario = await PayoutScenario.StartAsync(coolOff: false);
        (await scenario.Network.GetAsync($"/api/v1/contacts/{scenario.Network.Referrer}/statements?{query}", scenario.Network.Referrer))
            .IsRefused(400, "INVALID_FIELD", field);
    }

    private static async Task<Answer> StatementAsync(PayoutScenario scenario, Person member, string? query = null) => (await scenario.Network.GetAsync(
        $"/api/v1/contacts/{member}/statements?{query ?? $"from={Network.Text(scenario.Today.AddDays(-60))}"}", member)).Is(200);

    private static long Owed(JsonElement balance) => balance.GetProperty("owedMinor").GetInt64();

    private static long Total(Answer statement, string kind) => statement["totalsMinor"].GetProperty(kind).GetInt64();
}
