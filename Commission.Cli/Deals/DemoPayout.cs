using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Cli.Http;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Payouts.Aba;
using Commission.Domain.Payouts.Calendar;

namespace Commission.Cli.Deals;

/// <summary>Money out: what the referrer earned leaves in a bank file, to which two people agreed.</summary>
internal sealed class DemoPayout(ApiClient api, string run, TimeProvider time, Action<string, bool> check, TextWriter output)
{
    private const string Batches = "api/v1/payout-batches";
    private const string AccountNumber = "12345678";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private int _steps;

    /// <summary>Pays the payee, unless nobody is configured who could pay.</summary>
    /// <param name="payee">Who is paid.</param>
    /// <param name="maker">Who drafts.</param>
    /// <param name="approver">Who verifies and approves.</param>
    /// <param name="earnedMinor">What the payee is owed by the demo's own calculation.</param>
    /// <param name="cancellation">Stops it between steps.</param>
    public async Task RunAsync(DemoPerson payee, string maker, string approver, long earnedMinor, CancellationToken cancellation)
    {
        await VerifyAccountAsync(payee, maker, approver, cancellation);
        var draft = await PostAsync(Batches, maker, cancellation, ("rail", "aba"), ("currency", "AUD"), ("payees", new JsonArray(payee.Id.ToString())));
        var batch = $"{Batches}/{draft.GetProperty("id").GetString()}";
        await output.WriteLineAsync($"A batch is drafted: ${Money.Decimal(earnedMinor, 2)} for {payee.Name}, bound by the hash {draft.GetProperty("hash").GetString()![..12]}.");
        check("the batch pays what the demo calculated, to the cent", draft.GetProperty("payMinor").GetInt64() == earnedMinor);
        check("who drafted it may not approve it", await IsRefusedAsync(() => ApproveAsync(batch, draft, maker, cancellation), RefusalCodes.MakerIsChecker));
        await ApproveAsync(batch, draft, approver, cancellation);
        try
        {
            await PostAsync($"{batch}/submit", maker, cancellation, ("processOn", $"{ProcessOn:yyyy-MM-dd}"));
        }
        catch (ApiProblemException refused) when (refused.Code == RefusalCodes.RailNotConfigured)
        {
            await PostAsync($"{batch}/cancel", maker, cancellation, ("reason", "The demo ends here."));
            await output.WriteLineAsync("Nobody is configured who pays (Commission:Payer, docs/payouts.md), so the batch is cancelled.");
            return;
        }
        await CheckFileAsync(batch, payee, maker, earnedMinor, cancellation);
        await CheckPaperAsync(batch, payee, maker, cancellation);
        await PostAsync($"{batch}/confirm", maker, cancellation);
        await PostAsync($"{batch}/settle", maker, cancellation);
        await CheckStandingAsync(payee, earnedMinor, cancellation);
    }

    private async Task VerifyAccountAsync(DemoPerson payee, string maker, string approver, CancellationToken cancellation)
    {
        var path = $"api/v1/contacts/{payee.Id}/bank-account";
        var proposed = await PostAsync(
            path, maker, cancellation, ("bsb", "062-000"), ("accountNumber", AccountNumber), ("title", payee.Name), ("abn", "51824753556"));
        var commitment = proposed.GetProperty("proposed").GetProperty("commitment").GetString()!;
        await PostAsync($"{path}/verify", approver, cancellation, ("commitment", commitment));
    }

    private Task<JsonElement> ApproveAsync(string batch, JsonElement draft, string by, CancellationToken cancellation) =>
        PostAsync($"{batch}/approve", by, cancellation, ("hash", draft.GetProperty("hash").GetString()!));

