using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Api.Tests.Payouts;
using Commission.Domain.Ledger;
using Commission.Grains.Notifications;
using Commission.Testing;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace Commission.Api.Tests.Notifications;

/// <summary>Messages to people, over a real mail conversation or into the maildrop: told once, tried again, never in a command's way.</summary>
public sealed class NotificationTests
{
    private const string Notifications = "/api/v1/notifications";

    private static Task<PayoutScenario> StartAsync(MailServer mail, bool emails = true) => PayoutScenario.StartAsync(emails: emails, services: services =>
        services.Configure<NotificationOptions>(options =>
        {
            (options.Smtp.Host, options.Smtp.Port, options.Smtp.Tls, options.Smtp.TimeoutSeconds) = ("127.0.0.1", mail.Port, SmtpTls.None, 2);
            (options.From, options.Staff, options.PublicUrl) = ("Network <no-reply@example.org>", "staff@example.org", "https://commission.example.org/");
        }));

    [Fact]
    public async Task Papers_returns_and_links_reach_the_people_they_are_for()
    {
        await using var mail = new MailServer();
        await using var scenario = await StartAsync(mail);
        var network = scenario.Network;
        var batch = await scenario.SubmittedAsync();
        await scenario.DocumentsAsync(batch, 2);
        await scenario.ReturnAsync(batch, network.Upline);

        var papers = await TakenAsync(mail, "Your payout: RCTI-000001");
        Assert.Equal(network.Referrer.Email, papers.To);
        Assert.Contains("2,831.41 AUD", papers.Message.TextBody, StringComparison.Ordinal);
        Assert.Contains("https://commission.example.org/api/v1/documents/", papers.Message.HtmlBody, StringComparison.Ordinal);
        var returned = await TakenAsync(mail, "Your payout came back");
        Assert.Equal(network.Upline.Email, returned.To);
        Assert.Contains("Account closed", returned.Message.TextBody, StringComparison.Ordinal);
        Assert.Contains("CAN-000001", returned.Message.TextBody, StringComparison.Ordinal);

        // The scenario's deal gave its client two links; a new one gives the first of its own, and it works.
        var deal = network.NewDeal();
        (await deal.SignAsync("H1")).Is(201);
        await Eventually.BecomesTrueAsync(() => Task.FromResult(mail.Taken.Any(taken =>
            taken.To == network.Client.Email && taken.Message.TextBody!.Contains(deal.Link!, StringComparison.Ordinal))), "the client has its link");
        (await deal.SignByLinkAsync("H2", network.Client.WithNewKey(), deal.Link)).Is(200);
        var listed = (await network.GetAsync($"{Notifications}?kind=client-link&contact={network.Client}", network.Admin)).Items;
        Assert.Equal(3, listed.Count);
        Assert.All(listed, one => Assert.DoesNotContain("mlt_", one.ToString(), StringComparison.Ordinal));
        Assert.Equal(0, await scenario.Engine.Database.ScalarAsync<long>("select count(*) from notification where position('mlt_' in convert_from(facts, 'UTF8')) > 0"));
    }

    /// <summary>The first attempt's fault, where the message stands after it, and how often the server has it in the end.</summary>
    [Theory]
    [InlineData(MailFault.NotNow, "queued", 1)]
    [InlineData(MailFault.DropsBeforeData, "queued", 1)]
    [InlineData(MailFault.DropsAfterData, "queued", 2)]
    [InlineData(MailFault.Hangs, "queued", 1)]
    [InlineData(MailFault.Refused, "failed", 1)]
    public async Task What_was_not_taken_comes_again_under_the_same_id(object fault, string state, int copies)
    {
        await using var mail = new MailServer();
        await using var scenario = await StartAsync(mail);
        var network = scenario.Network;
        await DeliveredAsync(scenario, 2);
        mail.Next((MailFault)fault);
        (await network.NewDeal().SignAsync("H1")).Is(201);

        var open = await OneAsync(scenario, one => one.GetProperty("state").GetString() == state && one.GetProperty("problem").ValueKind == JsonValueKind.String);
        var id = open.GetProperty("id").GetString()!;
        if (state == "failed")
            Assert.Equal("queued", (await RetryAsync(scenario, id)).Is(200).Member("state"));
        else
            await scenario.Engine.Database.ScalarAsync<long>("update notification set due_at = now() where state = 1 returning 1::bigint");

        await DeliveredAsync(scenario, 3);
        Assert.Equal(copies, mail.Taken.Count(taken => taken.Message.MessageId == $"{id}@example.org"));
        Assert.Equal("delivered", (await RetryAsync(scenario, id)).Is(200).Member("state"));
    }

