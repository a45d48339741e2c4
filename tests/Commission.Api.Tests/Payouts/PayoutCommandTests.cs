using System.Text;
using System.Text.Json;
using Commission.Domain.Ledger;
using Commission.Testing;

namespace Commission.Api.Tests.Payouts;

/// <summary>Payouts and disputes from the command line, against the real engine.</summary>
public sealed class PayoutCommandTests
{
    [Fact]
    public async Task A_batch_is_paid_from_the_command_line()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var network = scenario.Network;
        Assert.Contains("eligible", (await RunAsync(scenario, network.Admin, "eligibility")).Ended(0).Output, StringComparison.Ordinal);
        var drafted = Json((await RunAsync(scenario, network.Admin, "draft", "--key", "once", "--json")).Ended(0));
        var again = Json((await RunAsync(scenario, network.Admin, "draft", "--key", "once", "--json")).Ended(0));
        var (id, hash) = (drafted.GetProperty("id").GetString()!, drafted.GetProperty("hash").GetString()!);
        Assert.Equal(id, again.GetProperty("id").GetString());

        Assert.Contains(hash, (await RunAsync(scenario, network.Checker, "show", id)).Ended(0).Output, StringComparison.Ordinal);
        Assert.Contains("actor", (await RunAsync(scenario, network.Admin, "approve", id, "--hash", hash)).Ended(1).Errors, StringComparison.Ordinal);
        (await RunAsync(scenario, network.Checker, "approve", id, "--hash", hash)).Ended(0);
        Assert.Contains("processOn", (await RunAsync(scenario, network.Admin, "submit", id)).Ended(1).Errors, StringComparison.Ordinal);
        (await RunAsync(scenario, network.Admin, "submit", id, "--process-on", Network.Text(scenario.BusinessDay))).Ended(0);

        var folder = Directory.CreateTempSubdirectory("commission-payouts-");
        try
        {
            var path = Path.Combine(folder.FullName, "batch.aba");
            (await RunAsync(scenario, network.Admin, "file", id, "--output", path)).Ended(0);
            var file = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            var item = drafted.GetProperty("items").EnumerateArray().Single(item => item.GetProperty("payee").GetString() == network.Upline.ToString());
            await File.WriteAllBytesAsync(
                path, PayoutScenario.ReturnOf(file, item.GetProperty("reference").GetString()!, '3'), TestContext.Current.CancellationToken);
            Assert.Contains("Account closed", (await RunAsync(scenario, network.Admin, "returns", id, path)).Ended(0).Output, StringComparison.Ordinal);
            var number = item.GetProperty("number").GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture);
            (await RunAsync(scenario, network.Admin, "confirm", id)).Ended(0);
            (await RunAsync(scenario, network.Admin, "release", id, number)).Ended(0);
            Assert.Contains("settled", (await RunAsync(scenario, network.Admin, "settle", id)).Ended(0).Output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        Assert.Contains(id, (await RunAsync(scenario, network.Admin, "list")).Ended(0).Output, StringComparison.Ordinal);
        Assert.Contains("Account closed", (await RunAsync(scenario, network.Admin, "items", id)).Ended(0).Output, StringComparison.Ordinal);
        Assert.Contains("2,574.01", (await RunAsync(scenario, network.Admin, "payee", "balance", network.Referrer.ToString())).Ended(0).Output, StringComparison.Ordinal);
        Assert.Matches("paidItems +1", (await RunAsync(scenario, network.Admin, "figures")).Ended(0).Output);
    }

