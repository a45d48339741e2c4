using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Api.Tests.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts.Aba;
using Commission.Domain.Payouts.Calendar;
using Commission.Grains.Payouts;
using Commission.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Commission.Api.Tests.Payouts;

/// <summary>An engine with a payer, a network with one completed deal past its cooling-off, and two payees with verified accounts.</summary>
internal sealed class PayoutScenario : IAsyncDisposable
{
    public const string Batches = "/api/v1/payout-batches";
    public const string GoodAbn = "51824753556";
    private readonly ShiftedClock _clock;
    private Person? _service;

    private PayoutScenario(Engine engine, Network network, ShiftedClock clock) => (Engine, Network, _clock) = (engine, network, clock);

    public Engine Engine { get; }

    public Network Network { get; }

    public DateTimeOffset Now => _clock.GetUtcNow();

    public DateOnly Today => DateOnly.FromDateTime(
        TimeZoneInfo.ConvertTime(_clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(Region.National.ZoneId())).DateTime);

    public DateOnly BusinessDay => BusinessCalendar.OnOrAfter(Region.National, Today)!.Value;

    /// <param name="coolOff">Whether the cooling-off has passed.</param>
    /// <param name="clawback">Whether half of a commission is taken back when a deal ends early.</param>
    /// <param name="emails">Whether people have addresses.</param>
    /// <param name="services">Services of the test's own.</param>
    public static async Task<PayoutScenario> StartAsync(
        bool coolOff = true, bool clawback = false, bool emails = false, Action<IServiceCollection>? services = null)
    {
        var scenario = await StartAsync(new ShiftedClock(), coolOff, services ?? (_ => { }), clawback, emails);
        await scenario.AddAccountsAsync();
        return scenario;
    }

    /// <summary>The same with rules of the test's own.</summary>
    public static async Task<PayoutScenario> StartRuledAsync(Func<Network, Task> rule)
    {
        var scenario = await StartBareAsync(new ShiftedClock(), _ => { }, rule: rule);
        await scenario.AddDealAsync();
        scenario.Advance(TimeSpan.FromDays(20));
        await scenario.AddAccountsAsync();
        return scenario;
    }

    /// <summary>The same without accounts of payees.</summary>
    public static async Task<PayoutScenario> StartAsync(
        ShiftedClock clock, bool coolOff, Action<IServiceCollection> bend, bool clawback = false, bool emails = false)
    {
        var scenario = await StartBareAsync(clock, bend, clawback, emails);
        await scenario.AddDealAsync();
        if (coolOff)
            scenario.Advance(TimeSpan.FromDays(20));
        return scenario;
    }

    private static async Task<PayoutScenario> StartBareAsync(
        ShiftedClock clock, Action<IServiceCollection> bend, bool clawback = false, bool emails = false, Func<Network, Task>? rule = null)
    {
        var engine = await Engine.StartAsync(services =>
        {
            Pay(services.AddSingleton<TimeProvider>(clock));
            bend(services);
        });
        var scenario = new PayoutScenario(engine, await Network.CreateAsync(engine, ruled: !clawback && rule is null, emails), clock);
        if (rule is not null)
            await rule(scenario.Network);
        if (clawback)
            await scenario.RuleWithClawbackAsync();
        return scenario;
    }

    private async Task AddAccountsAsync()
    {
        await AccountAsync(Network.Referrer, "123456", GoodAbn, Network.Agreement);
        await AccountAsync(Network.Upline, "654321", null, null);
    }

    /// <summary>A payer.</summary>
    public static void Pay(IServiceCollection services) => services.Configure<PayerOptions>(payer =>
    {
        (payer.Abn, payer.GstRegistered, payer.Profile) = ("53004085616", true, "nab");
        (payer.UserName, payer.UserNumber, payer.Bsb, payer.AccountNumber) = ("COMMISSION NETWORK PTY LTD", 301_500, "082-001", "12345678");
    });

    /// <summary>Two processes of one cluster, and what <see cref="StartAsync"/> makes, in the first.</summary>
    public static async Task<(PayoutScenario Scenario, Engine Second)> StartTwoAsync()
    {
        var clock = new ShiftedClock();
        var (first, second) = await Engine.StartTwoAsync(bent => Pay(bent.AddSingleton<TimeProvider>(clock)));
        return (new PayoutScenario(first, await Network.CreateAsync(first), clock), second);
    }

