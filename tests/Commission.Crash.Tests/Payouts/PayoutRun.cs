using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Crash.Tests.Load;
using Commission.Crash.Tests.Processes;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.StripeStandIn;
using Commission.Testing;
using Xunit;

namespace Commission.Crash.Tests.Payouts;

/// <summary>
/// An engine in one process, its PostgreSQL behind a proxy, and a stand-in for Stripe, which both stop it at a chosen step so that it can be
/// killed there. No webhooks: what a dead process did not hear it must find out itself.
/// </summary>
public sealed class PayoutRun : IAsyncLifetime
{
    private const string ApiKey = "sk_test_0123456789abcdef";
    private const string Batches = "/api/v1/payout-batches";
    private static readonly HandshakeStep[] Steps =
        [HandshakeStep.Intent, HandshakeStep.Acknowledgement, HandshakeStep.Intake, HandshakeStep.Settlement, HandshakeStep.Outcome];

    private readonly Random _random = new(7);
    private Cluster? _cluster;
    private EngineClient? _client;
    private Network? _network;
    private StandIn? _standIn;
    private int _numbers;

    internal Cluster Cluster => _cluster!;

    internal FaultyProxy Proxy => Cluster.Proxy;

    internal StandIn StandIn => _standIn!;

    private EngineClient Client => _client!;

    private ContactId Admin => _network!.Admin.Id;

    public async ValueTask InitializeAsync()
    {
        _standIn = await StandIn.StartAsync();
        _standIn.Fund(1_000_000_000_00);
        _cluster = await Cluster.StartCoHostedAsync(
            "--Commission:Stripe:ApiBase", _standIn.Url, "--Commission:Stripe:ApiKey", ApiKey, "--Commission:Stripe:ResumeEvery", "00:00:01",
            "--Commission:Stripe:Timeout", "00:00:20", "--Commission:Payer:Profile", "nab", "--Commission:Payer:UserName", "COMMISSION NETWORK PTY LTD",
            "--Commission:Payer:UserNumber", "301500", "--Commission:Payer:Bsb", "082-001", "--Commission:Payer:AccountNumber", "12345678");
        _client = new EngineClient(Cluster.ApiUrl);
        _network = await Network.CreateAsync(Client);
        await Task.WhenAll(_network.Referrers.Concat(_network.Receivers).Concat(_network.Uplines).Select(payee => ReadyAsync(payee.Id)));
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        if (_standIn is not null)
            await _standIn.DisposeAsync();
    }

    /// <summary>A batch of what one more deal brought, approved; its id.</summary>
    internal async Task<string> ApprovedAsync(string rail)
    {
        var script = new DealScript(_network!, _random, $"deal-{_numbers++}");
        foreach (var step in Steps)
            await UntilAsync(script.Sign(step));
        await Eventually.BecomesTrueAsync(async () => await Cluster.ScalarAsync<long>("select count(*) from outbox") == 0, "the deal is booked");
        var batch = await PostAsync(Batches, Admin, new JsonObject { ["rail"] = rail, ["currency"] = "AUD" });
        var id = batch.GetProperty("id").GetString()!;
        await PostAsync($"{Batches}/{id}/approve", _network!.Checker.Id, new JsonObject { ["hash"] = batch.GetProperty("hash").GetString() });
        return id;
    }

    /// <summary>Gives a command, kills the process when it has come to a step, starts it again, and gives the same command until it is answered.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="step">Submit, confirm …</param>
    /// <param name="reached">Ends when the process is where it is to die.</param>
    internal async Task KilledAsync(string batch, string step, Task reached)
    {
        var body = step == "submit" && (await ReadAsync(batch)).GetProperty("rail").GetString() == "aba"
            ? new JsonObject { ["processOn"] = BusinessDay() }
            : [];
        var command = new Command($"{step}-{_numbers++}", $"{Batches}/{batch}/{step}", Admin, Encoding.UTF8.GetBytes(body.ToJsonString()), default);
        var first = Client.TryAsync(command);
        try
        {
            await reached.WaitAsync(TimeSpan.FromSeconds(60));
        }
        finally
        {
            await KillAsync();
        }
        await first;
        await UntilAsync(command);
    }

    /// <summary>kill -9 and a new process.</summary>
    internal async Task KillAsync()
    {
        Cluster.Api.Kill();
        await Cluster.Api.WhenEndedAsync(TimeSpan.FromSeconds(10));
        Proxy.ForgetFaults();
        Proxy.CutAll();
        StandIn.Faults.Clear();
        await Cluster.StartCoHostAsync();
    }

    internal async Task<JsonElement> ReadAsync(string batch)
    {
        byte[]? found = null;
        await Eventually.BecomesTrueAsync(async () => (found = await Client.FindAsync($"{Batches}/{batch}", Admin)) is not null, $"{batch} can be read");
        return Parse(found!);
    }

    internal async Task<byte[]> FileAsync(string batch)
    {
        byte[]? found = null;
        await Eventually.BecomesTrueAsync(
            async () => (found = await Client.FindAsync($"{Batches}/{batch}/files/1", Admin)) is not null, $"{batch} has a file");
        return found!;
    }

