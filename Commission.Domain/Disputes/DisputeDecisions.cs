using Commission.Domain.Amounts;

namespace Commission.Domain.Disputes;

/// <summary>The decision of a dispute.</summary>
internal static class DisputeDecisions
{
    public static Decision<DisputeEvent> Decide(DisputeState state, DecideDispute command, ContactId actor, DisputeFacts facts, DateTimeOffset now)
    {
        if (Check(state, command) is { } refusal)
            return refusal;
        var decision = new DisputeDecision(command.Outcome, command.Amounts, command.TextHash, actor, now);
        return Decision<DisputeEvent>.Accept(new DisputeWasDecided(decision, DisputeClock.UsedAt(state, facts, now), now, command.Fingerprint));
    }

    private static Refusal? Check(DisputeState state, DecideDispute command)
    {
        if (!Enum.IsDefined(command.Outcome))
            return StrictNode.Wrong("outcome", "upheld, partly or rejected", $"{command.Outcome}");
        if (command.Amounts.DistinctBy(amount => amount.Entry).Count() < command.Amounts.Length)
            return StrictNode.Wrong("amounts", "each entry once", "one of them twice");
        foreach (var (index, amount) in command.Amounts.Index())
        {
            if (!Array.Exists(state.Contested, entry => entry.Entry == amount.Entry))
                return StrictNode.Wrong($"amounts[{index}].entry", "one of the contested entries", amount.Entry.ToString());
            if (amount.AmountMinor is < -Money.MaxMinor or > Money.MaxMinor)
                return StrictNode.Wrong($"amounts[{index}].amountMinor", $"at most {Money.MaxMinor}", $"{amount.AmountMinor}");
        }
        var changes = command.Amounts.Any(amount => Array.Find(state.Contested, entry => entry.Entry == amount.Entry)!.Amount.Minor != amount.AmountMinor);
        return changes == (command.Outcome != DisputeOutcome.Rejected) ? null
            : changes ? StrictNode.Wrong("amounts", "no change, for the dispute is rejected", "a change")
            : StrictNode.Wrong("amounts", "a change of at least one entry, for the dispute is not rejected", "none");
    }
}