    private async Task CheckFileAsync(string batch, DemoPerson payee, string maker, long earnedMinor, CancellationToken cancellation)
    {
        await WhenAsync(batch, maker, shown => shown.GetProperty("files").GetArrayLength() > 0, cancellation);
        var bytes = await GetAsync($"{batch}/files/1", maker, cancellation);
        await output.WriteLineAsync($"The bank file of {ProcessOn:yyyy-MM-dd}:");
        foreach (var line in Encoding.ASCII.GetString(bytes).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
            await output.WriteLineAsync($"    {line.TrimEnd()}");
        var paid = AbaReader.Read(bytes).Document?.Details.Where(detail => detail.Code == 50).ToList() ?? [];
        check($"the file pays {payee.Name} once, the whole, into the account that was verified",
            paid is [var only] && (only.Account.Trim(), only.AmountMinor) == (AccountNumber, earnedMinor));
        var again = await GetAsync($"{batch}/files/1", maker, cancellation);
        check("the file is the same to the byte whenever it is fetched", bytes.AsSpan().SequenceEqual(again));
    }

    private async Task CheckPaperAsync(string batch, DemoPerson payee, string maker, CancellationToken cancellation)
    {
        var papers = await WhenAsync($"{batch}/documents", maker, shown => shown.GetProperty("items").GetArrayLength() > 0, cancellation);
        if (papers.GetProperty("items").GetArrayLength() == 0)
        {
            check($"{payee.Name} gets a paper", false);
            return;
        }
        var paper = papers.GetProperty("items")[0];
        var pdf = await GetAsync($"api/v1/documents/{paper.GetProperty("id").GetString()}/pdf", maker, cancellation);
        check($"{payee.Name} gets {paper.GetProperty("number").GetString()}, whose PDF has the hash that was stored",
            Convert.ToHexStringLower(SHA256.HashData(pdf)) == paper.GetProperty("pdfHash").GetString());
    }

    private async Task CheckStandingAsync(DemoPerson payee, long earnedMinor, CancellationToken cancellation)
    {
        static JsonElement Of(JsonElement balances) => balances.EnumerateArray().Single(balance => balance.GetProperty("currency").GetString() == "AUD");
        static long Minor(JsonElement balances, string name) => Of(balances).GetProperty(name).GetInt64();
        var standing = await WhenAsync(
            $"api/v1/contacts/{payee.Id}/payouts", payee.Id.ToString(), shown => Minor(shown, "paidMinor") == earnedMinor && Minor(shown, "owedMinor") == 0,
            cancellation);
        await output.WriteLineAsync("The bank has paid, and the batch is settled.");
        check("the ledger owes nothing more, and knows it as paid", (Minor(standing, "owedMinor"), Minor(standing, "paidMinor")) == (0, earnedMinor));
    }

    private static async Task<bool> IsRefusedAsync(Func<Task> step, string code)
    {
        try
        {
            await step();
            return false;
        }
        catch (ApiProblemException refused)
        {
            return refused.Code == code;
        }
    }

    private DateOnly ProcessOn => BusinessCalendar.OnOrAfter(Region.National, DateOnly.FromDateTime(
        TimeZoneInfo.ConvertTime(time.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(Region.National.ZoneId())).DateTime))!.Value;

    /// <summary>What was shown last, which is what was waited for unless patience ended.</summary>
    private async Task<JsonElement> WhenAsync(string path, string actor, Func<JsonElement, bool> isSo, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            using var shown = JsonDocument.Parse(await GetAsync(path, actor, cancellation));
            if (isSo(shown.RootElement) || time.GetElapsedTime(start) > Patience)
                return shown.RootElement.Clone();
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation);
        }
    }

    private async Task<byte[]> GetAsync(string path, string actor, CancellationToken cancellation) =>
        (await api.SendAsync(ApiRequest.Get(path) with { ActingContact = actor }, cancellation)).Body;

    private async Task<JsonElement> PostAsync(string path, string actor, CancellationToken cancellation, params (string Name, JsonNode Value)[] members)
    {
        var body = new JsonObject(members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)member.Value)));
        return (await api.SendAsync(ApiRequest.Post(path, body, $"demo:{run}:payout-{++_steps}", actor), cancellation)).Json();
    }
}
