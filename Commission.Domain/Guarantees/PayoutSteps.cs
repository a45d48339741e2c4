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
        var has = string.Concat(Booked.Select(step => char.ToLowerInvariant(step.Step.ToString()[0])));
        return allowed.Split('|').Contains(has)
            ? null
            : $"it is {item.Status.ToString().ToLowerInvariant()}, and of attempt {attempt} the ledger has {(Booked.Count == 0 ? "nothing" : string.Join(", ", Booked.Select(step => step.Step.ToString().ToLowerInvariant())))}";
    }

    private bool Has(PayoutItemStatus step) => Booked.Any(booked => booked.Step == step);
}
