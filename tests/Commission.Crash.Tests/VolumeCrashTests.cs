using Commission.Crash.Tests.Load;
using Commission.Crash.Tests.Processes;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Volumes;
using Commission.Testing;
using Npgsql;
using Xunit;

namespace Commission.Crash.Tests;

/// <summary>Accumulators under kill -9: the database alone shows that each contribution counts once, and the totals of a pure recomputation.</summary>
public sealed class VolumeCrashTests
{
    private const int Deals = 120;

    [Fact]
    public async Task Kill_9_of_the_only_silo_while_accumulators_count_and_invoices_come()
    {
        var seed = Random.Shared.Next(1_000_000);
        await using var cluster = await Cluster.StartAsync(silos: 1);
        using var client = new EngineClient(cluster.ApiUrl);
        var load = new VolumeLoad(client, await Network.CreateAsync(client), seed, Deals);
        try
        {
            var work = load.RunAsync();
            foreach (var part in new[] { 3, 2 })
            {
                await Eventually.BecomesTrueAsync(() => Task.FromResult(load.Acknowledged > load.Total / part), "the load is under way");
                cluster.Silos[^1].Kill();
                await cluster.StartSiloAsync();
            }
            await work;
            await DatabaseAudit.OutboxEmptiesAsync(cluster);
            Assert.Empty(load.Refused);
            Assert.True(load.Repeated > 0, "the fault met a command");
            await CheckAsync(cluster, load);
        }
        catch
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed} failed; the processes said:\n{cluster.Logs()}");
            throw;
        }
    }

    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public async Task Two_silos_count_concurrently_and_one_of_them_stops(string signal)
    {
        var seed = Random.Shared.Next(1_000_000);
        await using var cluster = await Cluster.StartAsync(silos: 2);
        using var client = new EngineClient(cluster.ApiUrl);
        var load = new VolumeLoad(client, await Network.CreateAsync(client), seed, Deals);
        try
        {
            var work = load.RunAsync();
            await Eventually.BecomesTrueAsync(() => Task.FromResult(load.Acknowledged > load.Total / 3), "the load is under way");
            cluster.Silos[0].Signal(signal);
            await cluster.Silos[0].WhenEndedAsync(TimeSpan.FromSeconds(30));
            await work;
            await DatabaseAudit.OutboxEmptiesAsync(cluster);
            Assert.Empty(load.Refused);
            Assert.False(cluster.Silos[1].HasExited);
            await CheckAsync(cluster, load);
        }
        catch
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed} failed; the processes said:\n{cluster.Logs()}");
            throw;
        }
    }

    private static async Task CheckAsync(Cluster cluster, VolumeLoad load)
    {
        var deals = await DatabaseAudit.ReadStatesAsync<DealState>(cluster.ConnectionString, "deal");
        var volumes = await DatabaseAudit.ReadStatesAsync<VolumeState>(cluster.ConnectionString, "volume");
        Assert.Equal(Deals, deals.Count);
        Assert.Equal(0, await cluster.ScalarAsync<long>("select count(*) from outbox_parked"));
        var counted = volumes.SelectMany(volume => volume.Entries).Select(entry => entry.Contribution.Id).ToArray();
        Assert.Equal(deals.Select(deal => deal.Id.ToString()).Order(StringComparer.Ordinal), counted.Order(StringComparer.Ordinal));

        var entries = (await BookAudit.ReadAsync(cluster.ConnectionString, Books.Ledger)).Cast<EntryLeaf>().Select(leaf => leaf.Entry).ToList();
        Assert.Contains(entries, entry => entry.Kind == EntryKind.Adjustment);
        Assert.Equal(Expected(deals, load), Totals(entries.Select(Signed)));
        await ReplaysAsync(cluster);
    }

    private static (DealId, string, long) Signed(EntryDraft entry) => entry.Debit.StartsWith("receivable:", StringComparison.Ordinal)
        ? (entry.Deal, entry.Credit, entry.Amount.Minor)
        : (entry.Deal, entry.Debit, -entry.Amount.Minor);

    /// <summary>Per deal and account, from the deals and the invoices alone.</summary>
    private static SortedDictionary<string, long> Expected(IReadOnlyList<DealState> deals, VolumeLoad load)
    {
        var (document, accumulators, credits) = (Network.Document, new Dictionary<VolumeKey, VolumeState>(), new List<(DealId, string, long)>());
        foreach (var deal in deals)
        {
            var subject = new VolumeSubject(deal.Id, deal.Client, DealMachine.CompletedOn(deal));
            foreach (var command in VolumeContributions.Of(document, subject, DealMachine.CalculationFactsOf(deal)))
                accumulators[command.Key] = VolumeRecords.Decide(accumulators.GetValueOrDefault(command.Key) ?? new VolumeState(), [command], document).State;
        }
        credits.AddRange(accumulators.Values.SelectMany(volume => volume.Entries)
            .SelectMany(entry => entry.Credited.Select(credit => (entry.Contribution.Deal, AccountOf(credit.Payee), credit.AmountMinor))));
        foreach (var (id, key, amount) in load.Invoiced)
        {
            var deal = deals.Single(deal => deal.Id == id);
            var happened = new RevenueReceived(RevenueKind.Invoice, key, deal.SettledOn, amount, 1);
            var calculation = Calculator.Calculate(document, DealMachine.CalculationFactsOf(deal) with { Event = happened });
            credits.AddRange(calculation.Accruals.Select(accrual => (id, AccountOf(accrual.Payee), accrual.AmountMinor)));
        }
        return Totals(credits);
    }

    private static string AccountOf(ContactId? payee) => payee is { } contact ? Accounts.Payable(contact) : Accounts.PlatformFee;

    private static SortedDictionary<string, long> Totals(IEnumerable<(DealId Deal, string Account, long AmountMinor)> credits) => new(
        credits.GroupBy(credit => $"{credit.Deal} {credit.Account}", StringComparer.Ordinal)
            .Select(group => (group.Key, Sum: group.Sum(credit => credit.AmountMinor)))
            .Where(total => total.Sum != 0).ToDictionary(total => total.Key, total => total.Sum, StringComparer.Ordinal), StringComparer.Ordinal);

    private static async Task ReplaysAsync(Cluster cluster)
    {
        await using var dataSource = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var command = dataSource.CreateCommand(
            "select e.bytes, e.facts from book_entry e join book_head h on h.id = e.book_id where h.book = 'ledger' order by e.sequence");
        await using var reader = await command.ExecuteReaderAsync();
        var replay = new CalculationReplay();
        while (await reader.ReadAsync())
        {
            var facts = await reader.IsDBNullAsync(1) ? null : reader.GetFieldValue<byte[]>(1);
            Assert.Null(replay.Next((EntryLeaf)LeafEncoding.Decode(reader.GetFieldValue<byte[]>(0)), facts, Network.Document));
        }
        Assert.Null(replay.End());
    }
}
