using Commission.Domain.Ledger;
using Commission.Domain.Payouts;

namespace Commission.Domain.Guarantees;

/// <summary>The steps that the ledger has of one attempt of an item.</summary>
public sealed class PayoutSteps
{
    private static readonly PayoutItemStatus[] All =
        [PayoutItemStatus.Submitted, PayoutItemStatus.Paid, PayoutItemStatus.Failed, PayoutItemStatus.Returned];

    private PayoutSteps(IReadOnlyList<(PayoutItemStatus, IReadOnlyList<BookedEntry>)> booked) => Booked = booked;

    /// <summary>Each step with its transfers.</summary>
    public IReadOnlyList<(PayoutItemStatus Step, IReadOnlyList<BookedEntry> Booked)> Booked { get; }

    /// <summary>Money went to clearing.</summary>
    public bool IsSubmitted => Has(PayoutItemStatus.Submitted);

    /// <summary>It left the bank.</summary>
    public bool IsPaid => Has(PayoutItemStatus.Paid);

    /// <summary>It failed.</summary>
    public bool IsFailed => Has(PayoutItemStatus.Failed);

    /// <summary>It came back.</summary>
    public bool IsReturned => Has(PayoutItemStatus.Returned);

    /// <summary>Takes what the ledger has of an attempt.</summary>
    public static PayoutSteps Of(PayoutBatchState batch, PayoutItem item, int attempt, BookedEntries ledger) => new(
    [
        .. All.Select(step => (step, ledger.Take(Hash.Of(PayoutEntries.FactsOf(batch.Id, item, attempt, step)))))
            .Where(step => step.Item2.Count > 0),
    ]);

    /// <summary>Why the ledger cannot have these steps when the item stands so, or null.</summary>
    public string? Fault(PayoutItem item, int attempt)
    {
        var allowed = attempt < item.Attempt ? "|sf|sr|spr" : item.Status switch
        {
            PayoutItemStatus.Pending => "",
            PayoutItemStatus.Submitted => "s",
            PayoutItemStatus.Paid => "sp",
            PayoutItemStatus.Failed => item.Submission == Hash.Zero ? "" : "sf",
            PayoutItemStatus.Returned => "sr|spr",
            PayoutItemStatus.Released => item.Submission == Hash.Zero ? "" : "sf|sr|spr",
            _ => throw new ArgumentOutOfRangeException(nameof(item)),
        };
        return PathFault(attempt, allowed) is { } fault ? $"it is {item.Status.ToString().ToLowerInvariant()}, and {fault}" : null;
    }

    /// <summary>Why the ledger cannot have these steps, where these are allowed: s submitted, p paid, f failed, r returned.</summary>
    internal string? PathFault(int attempt, string allowed)
    {
        var has = string.Concat(Booked.Select(step => char.ToLowerInvariant(step.Step.ToString()[0])));
        return allowed.Split('|').Contains(has)
            ? null
            : $"of attempt {attempt} the ledger has {(Booked.Count == 0 ? "nothing" : string.Join(", ", Booked.Select(step => step.Step.ToString().ToLowerInvariant())))}";
    }

    /// <summary>The first transfer that is not what the item's step makes, or null.</summary>
    public string? TransferFault(PayoutBatchState batch, PayoutItem item, int attempt)
    {
        var submission = Hash.Of(PayoutEntries.FactsOf(batch.Id, item, attempt, PayoutItemStatus.Submitted));
        foreach (var (step, booked) in Booked)
        {
            var from = step switch
            {
                PayoutItemStatus.Submitted => PayoutItemStatus.Pending,
                PayoutItemStatus.Returned when IsPaid => PayoutItemStatus.Paid,
                _ => PayoutItemStatus.Submitted,
            };
            var moved = new PayoutItemMoved(item.Number, from, step, attempt, item.Amounts.PayMinor, null, submission, item.Since);
            var expected = PayoutEntries.Of(batch, item, moved).Cast<EntryDraft>().ToList();
            if (booked.Count != expected.Count)
                return $"{step} left {booked.Count} transfers in the ledger where there are {expected.Count}";
            for (var i = 0; i < expected.Count; i++)
            {
                // The date is the day of the step, which the row of an item that went on no longer has.
                var (has, should) = (booked[i].Entry with { EffectiveOn = expected[i].EffectiveOn, Facts = null }, expected[i]);
                if (has != should)
                    return $"{booked[i].Where} moves {has.Amount} from {has.Credit} to {has.Debit}, its item {should.Amount} from {should.Credit} to {should.Debit}, or for another cause";
            }
        }
        return null;
    }

    private bool Has(PayoutItemStatus step) => Booked.Any(booked => booked.Step == step);
}
