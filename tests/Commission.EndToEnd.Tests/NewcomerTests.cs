using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Commission.EndToEnd.Tests;

/// <summary>What a newcomer does, in real processes.</summary>
public sealed class NewcomerTests(Installation installation) : IClassFixture<Installation>
{
    [Fact]
    public async Task The_demo_holds_every_check_twice_in_a_row()
    {
        var first = await installation.CommissionAsync("demo");
        var second = await installation.CommissionAsync("demo");

        Assert.True(first.Code == 0, first.Output + first.Errors);
        Assert.True(second.Code == 0, second.Output + second.Errors);
        Assert.Contains("21 of 21 checks held", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_another_layout_is_imported_and_its_bad_row_named()
    {
        string[] import = ["import", "--file", Sample("orders.csv"), "--mapping", Sample("mapping.json"), "--key-file", installation.Temporary("orders.pem")];
        var first = await installation.CommissionAsync(import);
        var second = await installation.CommissionAsync(import);

        Assert.True(first.Code == 1, first.Output + first.Errors);
        Assert.Contains("bad: 1", first.Output, StringComparison.Ordinal);
        Assert.Contains("rejected by server: 0", first.Output, StringComparison.Ordinal);
        Assert.Contains("created: 0", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_crm_history_is_imported_to_the_cent_and_a_second_run_adds_nothing()
    {
        Assert.SkipWhen(Installation.CrmFolder is null, "The CRM data is not here: set COMMISSION_SAMPLE_DATA to the folder that holds crm/.");
        var crm = Installation.CrmFolder!;
        string[] import =
        [
            "import", "--file", Path.Combine(crm, "sales_pipeline.csv"), "--mapping", Path.Combine(Installation.Root, "samples", "crm", "mapping.json"),
            "--key-file", installation.Temporary("crm.pem"),
        ];

        var first = await installation.CommissionAsync(import);
        Assert.True(first.Code == 0, first.Output + first.Errors);
        string[] totals =
        [
            "rows read: 8800", "bad: 0", "created: 8800", "rejected by server: 0", "state Complete: 4238", "state Withdrawn: 2473",
            "state InIntake: 1589", "state IntentSigned: 500", "settled value total: 1000553400 AUD",
        ];
        Assert.All(totals, total => Assert.Contains(total, first.Output, StringComparison.Ordinal));

        var second = await installation.CommissionAsync(import);
        Assert.Contains("created: 0", second.Output, StringComparison.Ordinal);
        Assert.Contains("replayed: 8800", second.Output, StringComparison.Ordinal);

        await WaitForTheBooksAsync();
        var verified = await installation.CommissionAsync("ledger", "verify");
        Assert.True(verified.Code == 0, verified.Output + verified.Errors);
        await AccrualsEqualTheIndependentOnesAsync(crm);
        await JournalBalancesAsync("hledger", "check", "--strict");
        await JournalBalancesAsync("ledger", "bal", "--no-total");
    }

    private static string Sample(string file) => Path.Combine(Installation.Root, "samples", "orders", file);

    private async Task WaitForTheBooksAsync()
    {
        using var http = new HttpClient { BaseAddress = new Uri(installation.Url) };
        await Testing.Eventually.BecomesTrueAsync(
            async () => (await http.GetStringAsync("/metrics")).Split('\n').Any(line =>
                line.StartsWith("commission_outbox_depth", StringComparison.Ordinal) && line.Split(' ')[1] == "0"),
            "the outbox is empty");
    }

    private async Task AccrualsEqualTheIndependentOnesAsync(string crm)
    {
        var expected = IndependentRecomputation.Owed(crm, Path.Combine(Installation.Root, "samples", "crm", "rules"));
        using var http = new HttpClient { BaseAddress = new Uri(installation.Url) };
        var names = await AllAsync(http, "/api/v1/contacts?limit=200&type=MEMBER", item => (Text(item, "id"), Text(item, "name")));
        var balances = (await AllAsync(http, "/api/v1/accounts?limit=200", item => (Text(item, "account"), item.GetProperty("balanceMinor").GetInt64())))
            .ToDictionary(StringComparer.Ordinal);
        foreach (var (name, cents) in expected.Where(party => party.Key != "platform"))
        {
            var account = $"payable:{names.First(contact => contact.Item2 == name).Item1}";
            Assert.True(-balances[account] == cents, $"{name}: independent {cents}, ledger {-balances[account]}");
        }
        Assert.True(expected.Count > 30);
        var receivable = balances.Where(account => account.Key is "receivable:GTX" or "receivable:MG" or "receivable:GTK").Sum(account => account.Value);
        Assert.Equal(expected.Values.Sum(), receivable);
    }

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;

    private static async Task<List<T>> AllAsync<T>(HttpClient http, string path, Func<JsonElement, T> read)
    {
        var items = new List<T>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await http.GetFromJsonAsync<JsonElement>(cursor.Length == 0 ? path : $"{path}&cursor={cursor}");
            items.AddRange(page.GetProperty("items").EnumerateArray().Select(read));
            cursor = page.GetProperty("next").GetString();
        }
        return items;
    }

    /// <summary>An outsider's tool reads the journal and comes to our balances.</summary>
    private async Task JournalBalancesAsync(string program, params string[] arguments)
    {
        if (!Installation.IsInstalled(program))
            return;
        var journal = installation.Temporary("ledger.journal");
        Assert.Equal(0, (await installation.CommissionAsync("ledger", "export", "--format", "hledger", "--output", journal)).Code);
        var ran = await Installation.RunAsync(program, ["-f", journal, .. arguments]);
        Assert.True(ran.Code == 0, ran.Errors);

        var flat = await Installation.RunAsync(program, program == "hledger" ? ["-f", journal, "bal", "--flat", "-N"] : ["-f", journal, "bal", "--flat", "--no-total"]);
        using var http = new HttpClient { BaseAddress = new Uri(installation.Url) };
        var ours = await AllAsync(http, "/api/v1/accounts?limit=200", item => (Text(item, "account"), item.GetProperty("balanceMinor").GetInt64()));
        var theirs = flat.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(parts => parts[2], parts => (long)(decimal.Parse(parts[0], CultureInfo.InvariantCulture) * 100), StringComparer.Ordinal);

        // Accounts that came to nothing are not printed.
        Assert.Equal(ours.Count(account => account.Item2 != 0), theirs.Count);
        Assert.All(ours, account => Assert.Equal(account.Item2, theirs.GetValueOrDefault(account.Item1)));
    }
}
