using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts.Calendar;
using Commission.Testing;

namespace Commission.Api.Tests.Payouts;

/// <summary>
/// A year of payouts by a seed. At its end every cent is accounted for: what deals earned by an outside calculation is what the bank paid,
/// what tax took or added, and what is still owed; payee by payee. COMMISSION_YEAR_PAYEES and COMMISSION_YEAR_SEED change it.
/// </summary>
public sealed class PayoutYearTests
{
    private const int Months = 12;

    [Fact]
    public async Task After_a_year_of_failures_every_cent_is_accounted_for()
    {
        var (seed, payees) = (Setting("COMMISSION_YEAR_SEED", 20_261_123), Setting("COMMISSION_YEAR_PAYEES", 400));
        await using var year = await PayoutYear.StartAsync(seed, payees);
        for (var month = 1; month <= Months; month++)
        {
            TestContext.Current.SendDiagnosticMessage($"seed {seed}, {payees} payees, month {month}: {year.Today}");
            await MonthAsync(year, month, payees / 10);
        }
        await EveryCentAsync(year);
        (await year.Engine.CommissionAsync("guarantees", "--run", "--full", "--as", year.Network.Admin.ToString())).Ended(0);
    }

    private static async Task MonthAsync(PayoutYear year, int month, int deals)
    {
        year.Advance(10);
        await year.AddDealsAsync(deals);
        await year.ClawBackAsync(deals / 40);
        year.Advance(18);
        var disputes = await year.DisputeAsync(5, drafted: false);
        var batch = new YearBatch(year, (await year.PostAsync(PayoutScenario.Batches, Body("rail", "aba", "currency", "AUD"), year.Network.Admin.ToString())).Is(201));
        disputes.AddRange(await year.DisputeAsync(5, drafted: true));
        await batch.ApproveAsync();
        await batch.ChangeAccountsAsync(3);
        await batch.SubmitAsync();
        var files = await batch.FilesAsync();
        if (month == 5)
            files = await batch.RejectedAsync(files);
        await batch.PayAsync(files, returnedBefore: 0.02, returnedAfter: 0.005, restart: month % 3 == 1);
        await year.DecideAsync(disputes);
        await batch.SettleAsync();
    }

    private static async Task EveryCentAsync(PayoutYear year)
    {
        var owed = (await year.ReadAsync("""
            select 0::bigint, split_part(a.name, ':', 2), (-sum(a.balance))::bigint from book_account a join book_head h on h.id = a.book_id
            where h.book = 'ledger' and (a.name like 'payable:%' or a.name like 'disputed:%') group by 2
            """)).ToDictionary(row => row.Account, row => row.Amount);
        var paid = (await year.ReadAsync("""
            select sum(i.amount_minor)::bigint, i.payee::text, sum(i.amount_minor + i.gst_minor - i.withheld_minor)::bigint
            from payout_item i where i.status = 3 group by i.payee
            """)).ToDictionary(row => Guid.Parse(row.Account), row => (Earned: row.Sequence, Paid: row.Amount));
        foreach (var payee in year.Payees)
        {
            var of = paid.GetValueOrDefault(Domain.TypedId.Parse<Domain.ContactId>(payee.Id).Value);
            Assert.Equal(payee.EarnedMinor, owed.GetValueOrDefault(payee.Id) + of.Earned);
            Assert.Equal(of.Paid, payee.Accounts.Sum(account => year.Bank.ReceivedBy($"062-000 {account}")));
        }
        Assert.Equal(-year.Bank.Paid, await LedgerAsync(year, Accounts.Bank));
        Assert.Equal(0, await LedgerAsync(year, Accounts.ClearingAba));
        Assert.Equal(
            year.Bank.Paid, paid.Values.Sum(of => of.Earned) + await LedgerAsync(year, Accounts.Gst) + await LedgerAsync(year, Accounts.Withholding));
        Assert.Equal(0, await year.Engine.Database.ScalarAsync<long>("select sum(balance)::bigint from book_account a join book_head h on h.id = a.book_id where h.book = 'ledger'"));
        Assert.Equal(0, await year.Engine.Database.ScalarAsync<long>(
            "select count(*) from (select book_id, sequence from payout_line where holds group by 1, 2 having count(*) > 1) twice"));
        var some = Enumerable.Range(0, 100).Select(_ => year.Payees[year.Random.Next(year.Payees.Count)]).ToList();
        await PayoutYear.EachAsync(some, payee => StandingAsync(year, payee, owed));
    }

