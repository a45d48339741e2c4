using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Cli.Http;
using Commission.Cli.Rules;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Rules;

namespace Commission.Cli.Deals;

/// <summary>What the demo claims, and whether it held.</summary>
internal readonly record struct DemoCheck(string Claim, bool Held);

/// <summary>
/// The demo's plot. Nothing the server says is taken on trust: hashes, signatures and amounts are computed here again.
/// </summary>
internal sealed class DemoStory(ApiClient api, TextWriter output, TimeProvider time) : IDisposable
{
    private const string Vertical = "DEMO";
    private const string Product = "HOME_LOAN";
    private const long SettledValueMinor = 65_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly string _run = Guid.NewGuid().ToString("n");
    private readonly List<DemoCheck> _checks = [];
    private readonly List<DemoPerson> _people = [];

    public void Dispose() => _people.ForEach(person => person.Dispose());

    public async Task<IReadOnlyList<DemoCheck>> RunAsync(CancellationToken cancellation)
    {
        await TellAsync("Four people join: an upline, the member who refers, the member who receives, and a client.");
        var operators = await JoinAsync("INTERNAL", "Olive Operator", null, true, cancellation);
        var upline = await JoinAsync("MEMBER", "Uma Upline", null, true, cancellation);
        var referrer = await JoinAsync("MEMBER", "Rita Referrer", upline.Id, true, cancellation);
        var receiver = await JoinAsync("MEMBER", "Ravi Receiver", null, true, cancellation);
        var client = await JoinAsync("CUSTOMER", "Clara Client", null, false, cancellation);
        var approver = await RuleSetSteps.ApproverAsync(api, $"Ann Approver {_run}", cancellation);
        var rules = await RulesAsync(operators, approver, cancellation);
        await TellAsync($"The rate card in force: {rules.Hash.ToString()[..12]}, 0.65 % of the deal value plus $50, split 80/20, platform 1 %, payable at once.");

        var chain = new DemoChain(api, _run, time, Check, output);
        var deal = await chain.ReferAsync(referrer, upline, receiver, client, Vertical, Product, cancellation);
        await chain.AcknowledgeAsync(client, cancellation);
        await chain.IntakeAsync(receiver, cancellation);
        await chain.SettleAsync(receiver, SettledValueMinor, cancellation);
        await chain.CompleteAsync(client, cancellation);
        var earned = await CheckDealAsync(deal, chain, rules, referrer, receiver, upline, cancellation);
        await new DemoPayout(api, _run, time, Check, output).RunAsync(referrer, operators.Id.ToString(), approver, earned, cancellation);
        await CheckMessagesAsync([client, referrer], operators, cancellation);
        await TellAsync($"Check all books, and then the checks: commission guarantees --full --as {operators.Id}, and --self-test in place of --full.");
        return _checks;
    }

    private async Task<DemoPerson> JoinAsync(string type, string name, ContactId? upline, bool registerKey, CancellationToken cancellation)
    {
        var person = await DemoPerson.JoinAsync(api, _run, type, name, upline, registerKey, cancellation);
        _people.Add(person);
        return person;
    }

    /// <summary>The demo's own vertical, made by the first demo and found by later ones.</summary>
    private async Task<RuleSetDocument> RulesAsync(DemoPerson operators, string approver, CancellationToken cancellation)
    {
        var document = Encoding.UTF8.GetBytes($$"""
            {"schema":"commission/rule-set/v1","vertical":"{{Vertical}}","effectiveFrom":"2020-01-01","currency":"AUD",
             "governingAgreement":"Demo referral agreement","platformFeePercent":"1","coolingOffDays":0,"products":{"{{Product}}":{"components":[
              {"name":"upfront","shape":"percent","basis":"deal_value","ratePercent":"0.65","split":[{"party":"referrer","weight":80},{"party":"upline","weight":20}]},
              {"name":"bounty","shape":"flat","basis":"deal","amountMinor":5000,"split":[{"party":"referrer","weight":1}]}]
              } } }
            """);
        if (await api.FindAsync($"api/v1/verticals/{Vertical}", cancellation) is null)
        {
            var vertical = new JsonObject
            {
                ["code"] = Vertical,
                ["name"] = "Demo",
                ["products"] = new JsonArray(new JsonObject { ["code"] = Product, ["name"] = "Home loan" }),
            };
            await api.SendAsync(ApiRequest.Post("api/v1/verticals", vertical, $"demo:{_run}:vertical", operators.Id.ToString()), cancellation);
        }
        await new RuleSetSteps(api, $"demo:{_run}", operators.Id.ToString()).EnsureApprovedAsync(Vertical, document, approver, cancellation);
        return RuleSetReader.Read(document).Document!;
    }

