using Commission.Domain.Ledger;
using Commission.Domain.Rules;

namespace Commission.Domain.Guarantees;

/// <summary>G6, for deals: what a complete chain accrues stands in the ledger once, no more and no less.</summary>
public static class OnceCheck
{
    /// <summary>Checks one deal.</summary>
    public static void Check(DealDossier dossier, KnownFacts known, Findings findings)
    {
        findings.Saw("entries", dossier.Entries.Count);
        foreach (var cause in dossier.Entries.GroupBy(entry => (entry.Leaf.Entry.FactsHash, entry.Leaf.Entry.Ordinal)).Where(cause => cause.Count() > 1))
        {
            var leaves = string.Join(", ", cause.Select(entry => entry.Leaf.Sequence));
            findings.Break($"{dossier.Deal}", $"accrual {cause.Key.Ordinal} of one cause stands {cause.Count()} times: leaves {leaves}");
        }
        if (!dossier.IsComplete || dossier.HandshakesWait)
            return;
        findings.Saw("complete deals");
        if (dossier.EntriesWait)
        {
            findings.Saw("deals on their way");
            return;
        }
        if (Expected(dossier, known) is not { } expected)
        {
            findings.Break($"{dossier.Deal}", "what it accrues cannot be calculated: its rule set is not there");
            return;
        }
        var standing = dossier.Entries.Count(entry => entry.Leaf.Entry.FactsHash == expected.FactsHash && entry.Leaf.Entry.Kind == EntryKind.Accrual);
        if (standing != expected.Accruals.Count)
            findings.Break($"{dossier.Deal}", $"its chain is complete and accrues {expected.Accruals.Count} entries; {standing} stand in the ledger");
    }

    /// <summary>The calculation of the completion, from what was signed alone.</summary>
    private static Calculation? Expected(DealDossier dossier, KnownFacts known)
    {
        var (intent, settlement) = (dossier.Intent!, dossier.Settlement!);
        var version = known.Verticals.GetValueOrDefault(intent.Vertical)?.ActiveOn(intent.ReferredOn);
        if (version is null || !Hash.TryParse(version.Hash, out var hash) || known.DocumentOf(intent.Vertical, hash) is not { } document)
            return null;
        var payees = new Dictionary<Party, ContactId> { [Party.Referrer] = dossier.Chain[0].Actor, [Party.Receiver] = intent.Receiver };
        foreach (var (level, upline) in intent.Uplines.Index())
            payees[PartyNames.Uplines[level]] = upline;
        var facts = new CalculationFacts(intent.Product, settlement.Value.Currency, settlement.Value.Minor, settlement.Bases, payees);
        return document.Products.ContainsKey(intent.Product) && Calculator.MissingBasis(document, facts) is null ? Calculator.Calculate(document, facts) : null;
    }
}
