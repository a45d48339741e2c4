using Commission.Domain.Payouts;

namespace Commission.Domain.Guarantees;

/// <summary>
/// G6, for one batch: what was approved is what its rows hold; each item pays entries of its payee, once; the ledger moved exactly that,
/// and the rail too. Items come one by one, so that a batch of 100,000 needs no more memory than what the ledger has of it.
/// </summary>
public sealed class PayoutCheck(
    PayoutBatchState batch, BookedEntries ledger, IReadOnlyDictionary<string, RailRecord> rail, ServiceLimits limits, Findings findings)
{
    private static readonly PayoutItemStatus[] Statuses = Enum.GetValues<PayoutItemStatus>();

    private readonly BatchHasher _approved = new(batch.Id, batch.Rail, batch.Currency);
    private readonly Dictionary<PayoutItemStatus, PayoutTally> _tallies = Statuses.ToDictionary(status => status, _ => default(PayoutTally));
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<ContactId> _payees = [];
    private int _last;

    /// <summary>Checks the next item.</summary>
    public void Add(PayoutItemDossier dossier)
    {
        var item = dossier.Item;
        var where = $"{batch.Id} item {item.Number}";
        findings.Saw("payout items");
        findings.Saw("payout lines", dossier.Lines.Count);
        if (item.Number <= _last || item.Amounts.PayMinor <= 0 || item.Attempt is < 1 or > PayoutReference.MaxAttempts || !Enum.IsDefined(item.Status))
        {
            findings.Break(where, "its row cannot be: its number, amounts, attempt or status");
            return;
        }
        _last = item.Number;
        _approved.Add(batch.Approved(item) ? item with { Status = PayoutItemStatus.Pending } : item with { Status = PayoutItemStatus.Released });
        var status = batch.Status == PayoutBatchStatus.Cancelled ? PayoutItemStatus.Released : item.Status;
        _tallies[status] = new PayoutTally(_tallies[status].Items + 1, checked(_tallies[status].PayMinor + item.Amounts.PayMinor));
        if (!_payees.Add(item.Payee))
            findings.Break(where, $"{item.Payee} has two items in one batch");
        findings.BreakIf(where, PayoutLinesCheck.Fault(batch, dossier));
        for (var attempt = 1; attempt <= item.Attempt; attempt++)
            CheckAttempt(dossier, attempt, where);
    }

    /// <summary>Checks the batch as a whole.</summary>
    /// <param name="lines">Lines that are stored for it.</param>
    /// <param name="seenLines">Lines that its items had.</param>
    public void End(long lines, long seenLines)
    {
        var where = $"{batch.Id}";
        findings.Saw("payout batches");
        if (lines != seenLines)
            findings.Break(where, $"{lines} lines are stored for it, its items have {seenLines}");
        var contents = _approved.Finish();
        if (contents != batch.Contents)
            findings.Break(where, $"its rows hold {contents.Items} items that pay {contents.PayMinor}, hash {contents.Hash}; its state says {batch.Contents.Items}, {batch.Contents.PayMinor}, {batch.Contents.Hash}");
        var isApproved = batch.Status is PayoutBatchStatus.Approved or PayoutBatchStatus.Submitted or PayoutBatchStatus.Settled;
        findings.BreakIf(where, !isApproved ? null
            : batch.Approver is not { } approver ? "nobody approved it"
            : batch.Makers.Contains(approver) ? $"{approver} approved it and had a hand in it"
            : batch.ApprovedHash != contents.Hash ? "what was approved is not what its rows hold"
            : null);
        foreach (var status in Statuses.Where(status => batch.Of(status) != _tallies[status]))
            findings.Break(where, $"it counts {batch.Of(status).Items} items that are {Word(status)}, its rows have {_tallies[status].Items}, or other amounts");
        foreach (var booked in ledger.Rest.Take(Findings.MaxViolations))
            findings.Break(booked.Where, $"no item of {batch.Id} has this transfer of {booked.Entry.Amount}");
        foreach (var record in rail.Values.Where(record => !_known.Contains(record.Reference)).Take(Findings.MaxViolations))
            findings.Break(where, $"the rail pays {record.AmountMinor} as {record.Reference}, which nobody submitted");
        if (batch is { Status: PayoutBatchStatus.Submitted, SubmittedAt: { } submitted } && submitted + limits.PayoutWithin < limits.Now)
            findings.Late(where, $"it was submitted at {submitted:O} and is not settled: {batch.Submitted.Items} items are on their way, {batch.Failed.Items + batch.Returned.Items} wait for somebody");
    }

    private void CheckAttempt(PayoutItemDossier dossier, int attempt, string where)
    {
        var item = dossier.Item;
        var submission = Hash.Of(PayoutEntries.FactsOf(batch.Id, item, attempt, PayoutItemStatus.Submitted));
        var steps = PayoutSteps.Of(batch, item, attempt, ledger);
        findings.BreakIf(where, steps.TransferFault(batch, item, attempt));
        findings.Saw("payout transfers", steps.Booked.Sum(step => step.Booked.Count));
        findings.BreakIf(where, steps.Fault(item, attempt));
        if (attempt == item.Attempt && item.Submission != (steps.IsSubmitted ? submission : Hash.Zero))
            findings.Break(where, "its row names another submission than the ledger has");
        findings.BreakIf(where, RailFault(dossier, attempt, steps));
    }

    private string? RailFault(PayoutItemDossier dossier, int attempt, PayoutSteps steps)
    {
        var item = dossier.Item;
        var isCurrent = attempt == item.Attempt;
        var reference = batch.Rail == Rail.Aba ? PayoutReference.Of(batch.Id, item.Number, attempt) : PayoutReference.KeyOf(batch.Id, item.Number, attempt);
        if (!steps.IsSubmitted)
            return isCurrent && dossier.FilePart is { } odd ? $"its row says that it is in file {odd}, and it was not submitted" : null;
        _known.Add(reference);
        if (!rail.TryGetValue(reference, out var record))
        {
            var mayWait = isCurrent && item.Status == PayoutItemStatus.Submitted && item.Since + ServiceLimits.RecordWithin > limits.Now;
            var neverAsked = batch.Rail == Rail.Stripe && steps.IsFailed;
            return mayWait || neverAsked ? null : $"the rail has nothing of attempt {attempt}, which the ledger moved";
        }
        findings.Saw("rail records");
        if (record.AmountMinor != item.Amounts.PayMinor)
            return $"the rail pays {record.AmountMinor} as {reference}, the item {item.Amounts.PayMinor}";
        if (isCurrent && record.Part is not null && record.Part != dossier.FilePart && dossier.FilePart is not null)
            return $"its row says file {dossier.FilePart}, it is in file {record.Part}";
        if (isCurrent && record.Part is not null && dossier.FilePart is null && item.Status is PayoutItemStatus.Submitted or PayoutItemStatus.Paid)
            return $"it is in file {record.Part}, and its row says in none";
        if (batch.Rail == Rail.Aba)
            return record.Account is not null && dossier.Account is not null && record.Account != dossier.Account
                ? "the file pays another account than the one that was approved"
                : null;
        return record.Account is null || StripeDestination.Of(item.Payee, batch.IsLive, record.Account) != item.Destination
            ? "the transfer pays another account than the one that was approved"
            : OutcomeFault(record, steps, item, isCurrent);
    }

    /// <summary>What Stripe said may be told a little later; what the ledger says, Stripe must have said.</summary>
    private string? OutcomeFault(RailRecord record, PayoutSteps steps, PayoutItem item, bool isCurrent)
    {
        if (!record.IsTold)
            return null;
        var isOpen = steps is { IsPaid: false, IsFailed: false, IsReturned: false };
        if (isOpen)
            return isCurrent && record.Outcome is not null && item.Since + limits.PayoutWithin < limits.Now
                ? $"Stripe has {record.Outcome} it, and it still stands as on its way"
                : null;
        return steps.IsFailed && record.Outcome == "done" && record.ReversedMinor < record.AmountMinor ? "it stands as failed, and Stripe has paid it"
            : steps.IsReturned && record.ReversedMinor < record.AmountMinor ? $"it stands as returned, and Stripe has {record.ReversedMinor} of {record.AmountMinor} back"
            : steps is { IsPaid: true, IsReturned: false } && record.Outcome != "done" ? "it stands as paid, and Stripe has not done it"
            : steps is { IsPaid: true, IsReturned: false } && record.ReversedMinor != 0 && isCurrent ? $"it stands as paid, and {record.ReversedMinor} of it went back"
            : null;
    }

    private static string Word(PayoutItemStatus status) => status.ToString().ToLowerInvariant();
}