    public ValueTask DisposeAsync() => Engine.DisposeAsync();

    public void Advance(TimeSpan time)
    {
        _clock.Advance(time);
        Network.Ahead += time;
    }

    /// <summary>An engine whose only deals settled for these values.</summary>
    public static async Task<PayoutScenario> StartWithAsync(params IReadOnlyList<long> valuesMinor)
    {
        var scenario = await StartBareAsync(new ShiftedClock(), _ => { });
        foreach (var value in valuesMinor)
            await scenario.AddDealAsync(value);
        await scenario.AddAccountsAsync();
        return scenario;
    }

    /// <summary>A deal of a value, completed long ago.</summary>
    public async Task AddDealAsync(long valueMinor)
    {
        _service ??= await Network.ServiceAsync(Network.Referrer, Network.Receiver);
        var bulk = new BulkRequest(Network, _service);
        var line = bulk.Line(Engine.Unique("deal-"), "complete");
        line["settledValueMinor"] = valueMinor;
        var answer = (await bulk.SendAsync([line.ToJsonString()], attestation => attestation["time"] = Network.Text(Now))).Is(200).Lines()[0];
        Assert.True(answer.GetProperty("status").GetString() == "created", answer.ToString());
        await Eventually.BecomesTrueAsync(async () => await Engine.Database.ScalarAsync<long>("select count(*) from outbox") == 0, "the books hold the deal");
    }

    public async Task<Deal> AddDealAsync()
    {
        var deal = await Network.DealAsync(5);
        await deal.WhenBookedAsync(3);
        return deal;
    }

    public Task<Answer> ProposeAsync(Person payee, string number, string? abn = null, string? agreement = null) =>
        Network.PostAsync($"/api/v1/contacts/{payee}/bank-account", new JsonObject
        {
            ["bsb"] = "062-000",
            ["accountNumber"] = number,
            ["title"] = "Ruth O'Neil",
            ["abn"] = abn,
            ["gstRegistered"] = abn is not null,
            ["rctiAgreement"] = agreement,
        }, Network.Admin);

    public Task<Answer> VerifyAsync(Person payee, string commitment, Person by) =>
        Network.PostAsync($"/api/v1/contacts/{payee}/bank-account/verify", new JsonObject { ["commitment"] = commitment }, by);

    public async Task AccountAsync(Person payee, string number, string? abn, string? agreement)
    {
        var proposed = (await ProposeAsync(payee, number, abn, agreement)).Is(200);
        (await VerifyAsync(payee, proposed["proposed"].GetProperty("commitment").GetString()!, Network.Checker)).Is(200);
    }

    /// <summary>The deal ends early: half of its commission is taken back.</summary>
    public async Task ClawBackAsync(Deal deal) => (await Network.PostAsync($"/api/v1/deals/{deal.Id}/clawback", new JsonObject
    {
        ["key"] = Engine.Unique("clawback-"),
        ["reason"] = "cancellation",
        ["on"] = Network.Text(DateOnly.FromDateTime(_clock.GetUtcNow().UtcDateTime)),
    }, Network.Receiver)).Is(200);

    public Task<Answer> DraftAsync(Person payee) => Network.PostAsync(
        Batches, new JsonObject { ["rail"] = "aba", ["currency"] = "AUD", ["payees"] = new JsonArray(payee.ToString()) }, Network.Admin);

    public Task<Answer> DraftAsync(string? key = null) =>
        Network.PostAsync(Batches, new JsonObject { ["rail"] = "aba", ["currency"] = "AUD" }, Network.Admin, key);

    public Task<Answer> MoveAsync(Answer batch, string step, JsonObject? body = null, Person? by = null) =>
        Network.PostAsync($"{Batches}/{batch.Member("id")}/{step}", body ?? [], by ?? Network.Admin);

    public Task<Answer> ApproveAsync(Answer batch, Person? by = null) =>
        MoveAsync(batch, "approve", new JsonObject { ["hash"] = batch.Member("hash") }, by ?? Network.Checker);

    public Task<Answer> SubmitAsync(Answer batch, DateOnly? on = null) =>
        MoveAsync(batch, "submit", new JsonObject { ["processOn"] = Network.Text(on ?? BusinessDay) });