    /// <summary>What people were told, as staff sees it: without addresses and links.</summary>
    private async Task CheckMessagesAsync(IReadOnlyList<DemoPerson> people, DemoPerson operators, CancellationToken cancellation)
    {
        await TellAsync("Messages, by mail or, without a mail server, as files in maildrop/new of the data directory:");
        foreach (var person in people)
        {
            var request = ApiRequest.Get($"api/v1/notifications?contact={person.Id}") with { ActingContact = operators.Id.ToString() };
            var page = await WaitAsync(request, page => Items(page).TrueForAll(message => Text(message, "state") != "queued"), cancellation);
            var messages = Items(page);
            foreach (var message in messages)
                await TellAsync($"    {Text(message, "kind"),-20} to {person.Name}: {Text(message, "state")}, {Text(message, "id")}.eml");
            Check($"{person.Name} was sent a message", messages.Count > 0);
        }
    }

    /// <returns>What the referrer earned, in cents.</returns>
    private async Task<long> CheckDealAsync(
        DealId deal, DemoChain chain, RuleSetDocument rules, DemoPerson referrer, DemoPerson receiver, DemoPerson upline, CancellationToken cancellation)
    {
        var expected = Calculator.Calculate(rules, new CalculationFacts(
            Product, Currency.Aud, SettledValueMinor, new Dictionary<string, long>(StringComparer.Ordinal),
            new Dictionary<Party, ContactId> { [Party.Referrer] = referrer.Id, [Party.Receiver] = receiver.Id, [Party.Upline] = upline.Id }));
        var detail = await WaitForEntriesAsync(deal, expected.Accruals.Count, cancellation);
        await TellAsync("The chain is complete; the ledger has:");
        var entries = detail.GetProperty("entries").EnumerateArray().ToList();
        foreach (var entry in entries)
            await output.WriteLineAsync($"    {Amount(entry),12}  {Account(entry, "debit")} → {Account(entry, "credit")}   leaf {entry.GetProperty("leafHash").GetString()![..12]}");

        Check("the entries are those that the rules give, to the cent", entries.Count == expected.Accruals.Count
            && entries.Zip(expected.Accruals).All(pair => Minor(pair.First) == pair.Second.AmountMinor && Account(pair.First, "credit") == CreditOf(pair.Second)));
        Check("every entry names the rule set, the facts and the explanation", entries.TrueForAll(entry =>
            Text(entry, "ruleHash") == rules.Hash.ToString() && Text(entry, "factsHash") == expected.FactsHash.ToString()
            && Text(entry, "explanationHash") == expected.ExplanationHash.ToString()));
        Check("the explanation shown is the one that was hashed", detail.GetProperty("explanation") is { ValueKind: JsonValueKind.Object } explanation
            && CanonicalJson.Canonicalize(explanation).AsSpan().SequenceEqual(expected.Explanation));
        Check("nothing is missing from anyone", detail.GetProperty("missing").ValueKind == JsonValueKind.Null);
        Check("the five handshakes shown are the five signed here", detail.GetProperty("handshakes").EnumerateArray()
            .Select(step => Text(step, "hash")).SequenceEqual(chain.Hashes.Select(hash => hash.ToString())));
        await CheckOnceAsync(chain, deal, entries.Count, cancellation);
        return expected.Accruals.Where(accrual => accrual.Payee == referrer.Id).Sum(accrual => accrual.AmountMinor);
    }

    /// <summary>The last handshake again, with the same key: the same bytes, and no cent more.</summary>
    private async Task CheckOnceAsync(DemoChain chain, DealId deal, int entries, CancellationToken cancellation)
    {
        var again = await api.SendAsync(chain.LastRequest!, cancellation);
        Check("the same request again gets the same bytes, marked as a replay", again.IsReplayed && again.Body.AsSpan().SequenceEqual(chain.LastAnswer));
        var detail = (await api.SendAsync(ApiRequest.Get($"api/v1/deals/{deal}"), cancellation)).Json();
        Check("and each cent is there once", detail.GetProperty("entries").GetArrayLength() == entries);
    }

    private Task<JsonElement> WaitForEntriesAsync(DealId deal, int count, CancellationToken cancellation) =>
        WaitAsync(ApiRequest.Get($"api/v1/deals/{deal}"), detail => detail.GetProperty("entries").GetArrayLength() >= count, cancellation);

    private async Task<JsonElement> WaitAsync(ApiRequest request, Func<JsonElement, bool> isSo, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var answer = (await api.SendAsync(request, cancellation)).Json();
            if (isSo(answer) || time.GetElapsedTime(start) > Patience)
                return answer;
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation);
        }
    }

    private static List<JsonElement> Items(JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];

    private static string CreditOf(Accrual accrual) =>
        accrual.Party == Party.Platform ? Accounts.PlatformFee : Accounts.Payable(accrual.Payee!.Value);

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;

    private static long Minor(JsonElement entry) => entry.GetProperty("amountMinor").GetInt64();

    private static string Amount(JsonElement entry) => "$" + Money.Decimal(Minor(entry), 2);

    private static string Account(JsonElement entry, string side) => entry.GetProperty(side).GetProperty("account").GetString()!;

    private Task TellAsync(string text) => output.WriteLineAsync(text);

    private void Check(string claim, bool held)
    {
        _checks.Add(new DemoCheck(claim, held));
        output.WriteLine($"  {(held ? "✓" : "✗ FAILED:")} {claim}");
    }
}