    /// <summary>Waits until all items stand so.</summary>
    internal Task WhenAllAsync(string batch, string status) => Eventually.BecomesTrueAsync(async () =>
    {
        var now = await ReadAsync(batch);
        return now.GetProperty("tally").GetProperty(status).GetProperty("items").GetInt32() == now.GetProperty("itemCount").GetInt32();
    }, $"all items of {batch} are {status}");

    /// <summary>
    /// The rows are the ledger, no step of an item is booked twice, the books hold; one transfer at Stripe for each item that was paid by it, of
    /// its amount, and none besides.
    /// </summary>
    internal async Task AuditAsync()
    {
        await DatabaseAudit.OutboxEmptiesAsync(Cluster);
        await AuditPapersAsync();
        foreach (var (account, rail, status) in new[] { ("clearing:stripe", 1, 2), ("clearing:aba", 2, 2), ("bank", 0, 3) })
        {
            Assert.Equal(0, await Cluster.ScalarAsync<long>($"""
                select coalesce((select balance from book_account a join book_head h on h.id = a.book_id where h.book = 'ledger' and a.name = '{account}'), 0)
                    + coalesce((select sum(amount_minor + gst_minor - withheld_minor)::bigint from payout_item i join payout_batch b on b.uuid = i.batch
                        where i.status = {status} and {rail} in (0, b.rail)), 0)
                """));
        }
        var entries = (await BookAudit.ReadAsync(Cluster.ConnectionString, Books.Ledger)).OfType<EntryLeaf>().Select(leaf => leaf.Entry);
        Assert.DoesNotContain(
            entries.Where(entry => !entry.Kind.IsCalculated()).GroupBy(entry => (entry.FactsHash, entry.Ordinal)), same => same.Count() > 1);
        var transfers = StandIn.ReadTransfers().Select(transfer => $"{(string?)transfer["transfer_group"]}:{transfer["amount"]}").Order(StringComparer.Ordinal);
        var paid = await Cluster.ScalarAsync<string>("""
            select coalesce(string_agg(concat(b.id, '/', i.number, '/', i.attempt, ':', amount_minor + gst_minor - withheld_minor), ','), '')
            from payout_item i join payout_batch b on b.uuid = i.batch where b.rail = 1 and i.status = 3
            """);
        Assert.Equal((paid ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), transfers);
    }

    /// <summary>Every attempt that went has its papers, once; what came back has them taken back; no number is missing.</summary>
    private async Task AuditPapersAsync()
    {
        await Eventually.BecomesTrueAsync(async () => await Cluster.ScalarAsync<long>("select count(*) from tax_paper_due") == 0, "no paper is due");
        Assert.Equal(0, await Cluster.ScalarAsync<long>("""
            select count(*) from payout_item i where i.status in (2, 3) and 1 <> (select count(*) from tax_paper p
                where p.batch = i.batch and p.item = i.number and p.attempt = i.attempt and p.kind in (1, 3) and not exists (select from tax_paper c where c.cancels = p.id))
            """));
        Assert.Equal(0, await Cluster.ScalarAsync<long>("""
            select count(*) from (select max(number) - count(*) as missing, max(number) - max(last) as untold
                from tax_paper join tax_sequence using (issuer, kind) group by issuer, kind) s where missing <> 0 or untold <> 0
            """));
        Assert.Equal(
            await Cluster.ScalarAsync<long>("select sum(amount_minor + gst_minor - withheld_minor)::bigint from payout_item where status in (2, 3)"),
            await Cluster.ScalarAsync<long>("select sum(value_minor + gst_minor - withheld_minor)::bigint from tax_paper"));
    }

    private async Task ReadyAsync(ContactId payee)
    {
        var account = new JsonObject { ["bsb"] = "062-000", ["accountNumber"] = $"{100_000 + Interlocked.Increment(ref _numbers)}", ["title"] = "A payee" };
        var proposed = await PostAsync($"/api/v1/contacts/{payee}/bank-account", Admin, account);
        await PostAsync($"/api/v1/contacts/{payee}/bank-account/verify", _network!.Checker.Id, new JsonObject
        {
            ["commitment"] = proposed.GetProperty("proposed").GetProperty("commitment").GetString(),
        });
        var opened = await PostAsync($"/api/v1/contacts/{payee}/stripe-account", Admin, new JsonObject { ["country"] = "AU" });
        StandIn.Onboard(opened.GetProperty("account").GetString()!);
        var read = await Client.FindAsync($"/api/v1/contacts/{payee}/stripe-account?ask=true", Admin);
        Assert.True(read is not null && Parse(read).GetProperty("canReceive").GetBoolean());
    }

    private async Task<JsonElement> PostAsync(string path, ContactId actor, JsonObject body) => Parse(await Client.MustAsync(path, actor, body));

    private Task UntilAsync(Command command) => Eventually.BecomesTrueAsync(async () =>
    {
        var answer = await Client.TryAsync(command);
        Assert.True(answer is null or { IsAcknowledgement: true } or { SaysAgain: true }, answer?.Text);
        return answer is { IsAcknowledgement: true };
    }, $"{command.Path} is answered");

    private static string BusinessDay()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(Domain.Payouts.Calendar.Regions.ZoneId(Domain.Payouts.Calendar.Region.National));
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow(), zone).DateTime);
        return Domain.Payouts.Calendar.BusinessCalendar.OnOrAfter(Domain.Payouts.Calendar.Region.National, today.AddDays(1))!.Value
            .ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static JsonElement Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
