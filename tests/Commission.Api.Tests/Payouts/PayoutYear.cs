using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Api.Tests.Deals;
using Commission.Domain.Payouts.Calendar;
using Commission.Grains.Payouts;
using Commission.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Commission.Api.Tests.Payouts;

/// <summary>A payee of the simulated year, with what it should have earned by a calculation that knows nothing of the engine.</summary>
internal sealed class YearPayee(string id, int number)
{
    public string Id => id;

    /// <summary>As the bank knows it; another one after it changed.</summary>
    public List<string> Accounts { get; } = [AccountOf(number)];

    public long EarnedMinor { get; set; }

    public static string AccountOf(int number) => (1_000_000 + number).ToString(CultureInfo.InvariantCulture);
}

/// <summary>A complete deal of the year.</summary>
internal sealed record YearDeal(string Id, YearPayee Referrer, long ReferrerMinor, YearPayee Upline, long UplineMinor);

/// <summary>
/// Thousands of payees through months of deals, clawbacks, disputes, payouts, returns, rejected files, changed accounts and restarts, by a
/// seed. The bank is outside: what it paid is known from the bytes of the files alone.
/// </summary>
internal sealed class PayoutYear : IAsyncDisposable
{
    private const int Parallel = 32;
    private const string Rule = """
        {"name":"upfront","shape":"percent","basis":"deal_value","ratePercent":"0.65",
        "clawback":{"kind":"cliffs","steps":[{"beforeMonths":36,"percent":"100"}]},
        "split":[{"party":"referrer","weight":80},{"party":"upline","weight":20}]}
        """;

    /// <summary>Of ten thousand: the platform, the referrer, the upline.</summary>
    private static readonly long[] Weights = [100, 7_920, 1_980];

    private readonly LaterScenario _scenario;
    private readonly ShiftedClock _clock;
    private readonly List<YearDeal> _deals = [];
    private int _numbers;

    private PayoutYear(Engine engine, LaterScenario scenario, ShiftedClock clock, int seed) =>
        (Engine, _scenario, _clock, Random) = (engine, scenario, clock, new Random(seed));

    public Engine Engine { get; }

    public Random Random { get; }

    public Bank Bank { get; } = new();

    public List<YearPayee> Payees { get; } = [];

    public Network Network => _scenario.Network;

    public DateOnly Today => DateOnly.FromDateTime(
        TimeZoneInfo.ConvertTime(_clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(Region.National.ZoneId())).DateTime);

    public static async Task<PayoutYear> StartAsync(int seed, int payees)
    {
        var clock = new ShiftedClock();
        var engine = await Engine.StartAsync(services => services.AddSingleton<TimeProvider>(clock).Configure<PayerOptions>(payer =>
        {
            (payer.Abn, payer.GstRegistered, payer.Profile) = ("53004085616", true, "cba");
            (payer.UserName, payer.UserNumber, payer.Bsb, payer.AccountNumber) = ("COMMISSION NETWORK PTY LTD", 301_500, "062-001", "12345678");
        }));
        var year = new PayoutYear(engine, await LaterScenario.StartAsync(engine, Rule, "1"), clock, seed);
        await year.AddPayeesAsync(payees);
        return year;
    }

    public ValueTask DisposeAsync() => Engine.DisposeAsync();

    public void Advance(int days) => _clock.Advance(TimeSpan.FromDays(days));

    /// <summary>One in twenty is an upline of others; three kinds by tax.</summary>
    private async Task AddPayeesAsync(int count)
    {
        var uplines = Math.Max(1, count / 20);
        var ids = new string[count];
        await EachAsync(Enumerable.Range(0, uplines), async i => ids[i] = await ContactAsync(null));
        await EachAsync(Enumerable.Range(uplines, count - uplines), async i => ids[i] = await ContactAsync(ids[i % uplines]));
        Payees.AddRange(ids.Select((id, i) => new YearPayee(id, i)));
        await EachAsync(Enumerable.Range(0, count), i => AccountAsync(Payees[i], YearPayee.AccountOf(i), i % 3));
        _numbers = count;
    }

    private async Task<string> ContactAsync(string? upline)
    {
        var body = new JsonObject { ["type"] = "MEMBER", ["name"] = Engine.Unique("Payee "), ["authorisedServices"] = new JsonArray(_scenario.Service.ToString()) };
        if (upline is not null)
            body["upline"] = upline;
        return (await PostAsync("/api/v1/contacts", body, null)).Is(201).Member("id")!;
    }