    /// <summary>The breakdown that a payee sees is the ledger's.</summary>
    private static async Task StandingAsync(PayoutYear year, YearPayee payee, Dictionary<string, long> owed)
    {
        foreach (var balance in (await year.Engine.GetAsync($"/api/v1/contacts/{payee.Id}/payouts", year.Network.Admin)).Is(200).Json.EnumerateArray())
        {
            long Of(string name) => balance.GetProperty($"{name}Minor").GetInt64();
            Assert.Equal(owed[payee.Id], Of("owed") + Of("disputed"));
            Assert.Equal(Of("owed"), Of("available") + Of("coolingOff") + Of("drafted") + Of("failed") + Of("posting"));
            Assert.Equal(payee.EarnedMinor, Of("earned"));
        }
    }

    private static Task<long> LedgerAsync(PayoutYear year, string account) => year.Engine.Database.ScalarAsync<long>(
        $"select a.balance from book_account a join book_head h on h.id = a.book_id where h.book = 'ledger' and a.name = '{account}'");

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private static JsonObject Body(params string[] members) =>
        new(members.Chunk(2).Select(pair => KeyValuePair.Create<string, JsonNode?>(pair[0], JsonValue.Create(pair[1]))));

    /// <summary>One month's batch, and what people and the bank do with it.</summary>
    private sealed class YearBatch(PayoutYear year, Answer drafted)
    {
        private readonly string _path = $"{PayoutScenario.Batches}/{drafted.Member("id")}";
        private readonly Dictionary<int, byte[]> _known = [];

        private string Admin => year.Network.Admin.ToString();

        public async Task ApproveAsync()
        {
            var now = await GetAsync();
            (await year.PostAsync($"{_path}/approve", Body("hash", now.Member("hash")!), Admin)).IsRefused(403, "MAKER_IS_CHECKER", "actor");
            (await year.PostAsync($"{_path}/approve", Body("hash", now.Member("hash")!), year.Network.Checker.ToString())).Is(200);
        }

        /// <summary>Payees of the batch say at the last moment that they are paid elsewhere.</summary>
        public async Task ChangeAccountsAsync(int count)
        {
            var pending = (await ItemsAsync()).Where(item => Status(item) == "pending").OrderBy(_ => year.Random.Next()).Take(count);
            foreach (var item in pending.ToList())
                await year.ChangeAccountAsync(year.PayeeOf(item.GetProperty("payee").GetString()!));
        }

        public async Task SubmitAsync()
        {
            var body = Body("processOn", Network.Text(BusinessCalendar.OnOrAfter(Region.National, year.Today)!.Value));
            (await year.PostAsync($"{_path}/submit", body, Admin)).Is(200);
            await WhenSentAsync();
        }

        /// <summary>All files that were not fetched before, each fetched twice.</summary>
        public async Task<List<byte[]>> FilesAsync()
        {
            var files = new List<byte[]>();
            foreach (var part in (await GetAsync())["files"].EnumerateArray().Select(file => file.GetProperty("part").GetInt32()))
            {
                var bytes = await FileAsync(part);
                Assert.Equal(bytes, await FileAsync(part));
                if (_known.TryAdd(part, bytes))
                    files.Add(bytes);
            }
            return files;
        }

        /// <summary>The bank takes none of the files; each payment goes again, in files of their own.</summary>
        public async Task<List<byte[]>> RejectedAsync(List<byte[]> files)
        {
            foreach (var part in _known.Where(known => files.Contains(known.Value)).Select(known => known.Key))
            {
                var report = $"<PaymentsAcknowledgement><OriginalFilename>{drafted.Member("id")}-{part}.aba</OriginalFilename><UserMessage>Status is REJECTED</UserMessage></PaymentsAcknowledgement>";
                (await HandInAsync("acknowledgements", Encoding.UTF8.GetBytes(report), "application/xml")).Is(200);
            }
            await RetryAsync((await ItemsAsync()).Where(item =>
                Status(item) == "failed" && item.GetProperty("reason").GetString()!.StartsWith("The bank", StringComparison.Ordinal)));
            return await FilesAsync();
        }

