using Commission.Domain.Deals;
using Commission.Domain.Ledger;

namespace Commission.Domain.Guarantees;

/// <summary>
/// G1, for the state that the engine goes on from: a deal's next step is decided by its stored state, which must be what the
/// parties signed.
/// </summary>
public static class DealStateCheck
{
    /// <summary>Checks one deal.</summary>
    public static void Check(DealDossier dossier, DealState? state, Findings findings)
    {
        if (dossier.HandshakesWait || dossier.Chain.Count == 0)
            return;
        findings.Saw("states");
        findings.BreakIf($"{dossier.Deal}", state is null ? "it has handshakes, and no state is stored" : Fault(state, dossier));
    }

    private static string? Fault(DealState state, DealDossier dossier)
    {
        if (state.Id != dossier.Deal)
            return $"its row holds the state of {state.Id}";
        if (state.Steps.Length != dossier.Chain.Count)
            return $"its state has {state.Steps.Length} steps, {dossier.Chain.Count} were signed";
        for (var i = 0; i < state.Steps.Length; i++)
        {
            var (step, signed) = (state.Steps[i], dossier.Chain[i]);
            if (step.Step != signed.Leaf.Handshake.Step || step.Hash != signed.Hash)
                return $"step {i + 1} of its state is not the {signed.Step} that was signed";
            if (step.Actor != signed.Actor || step.AttestedBy != signed.AttestedBy || step.Time != signed.Time)
                return $"step {i + 1} of its state is not by whom, or of when, the {signed.Step} says";
        }
        return IntentFault(state, dossier) ?? SettlementFault(state, dossier.Settlement) ?? RuleFault(state, dossier)
            ?? (state.Status == StatusAfter(dossier.Chain[^1]) ? null : $"its state says {state.Status} after the {dossier.Chain[^1].Step}");
    }

    /// <summary>Each step has the status of its number.</summary>
    private static DealStatus StatusAfter(StoredHandshake last) => (DealStatus)(byte)last.Leaf.Handshake.Step;

    private static string? IntentFault(DealState state, DealDossier dossier) => dossier.Intent is not { } intent ? null
        : (state.Referrer, state.Receiver, state.Client) != (dossier.Chain[0].Actor, intent.Receiver, intent.Client) ? "its state names other parties than the intent"
        : (state.Vertical, state.Product, state.ReferredOn) != (intent.Vertical, intent.Product, intent.ReferredOn)
            ? "its state is of another vertical, product or referral date than the intent"
        : !state.Uplines.SequenceEqual(intent.Uplines) ? "its state names other uplines than the intent"
        : null;

    private static string? SettlementFault(DealState state, StatedSettlement? settlement) => settlement is null ? null
        : (state.SettledValue, state.SettledOn) != (settlement.Value, settlement.On)
            ? $"its state settles {state.SettledValue} on {state.SettledOn:yyyy-MM-dd}, the signed settlement {settlement.Value} on {settlement.On:yyyy-MM-dd}"
        : state.Bases.Length != settlement.Bases.Count || state.Bases.Any(basis => settlement.Bases.GetValueOrDefault(basis.Name, -1) != basis.Value)
            ? "its state has other bases than the settlement"
        : null;

    private static string? RuleFault(DealState state, DealDossier dossier) =>
        dossier.Entries.FirstOrDefault(entry => entry.Leaf.Entry.Kind == EntryKind.Accrual) is { } accrual && accrual.Leaf.Entry.RuleHash != state.RuleHash
            ? "its state pins another rule set than its entries name"
            : null;
}