    /// <summary>Says where a payee is paid, and has it verified. Tax: 0 quotes no ABN, 1 quotes one, 2 is registered for GST with an agreement.</summary>
    private async Task AccountAsync(YearPayee payee, string account, int tax)
    {
        var body = new JsonObject { ["bsb"] = "062-000", ["accountNumber"] = account, ["title"] = $"Payee {account}", ["gstRegistered"] = tax == 2 };
        if (tax > 0)
            body["abn"] = "51824753556";
        if (tax == 2)
            body["rctiAgreement"] = Network.Agreement;
        var proposed = (await PostAsync($"/api/v1/contacts/{payee.Id}/bank-account", body, Network.Admin.ToString())).Is(200);
        var commitment = proposed["proposed"].GetProperty("commitment").GetString();
        (await PostAsync($"/api/v1/contacts/{payee.Id}/bank-account/verify", new JsonObject { ["commitment"] = commitment }, Network.Checker.ToString())).Is(200);
    }

    public async Task ChangeAccountAsync(YearPayee payee)
    {
        var account = YearPayee.AccountOf(++_numbers);
        await AccountAsync(payee, account, 0);
        payee.Accounts.Add(account);
    }

    public YearPayee PayeeOf(string id) => Payees.First(payee => payee.Id == id);

    /// <summary>Deals that were completed some days ago, attested in bulk.</summary>
    public async Task AddDealsAsync(int count)
    {
        var bulk = new BulkRequest(Network, _scenario.Service);
        var uplines = Math.Max(1, Payees.Count / 20);
        var (lines, drafts) = (new List<string>(count), new List<(YearPayee, YearPayee, long)>(count));
        for (var i = 0; i < count; i++)
        {
            var referrer = Random.Next(uplines, Payees.Count);
            var value = ValueWithoutTies();
            drafts.Add((Payees[referrer], Payees[referrer % uplines], value));
            var line = bulk.Line(Engine.Unique("year-deal-"), "complete");
            (line["referrer"], line["upline"], line["settledValueMinor"]) = (Payees[referrer].Id, Payees[referrer % uplines].Id, value);
            foreach (var (name, days) in new[] { ("referredOn", 12), ("acknowledgedOn", 11), ("intakeOn", 10), ("settledOn", 6), ("completedOn", 4) })
                line[name] = Network.Text(Today.AddDays(-days));
            lines.Add(line.ToJsonString());
        }
        foreach (var (page, answers) in await PagesAsync(bulk, lines))
        {
            foreach (var (i, answer) in answers.Index())
            {
                Assert.True(answer.GetProperty("status").GetString() == "created", answer.ToString());
                var (referrer, upline, value) = drafts[page + i];
                var (first, second) = SharesOf(value);
                (referrer.EarnedMinor, upline.EarnedMinor) = (referrer.EarnedMinor + first, upline.EarnedMinor + second);
                _deals.Add(new YearDeal(answer.GetProperty("deal").GetString()!, referrer, first, upline, second));
            }
        }
        await SettleDownAsync();
    }

    private async Task<List<(int Page, List<JsonElement> Answers)>> PagesAsync(BulkRequest bulk, List<string> lines)
    {
        const int Size = 1_000;
        var pages = new List<(int, List<JsonElement>)>();
        for (var from = 0; from < lines.Count; from += Size)
        {
            var now = Network.Text(_clock.GetUtcNow());
            var answer = await bulk.SendAsync(lines[from..Math.Min(lines.Count, from + Size)], attestation => attestation["time"] = now);
            pages.Add((from, [.. answer.Is(200).Lines()]));
        }
        return pages;
    }

    /// <summary>A deal's value whose shares need no rule for ties: the year is about payouts, not about rounding.</summary>
    private long ValueWithoutTies()
    {
        while (true)
        {
            var value = Random.NextInt64(20_000_00, 900_000_00);
            var total = Rounded(value * 65, 10_000);
            if (value * 65 % 10_000 != 5_000 && Weights.Select(weight => total * weight % 10_000).Distinct().Count() == Weights.Length)
                return value;
        }
    }

    /// <summary>0.65 % of the value: 1 % of it to the platform, the rest 80 : 20; odd cents to the largest remainders.</summary>
    private static (long Referrer, long Upline) SharesOf(long value)
    {
        var total = Rounded(value * 65, 10_000);
        var shares = Array.ConvertAll(Weights, weight => total * weight / 10_000);
        var odd = total - shares.Sum();
        foreach (var i in Enumerable.Range(0, shares.Length).OrderByDescending(i => total * Weights[i] % 10_000).Take((int)odd))
            shares[i]++;
        return (shares[1], shares[2]);
    }

    private static long Rounded(long numerator, long denominator) => ((2 * numerator) + denominator) / (2 * denominator);

