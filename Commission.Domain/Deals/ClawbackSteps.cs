using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Volumes;

namespace Commission.Domain.Deals;

/// <summary>
/// What a clawback takes: of what the deal itself credited, line by line; of what accumulators credited, by taking the same
/// part out of the deal's contributions, which re-rates them. Never more than was credited. Pure.
/// </summary>
internal static class ClawbackSteps
{
    public static Decision<DealEvent> Decide(DealState state, RecordClawback command, RuleSetDocument rules, DateTimeOffset now)
    {
        var later = state.Later ?? LaterState.Start;
        var digest = LaterState.DigestOf("clawback", command.Key);
        if ((LaterSteps.CheckKey(state, later, digest, "clawback", command.Key, RefusalCodes.DuplicateClawback) ?? CheckRefund(command)) is { } refusal)
            return refusal;
        var lines = LaterLines.Of(state, rules);
        var refunded = later.RefundedMinor + (command.RefundedMinor ?? 0);
        var paid = later.PaidMinor > 0 ? later.PaidMinor : state.SettledValue.Minor;
        var happened = new ClawedBack(
            command.Key, DealTime.CompleteMonths(state.SettledOn, command.On), command.On.DayNumber - state.SettledOn.DayNumber,
            Math.Min(refunded, Money.MaxMinor), paid,
            [.. lines.Select(line => new CreditedLine(line.Component, line.Party, line.Payee, line.OriginalMinor, line.ReversedMinor))]);
        var calculation = Calculator.Calculate(rules, DealMachine.CalculationFactsOf(state) with { Event = happened });
        var (taken, contributions) = Volume(state, later, happened, rules);
        var (credited, before) = (lines.Sum(line => Math.Max(0, line.OriginalMinor)), lines.Sum(line => line.ReversedMinor));
        var reach = new ClawbackReach(
            credited, before, -calculation.Accruals.Sum(accrual => accrual.AmountMinor), refunded, paid,
            refunded > paid || (before == credited && contributions.Count == 0));
        var receipt = new DealReceipt(
            state.Id, command.Fingerprint, "clawback", WordOf(command.Reason), command.Key, command.On, command.RefundedMinor, null, now,
            [.. calculation.Accruals], calculation.FactsHash, calculation.ExplanationHash,
            [.. contributions.Select(one => one.Key.Component).Distinct(StringComparer.Ordinal)], reach);
        var after = LaterSteps.Remember(later, digest, receipt) with
        {
            Lines = LaterLines.Reversed(lines, calculation),
            RefundedMinor = Math.Min(refunded, Money.MaxMinor),
            Taken = taken,
            Revision = contributions.Count > 0 ? later.Revision + 1 : later.Revision,
        };
        return LaterSteps.Accept(after, calculation, EntryKind.Clawback, command, contributions);
    }

    private static string WordOf(ClawbackReason reason) => reason switch
    {
        ClawbackReason.Cancellation => "cancellation",
        ClawbackReason.Discharge => "discharge",
        ClawbackReason.Refund => "refund",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };

    private static Refusal? CheckRefund(RecordClawback command)
    {
        if (command.RefundedMinor is null && command.Reason != ClawbackReason.Refund)
            return null;
        return command.RefundedMinor is > 0 and <= Money.MaxMinor
            ? null
            : new Refusal(RefusalCodes.InvalidField, $"refundedMinor must be from 1 to {Money.MaxMinor}.", "refundedMinor");
    }

    /// <summary>What is left of the deal's contributions, where the clawback takes more of a component than any before it.</summary>
    private static (TakenPart[] Taken, List<RecordContribution> Contributions) Volume(
        DealState state, LaterState later, ClawedBack happened, RuleSetDocument rules)
    {
        var product = rules.Products[state.Product];
        var (taken, changed) = (later.Taken.ToList(), new HashSet<string>(StringComparer.Ordinal));
        for (var i = 0; i < product.Components.Count; i++)
        {
            var component = product.Components[i];
            if (product.MomentOf(i) != Moment.Volume)
                continue;
            var (numerator, denominator) = ClawbackCalculation.FractionOf(component.Terms.Clawback, happened);
            var before = taken.Find(part => part.Component == component.Name) ?? new TakenPart(component.Name, 0, 1);
            if (numerator * before.Denominator <= before.Numerator * denominator)
                continue;
            changed.Add(component.Name);
            taken.Remove(before);
            taken.Add(new TakenPart(component.Name, (long)numerator, (long)denominator));
        }
        if (changed.Count == 0)
            return (later.Taken, []);
        var after = later with { Taken = [.. taken], Revision = later.Revision + 1 };
        return (after.Taken, [.. VolumeSteps.Stated(state, after, rules).Where(stated => changed.Contains(stated.Key.Component))]);
    }
}
