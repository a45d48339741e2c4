using System.Text.Json;
using System.Text.Json.Nodes;
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

    private PayoutScenario(Engine engine, Network network, ShiftedClock clock) => (Engine, Network, _clock) = (engine, network, clock);

    public Engine Engine { get; }

    public Network Network { get; }

    public DateTimeOffset Now => _clock.GetUtcNow();

    public DateOnly Today => DateOnly.FromDateTime(
        TimeZoneInfo.ConvertTime(_clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(Region.National.ZoneId())).DateTime);

    public DateOnly BusinessDay => BusinessCalendar.OnOrAfter(Region.National, Today)!.Value;

    /// <param name="coolOff">Whether the cooling-off has passed.</param>
    public static async Task<PayoutScenario> StartAsync(bool coolOff = true)
    {
        var scenario = await StartAsync(new ShiftedClock(), coolOff, _ => { });
        await scenario.AccountsAsync();
        return scenario;
    }

    /// <summary>The same with rules of the test's own.</summary>
    public static async Task<PayoutScenario> StartAsync(Func<Network, Task> rule)
    {
        var scenario = await StartAsync(new ShiftedClock(), coolOff: true, _ => { }, rule);
        await scenario.AccountsAsync();
        return scenario;
    }

    private async Task AccountsAsync()
    {
        await AccountAsync(Network.Referrer, "123456", GoodAbn, Network.Agreement);
        await AccountAsync(Network.Upline, "654321", null, null);
    }

    /// <summary>The same without accounts of payees.</summary>
    public static async Task<PayoutScenario> StartAsync(ShiftedClock clock, bool coolOff, Action<IServiceCollection> bend, Func<Network, Task>? rule = null)
    {
        var engine = await Engine.StartAsync(services =>
        {
            services.AddSingleton<TimeProvider>(clock).Configure<PayerOptions>(payer =>
            {
                (payer.Abn, payer.GstRegistered, payer.Profile) = ("53004085616", true, "nab");
                (payer.UserName, payer.UserNumber, payer.Bsb, payer.AccountNumber) = ("COMMISSION NETWORK PTY LTD", 301_500, "082-001", "12345678");
            });
            bend(services);
        });
        var scenario = new PayoutScenario(engine, await Network.CreateAsync(engine, ruled: rule is null), clock);
        if (rule is not null)
            await rule(scenario.Network);
        await scenario.AddDealAsync();
        if (coolOff)
            clock.Advance(TimeSpan.FromDays(20));
        return scenario;
    }

    public ValueTask DisposeAsync() => Engine.DisposeAsync();

    public void Advance(TimeSpan time) => _clock.Advance(time);

    public async Task AddDealAsync() => await (await Network.DealAsync(5)).WhenBookedAsync(3);

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

    public Task<Answer> DraftAsync(string? key = null) =>
        Network.PostAsync(Batches, new JsonObject { ["rail"] = "aba", ["currency"] = "AUD" }, Network.Admin, key);

    public Task<Answer> MoveAsync(Answer batch, string step, JsonObject? body = null, Person? by = null) =>
        Network.PostAsync($"{Batches}/{batch.Member("id")}/{step}", body ?? [], by ?? Network.Admin);

    public Task<Answer> ApproveAsync(Answer batch, Person? by = null) =>
        MoveAsync(batch, "approve", new JsonObject { ["hash"] = batch.Member("hash") }, by ?? Network.Checker);

    public Task<Answer> SubmitAsync(Answer batch, DateOnly? on = null) =>
        MoveAsync(batch, "submit", new JsonObject { ["processOn"] = Network.Text(on ?? BusinessDay) });

    public async Task<Answer> SubmittedAsync()
    {
        var batch = (await DraftAsync()).Is(201);
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
