using System.Text.Json;
using Commission.Domain.Ledger;
using Commission.Domain.Rules;

namespace Commission.Api.Deals;

/// <summary>
/// One calculation of a deal: the facts as they are stored beside its first entry, and the explanation that the pinned rules
/// give for them again.
/// </summary>
internal sealed record CalculationView(
    string Kind, DateOnly EffectiveOn, string FactsHash, string ExplanationHash, string? Corrects, long AmountMinor, IReadOnlyList<long> Entries,
    JsonElement Facts, JsonElement? Explanation)
{
    /// <summary>The calculations behind a deal's entries, in the ledger's order.</summary>
    public static IReadOnlyList<CalculationView> Of(RuleSetDocument document, IEnumerable<(EntryLeaf Leaf, byte[]? Facts)> entries)
    {
        var calculations = new List<CalculationView>();
        foreach (var calculation in Groups(entries))
        {
            var (first, facts) = calculation[0];
            var (again, _) = Calculator.Replay(document, facts!);
            calculations.Add(new CalculationView(
                first.Entry.Kind.ToString(), first.Entry.EffectiveOn, first.Entry.FactsHash.ToString(), first.Entry.ExplanationHash.ToString(),
                first.Entry.Corrects == Domain.Hash.Zero ? null : first.Entry.Corrects.ToString(),
                calculation.Sum(one => IsOwed(one.Leaf) ? one.Leaf.Entry.Amount.Minor : -one.Leaf.Entry.Amount.Minor),
                calculation.ConvertAll(one => one.Leaf.Sequence), Json(facts!), again is null ? null : Json(again.Explanation)));
        }
        return calculations;
    }

    /// <summary>The entries of a calculation stand together, and the first has the facts.</summary>
    private static IEnumerable<List<(EntryLeaf Leaf, byte[]? Facts)>> Groups(IEnumerable<(EntryLeaf Leaf, byte[]? Facts)> entries)
    {
        List<(EntryLeaf Leaf, byte[]? Facts)>? group = null;
        foreach (var entry in entries)
        {
            if (entry.Facts is not null)
            {
                if (group is not null)
                    yield return group;
                group = [];
            }
            group?.Add(entry);
        }
        if (group is not null)
            yield return group;
    }

    private static bool IsOwed(EntryLeaf leaf) => leaf.Debit.Account.StartsWith("receivable:", StringComparison.Ordinal);

    private static JsonElement Json(byte[] bytes)
    {
        using var json = JsonDocument.Parse(bytes);
        return json.RootElement.Clone();
    }
}

/// <summary>What happened to a deal since its completion.</summary>
internal sealed record LaterStateView(
    int Events, int EventsLeft, IReadOnlyList<string> Milestones, IReadOnlyList<string> BalancesToPay, long PaidMinor, long RefundedMinor,
    IReadOnlyList<LaterLineView> Credited, IReadOnlyList<LaterView> Latest)
{
    public static LaterStateView Of(Domain.Deals.LaterState later) => new(
        later.UsedKeys.Length, Domain.Deals.LaterState.MaxEvents - later.UsedKeys.Length, later.Milestones,
        [.. later.Balances.Select(balance => balance.Month.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture))],
        later.PaidMinor, later.RefundedMinor,
        [.. later.Lines.Select(LaterLineView.Of)], [.. later.Receipts.Select(LaterView.Of)]);
}

/// <summary>What a party holds of a component: credited, less what was taken back.</summary>
internal sealed record LaterLineView(string Component, string Party, string? Payee, long CreditedMinor, long ReversedMinor)
{
    public static LaterLineView Of(Domain.Deals.LaterLine line) =>
        new(line.Component, PartyNames.Of(line.Party), line.Payee?.ToString(), line.OriginalMinor, line.ReversedMinor);
}
