using System.Diagnostics;
using Commission.Crash.Tests.Load;
using Commission.Crash.Tests.Processes;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Rules;
using Commission.Storage.GroupCommit;
using Commission.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Serialization;
using Xunit;

namespace Commission.Crash.Tests;

/// <summary>Compares what was acknowledged with what the database says, and with nothing else.</summary>
internal static class DatabaseAudit
{
    /// <summary>Waits until the books owe nothing, and says how long that took.</summary>
    public static async Task<TimeSpan> OutboxEmptiesAsync(Cluster cluster)
    {
        var clock = Stopwatch.StartNew();
        await Eventually.BecomesTrueAsync(async () => await cluster.ScalarAsync<long>("select count(*) from outbox") == 0, "the outbox is empty");
        return clock.Elapsed;
    }

    /// <summary>Everything that was acknowledged is there once, nothing else is, and all chains hold.</summary>
    public static async Task CheckAsync(Cluster cluster, IReadOnlyList<Acknowledged> acknowledged)
    {
        var handshakes = (await BookAudit.ReadAsync(cluster.ConnectionString, Books.Handshakes)).Cast<HandshakeLeaf>().ToList();
        var entries = (await BookAudit.ReadAsync(cluster.ConnectionString, Books.Ledger)).Cast<EntryLeaf>().Select(leaf => leaf.Entry).ToList();
        var states = (await ReadStatesAsync<DealState>(cluster.ConnectionString, "deal")).ToDictionary(state => state.Id);

        Assert.Equal(Sorted(acknowledged.Select(one => one.Command.Hash)), Sorted(handshakes.Select(leaf => leaf.Hash)));
        Assert.Equal(Sorted(acknowledged.Select(one => one.Deal.Deal).Distinct()), Sorted(states.Keys));
        var entriesByDeal = entries.ToLookup(entry => entry.Deal);
        foreach (var deal in acknowledged.GroupBy(one => one.Deal))
        {
            var state = states[deal.Key.Deal];
            Assert.Equal(deal.OrderBy(one => one.Step).Select(one => one.Command.Hash), state.Steps.Select(step => step.Hash));
            Assert.Equal(DealStatus.Complete, state.Status);
            Assert.Equal(deal.Key.SettledValue, state.SettledValue);
            var booked = entriesByDeal[state.Id].OrderBy(entry => entry.Ordinal).Select(entry => (entry.Credit, entry.Amount.Minor, entry.FactsHash));
            Assert.Equal(Owed(state), [.. booked]);
        }
        Assert.Equal(states.Values.Sum(state => Owed(state).Count), entries.Count);
    }

    /// <summary>The same keys with the same bodies get the first answers, byte for byte.</summary>
    public static Task RetriesGetTheFirstAnswerAsync(EngineClient client, IReadOnlyList<Acknowledged> acknowledged) =>
        Parallel.ForEachAsync(acknowledged, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (one, _) =>
        {
            var again = await client.TryAsync(one.Command);
            Assert.NotNull(again);
            Assert.Equal(one.Answer.Text, again.Text);
            Assert.True(again.Replayed);
        });

    private static List<(string Account, long Minor, Hash Facts)> Owed(DealState state)
    {
        var calculation = Calculator.Calculate(Network.Document, DealMachine.CalculationFactsOf(state));
        return [.. calculation.Accruals.Select(accrual => (
            accrual.Payee is { } payee ? Accounts.Payable(payee) : Accounts.PlatformFee, accrual.AmountMinor, calculation.FactsHash))];
    }

    /// <summary>All states of a table, as they are stored.</summary>
    public static async Task<List<TState>> ReadStatesAsync<TState>(string connectionString, string table) where TState : new()
    {
        await using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await using var command = dataSource.CreateCommand($"select payload from {table}");
        await using var reader = await command.ExecuteReaderAsync();
        var states = new List<TState>();
        while (await reader.ReadAsync())
            states.Add(serializer.Deserialize<Journaled<TState>>(reader.GetFieldValue<byte[]>(0))!.State);
        return states;
    }

    private static IReadOnlyList<string> Sorted<T>(IEnumerable<T> items) where T : struct =>
        [.. items.Select(item => item.ToString()!).Order(StringComparer.Ordinal)];
}