        /// <summary>The bank pays; some comes back before it cleared, some after. Half of that is tried again, half is left for the next batch.</summary>
        public async Task PayAsync(List<byte[]> files, double returnedBefore, double returnedAfter, bool restart)
        {
            foreach (var file in files)
            {
                var payments = year.Bank.Process(file);
                var shuffled = payments.OrderBy(_ => year.Random.Next()).ToList();
                var (before, after) = ((int)(shuffled.Count * returnedBefore), (int)(shuffled.Count * returnedAfter));
                await ReturnAsync(file, shuffled[..before]);
                if (restart)
                    await year.Engine.RestartAsync();
                (await year.PostAsync($"{_path}/confirm", new JsonObject(), Admin)).Is(200);
                await ReturnAsync(file, shuffled[before..(before + after)]);
            }
            await RetryAsync((await ItemsAsync()).Where(item => Status(item) == "returned" && item.GetProperty("number").GetInt32() % 2 == 0));
            foreach (var again in await FilesAsync())
                year.Bank.Process(again);
            (await year.PostAsync($"{_path}/confirm", new JsonObject(), Admin)).Is(200);
        }

        public async Task SettleAsync()
        {
            (await year.PostAsync($"{_path}/settle", new JsonObject(), Admin)).Is(200);
            await year.SettleDownAsync();
        }

        private async Task ReturnAsync(byte[] file, IReadOnlyList<BankPayment> payments)
        {
            if (payments.Count == 0)
                return;
            var returns = year.Bank.Return(file, payments, '3');
            var came = (await HandInAsync("returns", returns, "text/plain")).Is(200);
            Assert.Equal((payments.Count, 0), (came["returned"].GetArrayLength(), came["problems"].GetArrayLength()));
            (await HandInAsync("returns", returns, "text/plain")).Is(200);
        }

        private async Task RetryAsync(IEnumerable<JsonElement> items)
        {
            await PayoutYear.EachAsync(items.ToList(), async item => (await year.PostAsync(
                $"{_path}/items/{item.GetProperty("number").GetInt32()}/retry", new JsonObject { ["attempt"] = item.GetProperty("attempt").GetInt32() }, Admin)).Is(200));
            await WhenSentAsync();
        }

        private Task WhenSentAsync() => Eventually.BecomesTrueAsync(
            async () => await year.Engine.Database.ScalarAsync<long>($"""
                select count(*) from payout_item i join payout_batch b on b.uuid = i.batch
                where b.id = '{drafted.Member("id")}' and (i.status = 1 or (i.status = 2 and i.file_part is null))
                """) == 0, "every item is in a file");

        private Task<Answer> HandInAsync(string what, byte[] bytes, string contentType) =>
            year.Engine.SendAsync(new Request($"{_path}/{what}", bytes, Admin, Engine.Unique("year-"), contentType));

        private async Task<Answer> GetAsync() => (await year.Engine.GetAsync(_path, year.Network.Admin)).Is(200);

        private async Task<byte[]> FileAsync(int part) =>
            Encoding.ASCII.GetBytes((await year.Engine.GetAsync($"{_path}/files/{part}", year.Network.Admin)).Is(200).Text);

        private async Task<List<JsonElement>> ItemsAsync()
        {
            var (items, path) = (new List<JsonElement>(), $"{_path}/items?limit=200");
            while (true)
            {
                var page = (await year.Engine.GetAsync(path, year.Network.Admin)).Is(200);
                items.AddRange(page["items"].EnumerateArray());
                if (page["next"].GetString() is not { } next)
                    return items;
                path = $"{_path}/items?limit=200&cursor={Uri.EscapeDataString(next)}";
            }
        }

        private static string Status(JsonElement item) => item.GetProperty("status").GetString()!;
    }
}