    /// <summary>Takes back some deals of the past, whole.</summary>
    public async Task ClawBackAsync(int count)
    {
        for (var i = 0; i < count && _deals.Count > 0; i++)
        {
            var at = Random.Next(_deals.Count);
            var deal = _deals[at];
            _deals.RemoveAt(at);
            var body = new JsonObject { ["key"] = $"claw-{deal.Id}", ["reason"] = "discharge", ["on"] = Network.Text(Today.AddDays(-1)) };
            (await PostAsync($"/api/v1/deals/{deal.Id}/clawback", body, Network.Receiver.ToString())).Is(200);
            deal.Referrer.EarnedMinor -= deal.ReferrerMinor;
            deal.Upline.EarnedMinor -= deal.UplineMinor;
        }
        await SettleDownAsync();
    }

    /// <summary>Disputes accruals that no payout and no dispute has, of payees of a batch or of anybody.</summary>
    public async Task<List<YearDispute>> DisputeAsync(int count, bool drafted)
    {
        var rows = await ReadAsync($"""
            select e.sequence, a.name, e.amount from book_entry e join book_account a on a.book_id = e.book_id and a.id = e.credit
            where e.kind = 1 and a.name like 'payable:%'
                and not exists (select from dispute_entry d where d.book_id = e.book_id and d.sequence = e.sequence)
                and {(drafted ? "" : "not")} exists (select from payout_line l join payout_batch b on b.uuid = l.batch
                    where l.book_id = e.book_id and l.sequence = e.sequence and l.holds {(drafted ? "and b.status = 1" : "")})
                and not exists (select from book_entry c where c.book_id = e.book_id and c.kind = 3 and c.debit = e.credit)
            order by e.sequence
            """);
        var disputes = new List<YearDispute>();
        foreach (var (sequence, account, amount) in rows.OrderBy(_ => Random.Next()).DistinctBy(row => row.Account).Take(count))
        {
            var member = account["payable:".Length..];
            var opened = (await PostAsync("/api/v1/disputes", new JsonObject
            {
                ["member"] = member,
                ["reason"] = "wrong_amount",
                ["text"] = "It should be more.",
                ["entries"] = new JsonArray(sequence),
                ["region"] = "QLD",
            }, member)).Is(201);
            disputes.Add(new YearDispute(opened.Member("id")!, PayeeOf(member), sequence, amount));
        }
        return disputes;
    }

    /// <summary>Decides, or has the member withdraw.</summary>
    public async Task DecideAsync(IEnumerable<YearDispute> disputes)
    {
        foreach (var dispute in disputes)
        {
            var path = $"/api/v1/disputes/{dispute.Id}";
            var outcome = Random.Next(4);
            if (outcome == 3)
            {
                (await PostAsync($"{path}/withdraw", new JsonObject(), dispute.Payee.Id)).Is(200);
                continue;
            }
            (await PostAsync($"{path}/assign", new JsonObject { ["assignee"] = Network.Admin.ToString() }, Network.Admin.ToString())).Is(200);
            (await PostAsync($"{path}/review", new JsonObject(), Network.Admin.ToString())).Is(200);
            var body = new JsonObject { ["outcome"] = outcome switch { 0 => "rejected", 1 => "partly", _ => "upheld" }, ["text"] = "Looked into." };
            if (outcome > 0)
            {
                var more = Random.Next(1, 50_000);
                body["amounts"] = new JsonArray(new JsonObject { ["entry"] = dispute.Sequence, ["amountMinor"] = dispute.AmountMinor + more });
                dispute.Payee.EarnedMinor += more;
            }
            (await PostAsync($"{path}/decide", body, Network.Admin.ToString())).Is(200);
        }
        await SettleDownAsync();
    }

    public async Task<List<(long Sequence, string Account, long Amount)>> ReadAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Engine.Database.OwnerConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<(long, string, long)>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            rows.Add((reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2)));
        return rows;
    }

    public Task SettleDownAsync() => Eventually.BecomesTrueAsync(
        async () => await Engine.Database.ScalarAsync<long>("select count(*) from outbox") == 0, "the books hold all");

    /// <summary>Without the history that networks keep: there are too many.</summary>
    public Task<Answer> PostAsync(string path, JsonNode body, string? actor, string? key = null) =>
        Engine.SendAsync(new Request(path, Encoding.UTF8.GetBytes(body.ToJsonString()), actor, key ?? Engine.Unique("year-")));

    public static Task EachAsync<T>(IEnumerable<T> items, Func<T, Task> act) => System.Threading.Tasks.Parallel.ForEachAsync(
        items, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (item, _) => await act(item));
}

/// <summary>A dispute of the year.</summary>
internal sealed record YearDispute(string Id, YearPayee Payee, long Sequence, long AmountMinor);