    public async Task<Answer> SubmittedAsync(Person? payee = null)
    {
        var batch = (await (payee is null ? DraftAsync() : DraftAsync(payee))).Is(201);
        (await ApproveAsync(batch)).Is(200);
        return (await SubmitAsync(batch)).Is(200);
    }

    public async Task<byte[]> FileAsync(Answer batch, int part = 1)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Engine.Address) };
        http.DefaultRequestHeaders.Add("X-Acting-Contact", Network.Admin.ToString());
        return await http.GetByteArrayAsync(new Uri($"{Batches}/{batch.Member("id")}/files/{part}", UriKind.Relative));
    }

    public async Task<JsonElement> BalanceAsync(Person payee)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Engine.Address) };
        http.DefaultRequestHeaders.Add("X-Acting-Contact", Network.Admin.ToString());
        using var read = JsonDocument.Parse(await http.GetStringAsync(new Uri($"/api/v1/contacts/{payee}/payouts", UriKind.Relative)));
        return read.RootElement[0].Clone();
    }

    /// <summary>The bank's returns file for one item; the item is back.</summary>
    public async Task ReturnAsync(Answer batch, Person payee, int attempt = 1)
    {
        var reference = Item(batch, payee).GetProperty("reference").GetString()! + (attempt > 1 ? $"R{attempt}" : "");
        var returns = ReturnOf(await FileAsync(batch, attempt), reference, '3');
        (await Network.SendAsync(new Request(
            $"{Batches}/{batch.Member("id")}/returns", returns, Network.Admin.ToString(), Engine.Unique("key-"), "text/plain"))).Is(200);
    }

    /// <summary>The papers of a batch once there are so many, in the order of issue.</summary>
    public async Task<IReadOnlyList<JsonElement>> DocumentsAsync(Answer batch, int count)
    {
        IReadOnlyList<JsonElement> documents = [];
        await Eventually.BecomesTrueAsync(
            async () => (documents = (await Network.GetAsync($"{Batches}/{batch.Member("id")}/documents", Network.Admin)).Items).Count == count,
            $"{batch.Member("id")} has {count} papers");
        return [.. documents.OrderBy(document => document.GetProperty("issuedAt").GetDateTimeOffset()).ThenBy(document => document.GetProperty("number").GetString())];
    }

    private async Task RuleWithClawbackAsync()
    {
        var rules = Network.Rules("2015-01-01", "0.65");
        rules["products"]![Network.Product]!["components"]![0]!["clawback"] =
            JsonNode.Parse("""{"kind":"cliffs","steps":[{"beforeMonths":24,"percent":"50"}]}""");
        await Network.ApproveAsync((await Network.PostAsync($"/api/v1/verticals/{Network.Vertical}/rule-sets", rules, Network.Admin)).Is(201).Member("id")!);
    }

    /// <summary>The ledger's balance of an account, debits less credits.</summary>
    public async Task<long> LedgerAsync(string account) => await Engine.Database.ScalarAsync<long>(
        $"select coalesce((select a.balance from book_account a join book_head h on h.id = a.book_id where h.book = 'ledger' and a.name = '{account}'), 0)");

    /// <summary>Where a member's first accrual stands in the ledger.</summary>
    public async Task<long> PlaceAsync(Person member) => await Engine.Database.ScalarAsync<long>($"""
        select e.sequence from book_entry e join book_account a on a.book_id = e.book_id and a.id = e.credit
        where e.kind = 1 and a.name = '{Accounts.Payable(member.Id)}' order by e.sequence limit 1
        """);

    public Task WhenLedgerIsAsync(string account, long minor) =>
        Eventually.BecomesTrueAsync(async () => await LedgerAsync(account) == minor, $"{account} is {minor}");

    public static JsonElement Item(Answer batch, Person payee) =>
        batch["items"].EnumerateArray().Single(item => item.GetProperty("payee").GetString() == payee.ToString());

    /// <summary>A returns file of one payment, as a bank sends it.</summary>
    public static byte[] ReturnOf(byte[] file, string reference, char reason) => Bank.ReturnsOf(
        file, [Bank.Payment(Bank.Records(file).Single(line => line.StartsWith('1') && line.Contains(reference, StringComparison.Ordinal)))], reason);

    public static AbaDocument Read(byte[] file) => AbaReader.Read(file) is ({ } document, null) ? document : throw new InvalidDataException("No direct entry file.");
}
