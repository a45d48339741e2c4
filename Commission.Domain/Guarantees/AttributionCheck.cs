using Commission.Domain.Amounts;
using Commission.Domain.Rules;

namespace Commission.Domain.Guarantees;

/// <summary>G1: every entry leads back, over hashes that are computed again, to the intent of a referral, and rests on what was signed there.</summary>
public static class AttributionCheck
{
    /// <summary>Checks one deal.</summary>
    public static void Check(DealDossier dossier, Findings findings)
    {
        findings.Saw("deals");
        findings.Saw("handshakes", dossier.HandshakeLeaves.Count);
        findings.Saw("entries", dossier.Entries.Count);
        foreach (var fault in dossier.Faults)
            findings.Break(fault.Where, fault.What);
        if (dossier.Entries.Count == 0)
            return;
        if (dossier.HandshakesWait)
        {
            findings.Saw("deals on their way");
            return;
        }
        if (!dossier.IsComplete)
        {
            var steps = string.Join(", ", dossier.Chain.Select(handshake => handshake.Step));
            findings.Break(
                $"{dossier.Deal}", $"{dossier.Entries.Count} entries stand in the ledger, the first as leaf {dossier.Entries[0].Leaf.Sequence}, and its chain is "
                + (steps.Length == 0 ? "empty" : steps));
            return;
        }
        foreach (var entry in dossier.Entries)
            CheckFacts(dossier, entry, findings);
    }

    /// <summary>What was calculated must be what was signed: product, value, bases and people.</summary>
    private static void CheckFacts(DealDossier dossier, StoredEntry entry, Findings findings)
    {
        if (entry.Facts is null)
            return;
        var where = DealDossier.Where(entry.Leaf);
        var (facts, refusal) = CalculationFactsReader.Read(entry.Facts);
        if (facts is null)
        {
            findings.Break(where, $"its facts cannot be read: {refusal!.Text}");
            return;
        }
        var (intent, settlement) = (dossier.Intent!, dossier.Settlement!);
        findings.BreakIf(where, facts.Product != intent.Product ? $"its facts are of {facts.Product}, the intent of {intent.Product}"
            : facts.Currency != settlement.Value.Currency || facts.SettledValueMinor != settlement.Value.Minor
                ? $"its facts settle {new Money(facts.SettledValueMinor, facts.Currency)}, the signed settlement {settlement.Value}"
            : facts.OtherBases.Any(basis => settlement.Bases.GetValueOrDefault(basis.Key, -1) != basis.Value) ? "its facts have a basis that the settlement does not state"
            : Stranger(dossier, facts) is { } stranger ? $"its facts pay {stranger}, who does not stand in the signed intent in that role"
            : null);
    }

    private static ContactId? Stranger(DealDossier dossier, CalculationFacts facts)
    {
        foreach (var (party, payee) in facts.Payees)
        {
            ContactId? signed = party switch
            {
                Party.Referrer => dossier.Chain[0].Actor,
                Party.Receiver => dossier.Intent!.Receiver,
                _ => Array.IndexOf([.. PartyNames.Uplines], party) is >= 0 and var level && level < dossier.Intent!.Uplines.Count
                    ? dossier.Intent.Uplines[level]
                    : null,
            };
            if (signed != payee)
                return payee;
        }
        return null;
    }
}