    [Fact]
    public async Task An_account_is_proposed_and_verified_from_the_command_line()
    {
        await using var scenario = await PayoutScenario.StartAsync(coolOff: false);
        var (payee, network) = (scenario.Network.Receiver.ToString(), scenario.Network);

        var proposed = Json((await RunAsync(
            scenario, network.Admin, "payee", "propose", payee, "--bsb", "062-000", "--account-number", "778899", "--title", "A Receiver", "--json")).Ended(0));
        var commitment = proposed.GetProperty("proposed").GetProperty("commitment").GetString()!;
        (await RunAsync(scenario, network.Checker, "payee", "verify", payee, "--commitment", commitment)).Ended(0);

        Assert.Contains("in force: 062-000 •••899", (await RunAsync(scenario, network.Admin, "payee", "account", payee)).Ended(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dispute_is_opened_and_decided_from_the_command_line()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var (network, member) = (scenario.Network, scenario.Network.Referrer);
        var place = (await scenario.PlaceAsync(member)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var opened = Json((await DisputeAsync(
            scenario, member, "open", "--reason", "wrong_amount", "--text", "A tranche is missing.", "--entry", place, "--region", "VIC", "--json")).Ended(0));
        var id = opened.GetProperty("id").GetString()!;
        Assert.Contains("business days left", (await DisputeAsync(scenario, network.Admin, "queue")).Ended(0).Output, StringComparison.Ordinal);

        (await DisputeAsync(scenario, network.Admin, "assign", id, "--assignee", network.Admin.ToString())).Ended(0);
        (await DisputeAsync(scenario, network.Admin, "review", id)).Ended(0);
        Assert.Contains("rests", (await DisputeAsync(scenario, network.Admin, "ask", id, "--text", "Which one?")).Ended(0).Output, StringComparison.Ordinal);
        (await DisputeAsync(scenario, member, "message", id, "--text", "The second.")).Ended(0);
        Assert.Contains("sequence=minor", (await DisputeAsync(
            scenario, network.Admin, "decide", id, "--outcome", "partly", "--text", "Yes.", "--amount", "many")).Ended(1).Errors, StringComparison.Ordinal);
        (await DisputeAsync(scenario, network.Admin, "decide", id, "--outcome", "partly", "--text", "Yes.", "--amount", $"{place}=300000")).Ended(0);

        var shown = (await DisputeAsync(scenario, member, "show", id)).Ended(0).Output;
        Assert.Contains("decided 3,000.00", shown, StringComparison.Ordinal);
        Assert.Contains("The second.", shown, StringComparison.Ordinal);
        (await DisputeAsync(scenario, network.Admin, "close", id)).Ended(0);
        Assert.Contains(id, (await DisputeAsync(scenario, member, "list")).Ended(0).Output, StringComparison.Ordinal);
        Assert.Matches("decided +1", (await DisputeAsync(scenario, network.Admin, "figures")).Ended(0).Output);
        await scenario.WhenLedgerIsAsync(Accounts.Payable(member.Id), -300_000);
    }

    [Fact]
    public async Task A_schedule_drafts_on_its_day_once_and_who_set_it_does_not_approve()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var network = scenario.Network;
        var weekday = ((int)scenario.BusinessDay.DayOfWeek).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains("day", (await RunAsync(scenario, network.Admin, "schedule", "set", "--rhythm", "weekly", "--day", "7")).Ended(1).Errors, StringComparison.Ordinal);
        (await RunAsync(scenario, network.Admin, "schedule", "set", "--rhythm", "weekly", "--day", weekday)).Ended(0);
        scenario.Advance(TimeSpan.FromDays(scenario.BusinessDay.DayNumber - scenario.Today.DayNumber) + TimeSpan.FromMinutes(2));

        await Eventually.BecomesTrueAsync(
            async () => await scenario.Engine.Database.ScalarAsync<long>("select count(*) from payout_batch") == 1, "the schedule drafts");

        var batch = (await network.GetAsync($"{PayoutScenario.Batches}/{await scenario.Engine.Database.ScalarAsync<string>("select id from payout_batch")}")).Is(200);
        Assert.Equal((2, "draft"), (batch["itemCount"].GetInt32(), batch.Member("status")));
        (await scenario.ApproveAsync(batch, network.Admin)).IsRefused(403, "MAKER_IS_CHECKER", "actor");
        var shown = Json((await RunAsync(scenario, network.Admin, "schedule", "show", "--json")).Ended(0))[0];
        Assert.Equal(batch.Member("id"), shown.GetProperty("lastBatch").GetString());
        Assert.Equal(Network.Text(scenario.Today), shown.GetProperty("lastOn").GetString());
        Assert.True(string.CompareOrdinal(shown.GetProperty("nextOn").GetString(), Network.Text(scenario.Today)) > 0);
    }

    [Fact]
    public async Task A_file_that_the_bank_rejected_fails_its_items_in_its_words_and_an_accepted_one_moves_nothing()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var batch = await scenario.SubmittedAsync();
        var report = Report(batch, "ACCEPTED");
        Assert.Empty((await AcknowledgeAsync(scenario, batch, report)).Is(200)["failed"].EnumerateArray());

        var rejected = (await AcknowledgeAsync(scenario, batch, Report(batch, "REJECTED"))).Is(200);
        var again = (await AcknowledgeAsync(scenario, batch, Report(batch, "REJECTED"))).Is(200);

        Assert.Equal(("rejected", 2, 2), (rejected.Member("status"), rejected["failed"].GetArrayLength(), again["failed"].GetArrayLength()));
        Assert.Contains("Trace account unknown", rejected["failed"][0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        await scenario.WhenLedgerIsAsync(Accounts.ClearingAba, 0);
        await scenario.WhenLedgerIsAsync(Accounts.Payable(scenario.Network.Referrer.Id), -257_401);
        var number = PayoutScenario.Item(batch, scenario.Network.Referrer).GetProperty("number").GetInt32();
        var retried = (await scenario.MoveAsync(batch, $"items/{number}/retry", new System.Text.Json.Nodes.JsonObject { ["attempt"] = 1 })).Is(200);
        Assert.Equal("pending", PayoutScenario.Item(retried, scenario.Network.Referrer).GetProperty("status").GetString());
        await scenario.WhenLedgerIsAsync(Accounts.ClearingAba, -283_141);
        await Eventually.BecomesTrueAsync(
            async () => await scenario.Engine.Database.ScalarAsync<long>("select count(*) from payout_file") == 2, "the further attempt is in a file of its own");
        (await AcknowledgeAsync(scenario, batch, Report(batch, "REJECTED"))).Is(200);
        Assert.Equal(-283_141, await scenario.LedgerAsync(Accounts.ClearingAba));
        (await AcknowledgeAsync(scenario, batch, "<Nothing/>")).IsRefused(400, "INVALID_FIELD", "report");
        (await AcknowledgeAsync(scenario, batch, report.Replace("-1.aba", "-7.aba", StringComparison.Ordinal))).IsRefused(404, "UNKNOWN_PAYOUT", "report.OriginalFilename");
    }

    private static Task<Ran> RunAsync(PayoutScenario scenario, Person actor, params string[] arguments) =>
        scenario.Engine.CommissionAsync(["payouts", .. arguments, "--as", actor.ToString()]);

    private static Task<Ran> DisputeAsync(PayoutScenario scenario, Person actor, params string[] arguments) =>
        scenario.Engine.CommissionAsync(["disputes", .. arguments, "--as", actor.ToString()]);

    private static JsonElement Json(Ran ran)
    {
        using var read = JsonDocument.Parse(ran.Output);
        return read.RootElement.Clone();
    }

    private static string Report(Answer batch, string status) => $"""
        <PaymentsAcknowledgement type="info"><OriginalMessageId>11250282</OriginalMessageId><OriginalFilename>{batch.Member("id")}-1.aba</OriginalFilename>
        <UserMessage>Payment status is {status}</UserMessage><Issues><Issue type="290049">Trace account unknown</Issue></Issues></PaymentsAcknowledgement>
        """;

    private static Task<Answer> AcknowledgeAsync(PayoutScenario scenario, Answer batch, string report) => scenario.Network.SendAsync(new Request(
        $"{PayoutScenario.Batches}/{batch.Member("id")}/acknowledgements", Encoding.UTF8.GetBytes(report), scenario.Network.Admin.ToString(),
        Engine.Unique("key-"), "application/xml"));
}
