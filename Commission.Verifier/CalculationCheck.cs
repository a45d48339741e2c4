using System.Globalization;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Evidence;
using Commission.Domain.Rules;
using static Commission.Verifier.Findings;

namespace Commission.Verifier;

/// <summary>Rules and facts give these entries, the facts are what the handshakes say, and corrections name what they correct.</summary>
internal static class CalculationCheck
{
    public static void Verify(EvidencePack pack, PackLeaves leaves, DealCheck deal, Findings findings)
    {
        var documents = pack.RuleSets.Select(document => RuleSetReader.Read(document).Document!).ToDictionary(document => document.Hash);
        var calculations = new Dictionary<Hash, EvidenceCalculation>();
        foreach (var calculation in pack.Calculations)
            Require(calculations.TryAdd(Hash.Of(calculation.Facts), calculation), Failure.Calculation, "A calculation stands twice.");
        var (replay, seen) = (new CalculationReplay(), new HashSet<Hash>());
        foreach (var leaf in leaves.Entries)
        {
            var entry = leaf.Entry;
            Require(entry.Deal == deal.Deal, Failure.Calculation, $"Entry {leaf.Sequence} is of another deal.");
            Require(calculations.TryGetValue(entry.FactsHash, out var calculation), Failure.Calculation, $"Entry {leaf.Sequence}: its facts are not in the pack.");
            Require(Hash.Of(calculation!.Explanation) == entry.ExplanationHash, Failure.Calculation, $"Entry {leaf.Sequence}: its explanation is not in the pack.");
            Require(CalculationReplay.VerticalOf(entry) == deal.Intent.Vertical, Failure.Calculation, $"Entry {leaf.Sequence} moves no receivable of {deal.Intent.Vertical}.");
            Require(
                (entry.Kind == EntryKind.Accrual) == (entry.Corrects == Hash.Zero) && (entry.Corrects == Hash.Zero || seen.Contains(entry.Corrects)),
                Failure.Calculation, $"Entry {leaf.Sequence}: what it corrects is not in the pack.");
            var first = seen.Add(entry.FactsHash);
            if (first)
                VerifyFacts(calculation, entry, deal, findings);
            var fault = replay.Next(leaf, first ? calculation.Facts : null, documents[entry.RuleHash]);
            Require(fault is null, Failure.Calculation, fault ?? "");
        }
        Require(replay.End() is null, Failure.Calculation, replay.End() ?? "");
        Require(seen.Count == calculations.Count, Failure.Calculation, "The pack holds calculations of no entry.");
        if (seen.Count > 0)
            findings.Shown.Add(string.Create(CultureInfo.InvariantCulture, $"rules: {leaves.Entries.Count} entries of {seen.Count} calculations were calculated again and are the same"));
        if (pack.Subject is DealSubject)
            findings.NotShown.Add("that the deal has no further entries: only the whole book shows that (commission-verify book)");
    }

    private static void VerifyFacts(EvidenceCalculation calculation, EntryDraft entry, DealCheck deal, Findings findings)
    {
        var (facts, refusal) = CalculationFactsReader.Read(calculation.Facts);
        Require(facts is not null, Failure.Calculation, $"Facts cannot be read: {refusal?.Text}");
        var (intent, settlement, outcome) = (deal.Intent, deal.Settlement!, deal.Outcome!);
        Require(
            facts!.Product == intent.Product && facts.Currency == settlement.SettledValue.Currency && facts.SettledValueMinor == settlement.SettledValue.Minor
            && facts.OtherBases.Count == settlement.Bases.Length
            && settlement.Bases.All(basis => facts.OtherBases.TryGetValue(basis.Name, out var value) && value == basis.Value),
            Failure.Calculation, "The facts are not what the settlement says.");
        Require(
            Payee(facts, Party.Referrer) == intent.Actor && Payee(facts, Party.Receiver) == intent.Receiver
            && Uplines(facts).SequenceEqual(intent.Upline is { } upline ? [upline, .. intent.FurtherUplines] : []),
            Failure.Calculation, "The facts name other people than the intent.");
        if (facts.Event is null)
        {
            Require(
                entry.EffectiveOn == DateOnly.FromDateTime(outcome.Time.UtcDateTime) && entry.Actor == outcome.Actor,
                Failure.Calculation, "The accrual does not count from the outcome.");
        }
        else if (!findings.NotShown.Contains(Later))
        {
            findings.NotShown.Add(Later);
        }
    }

    private const string Later = "what happened after the outcome (revenue, milestones, other deals' volume, clawbacks): the engine recorded it, and no handshake signs it";

    private static IEnumerable<ContactId> Uplines(CalculationFacts facts) =>
        PartyNames.Uplines.Where(facts.Payees.ContainsKey).Select(party => facts.Payees[party]);

    private static ContactId? Payee(CalculationFacts facts, Party party) => facts.Payees.TryGetValue(party, out var payee) ? payee : null;
}
