using System.Diagnostics;
using System.Globalization;
using Commission.Api.Tests.Payouts;

namespace Commission.Api.Tests.Ledger;

/// <summary>An outsider's tool reads the journal with payouts and disputes in it, and comes to the balances that the rows give.</summary>
public sealed class JournalTests(PaidEngine paid) : IClassFixture<PaidEngine>
{
    [Fact]
    public async Task Hledger_comes_to_what_payouts_and_disputes_say()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/hledger"), "hledger is not installed.");
        var journal = Path.GetTempFileName();
        (await paid.Engine.CommissionAsync("ledger", "export", "--format", "hledger", "--output", journal)).Ended(0);

        await HledgerAsync("-f", journal, "check", "--strict");
        var balances = (await HledgerAsync("-f", journal, "bal", "--flat", "-N", "-E"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(parts => parts[^1], parts => (long)(decimal.Parse(parts[0], CultureInfo.InvariantCulture) * 100), StringComparer.Ordinal);

        Assert.Equal(-await ItemsAsync("status = 2"), balances["clearing:aba"]);
        Assert.Equal(-await ItemsAsync("status = 3"), balances["bank"]);
        Assert.Equal(await SumAsync("gst_minor", "status in (2, 3)"), balances["tax:gst"]);
        Assert.Equal(-await SumAsync("withheld_minor", "status in (2, 3)"), balances.GetValueOrDefault("tax:withholding"));
        Assert.Equal(-257_401, balances[Domain.Ledger.Accounts.Disputed(paid.Scenario.Network.Referrer.Id)]);
        File.Delete(journal);
    }

    private Task<long> ItemsAsync(string where) => SumAsync("amount_minor + gst_minor - withheld_minor", where);

    private async Task<long> SumAsync(string what, string where) =>
        await paid.Engine.Database.ScalarAsync<long>($"select coalesce(sum({what}), 0)::bigint from payout_item where {where}");

    private static async Task<string> HledgerAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/hledger", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }
}