    [Fact]
    public async Task A_mail_server_that_hangs_holds_up_no_command()
    {
        await using var mail = new MailServer { IsHanging = true };
        await using var scenario = await StartAsync(mail);
        await Eventually.BecomesTrueAsync(() => Task.FromResult(mail.Visits > 0), "somebody waits for the mail server");

        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 10; i++)
            (await scenario.Network.NewDeal().SignAsync("H1")).Is(201);
        var batch = await scenario.SubmittedAsync();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"commands took {clock.Elapsed}");
        await scenario.DocumentsAsync(batch, 2);

        mail.IsHanging = false;
        await Eventually.BecomesTrueAsync(async () =>
        {
            await scenario.Engine.Database.ScalarAsync<long>("with due as (update notification set due_at = least(due_at, now()) where state = 1 returning 1) select count(*) from due");
            return await scenario.Engine.Database.ScalarAsync<long>("select count(*) from notification where state = 2") == 14;
        }, "all was delivered");
    }

    [Fact]
    public async Task Without_a_mail_server_messages_lie_in_the_maildrop_whole_and_once()
    {
        await using var scenario = await PayoutScenario.StartAsync(emails: true);
        await scenario.DocumentsAsync(await scenario.SubmittedAsync(), 2);
        await DeliveredAsync(scenario, 4);

        var files = Directory.GetFiles(Path.Combine(scenario.Engine.Maildrop, "new"), "*.eml");

        Assert.Equal(4, files.Length);
        Assert.Empty(Directory.GetFiles(Path.Combine(scenario.Engine.Maildrop, "tmp")));
        var messages = files.Select(file => MimeMessage.Load(file)).ToList();
        Assert.Contains(messages, message => message.Subject == "Your payout: RCTI-000001" && message.To.ToString().Contains(scenario.Network.Referrer.Email!, StringComparison.Ordinal));
        await scenario.Engine.Database.ScalarAsync<long>(
            "with again as (update notification set state = 1, due_at = now() returning 1) select count(*) from again");
        await DeliveredAsync(scenario, 4);
        Assert.Equal(4, Directory.GetFiles(Path.Combine(scenario.Engine.Maildrop, "new")).Length);
    }

    [Fact]
    public async Task Who_has_no_address_is_shown_with_the_reason()
    {
        await using var mail = new MailServer();
        await using var scenario = await StartAsync(mail, emails: false);

        var one = await OneAsync(scenario, one => one.GetProperty("state").GetString() == "undeliverable");

        Assert.Equal("The contact has no email address.", one.GetProperty("problem").GetString());
        Assert.Equal(0, mail.Visits);
        var ran = (await scenario.Engine.CommissionAsync("notifications", "list", "--state", "undeliverable", "--as", scenario.Network.Admin.ToString())).Ended(0);
        Assert.Contains("client-link", ran.Output, StringComparison.Ordinal);
        ran = (await scenario.Engine.CommissionAsync(
            "notifications", "retry", one.GetProperty("id").GetString()!, "--as", scenario.Network.Admin.ToString())).Ended(0);
        Assert.Contains(" is ", ran.Output, StringComparison.Ordinal);
        await OneAsync(scenario, again => again.GetProperty("id").ToString() == one.GetProperty("id").ToString() && again.GetProperty("state").GetString() == "undeliverable");
    }

    [Fact]
    public async Task Only_staff_looks_and_a_wrong_filter_is_refused_by_name()
    {
        await using var scenario = await PayoutScenario.StartAsync(coolOff: false);
        var network = scenario.Network;

        (await network.GetAsync(Notifications, network.Referrer)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await network.GetAsync($"{Notifications}?state=lost", network.Admin)).IsRefused(400, "INVALID_FIELD", "state");
        (await network.GetAsync($"{Notifications}?kind=1", network.Admin)).IsRefused(400, "INVALID_FIELD", "kind");
        (await network.GetAsync($"{Notifications}?contact=x", network.Admin)).IsRefused(400, "INVALID_FIELD", "contact");
        (await RetryAsync(scenario, "notification_00000000000000000000000000")).IsRefused(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_decision_reaches_the_member_and_a_late_dispute_the_staff()
    {
        await using var mail = new MailServer();
        await using var scenario = await StartAsync(mail);
        var (network, member) = (scenario.Network, scenario.Network.Referrer);
        var place = await scenario.Engine.Database.ScalarAsync<long>(
            $"select e.sequence from book_entry e join book_account a on a.book_id = e.book_id and a.id = e.credit where a.name = '{Accounts.Payable(member.Id)}' and e.kind = 1");
        var opened = (await network.PostAsync("/api/v1/disputes", new JsonObject
        {
            ["member"] = member.ToString(),
            ["entries"] = new JsonArray(place),
            ["reason"] = "wrong_amount",
            ["text"] = "It should be more.",
            ["region"] = "NSW",
        }, member)).Is(201);
        scenario.Advance(TimeSpan.FromDays(40));

        var late = await TakenAsync(mail, "A dispute is late");
        Assert.Equal("staff@example.org", late.To);
        Assert.Contains(opened.Member("id")!, late.Message.TextBody, StringComparison.Ordinal);
        foreach (var (step, body) in new (string, JsonObject)[]
        {
            ("assign", new JsonObject { ["assignee"] = network.Admin.ToString() }), ("review", []),
            ("decide", new JsonObject { ["outcome"] = "rejected", ["text"] = "It is right." }),
        })
            (await network.PostAsync($"/api/v1/disputes/{opened.Member("id")}/{step}", body, network.Admin)).Is(200);
        var decided = await TakenAsync(mail, "Your dispute was decided: rejected");
        Assert.Equal(member.Email, decided.To);
        Assert.Single(mail.Taken, taken => taken.Message.Subject == "A dispute is about to be late");
    }

    private static Task<Answer> RetryAsync(PayoutScenario scenario, string id) =>
        scenario.Network.PostAsync($"{Notifications}/{id}/retry", new JsonObject(), scenario.Network.Admin);

    private static async Task<(string To, MimeMessage Message)> TakenAsync(MailServer mail, string subject)
    {
        await Eventually.BecomesTrueAsync(() => Task.FromResult(mail.Taken.Any(taken => taken.Message.Subject == subject)), $"'{subject}' was taken");
        return mail.Taken.First(taken => taken.Message.Subject == subject);
    }

    private static async Task<JsonElement> OneAsync(PayoutScenario scenario, Func<JsonElement, bool> isIt)
    {
        JsonElement? found = null;
        await Eventually.BecomesTrueAsync(async () =>
        {
            var items = (await scenario.Network.GetAsync(Notifications, scenario.Network.Admin)).Items;
            found = items.Where(isIt).Select(one => (JsonElement?)one).FirstOrDefault();
            return found is not null;
        }, "there is such a message");
        return found!.Value;
    }

    private static Task DeliveredAsync(PayoutScenario scenario, int count) => Eventually.BecomesTrueAsync(
        async () => await scenario.Engine.Database.ScalarAsync<long>("select count(*) from notification where state = 2") == count, $"{count} messages were delivered");
}
