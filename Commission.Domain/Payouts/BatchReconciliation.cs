using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;

namespace Commission.Domain.Payouts;

/// <summary>
/// Adds up one batch three times: from its rows, from the ledger's entries, from the rail's records; attempt by attempt, so that what
/// differs is named. It proves nothing by itself: guarantee G6 does, over the same records.
/// </summary>
public sealed class BatchReconciliation(
    PayoutBatchState batch, BookedEntries ledger, IReadOnlyDictionary<string, RailRecord> rail, ServiceLimits limits)
{
    private const int MaxDifferences = 200;
    private readonly SortedDictionary<DateOnly, ReconciledDay> _days = [];
    private readonly List<ReconciliationDifference> _differences = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private long _total;
    private long _notOut;
    private long _ledgerOut;
    private long _railOut;

    /// <summary>Adds the next item.</summary>
    public void Add(PayoutItemDossier dossier)
    {
        var item = dossier.Item;
        if (!batch.Approved(item))
            return;
        var pay = item.Amounts.PayMinor;
        _total = checked(_total + pay);
        var isOut = item.Status is PayoutItemStatus.Submitted or PayoutItemStatus.Paid;
        _notOut = checked(_notOut + (isOut ? 0 : pay));
        for (var attempt = 1; attempt <= item.Attempt; attempt++)
            Add(item, attempt, isOut && attempt == item.Attempt);
    }

    /// <summary>What it came to.</summary>
    public ReconciledBatch End()
    {
        foreach (var booked in ledger.Rest)
            Differ($"{batch.Id}", "the ledger's transfer and no item", booked.Entry.Amount.Minor, 0, $"{booked.Where} belongs to no item", false);
        foreach (var record in rail.Values.Where(record => !_known.Contains(record.Reference)))
        {
            var isRefused = record.Outcome == "refused" || record.ReversedMinor == record.AmountMinor;
            _railOut = checked(_railOut + (isRefused ? 0 : record.AmountMinor - record.ReversedMinor));
            Differ($"{record.Reference}", "the rail's record and the ledger", record.AmountMinor, 0, "the ledger has no submission of it", isRefused);
        }
        if (_total - _notOut != _ledgerOut)
            Differ($"{batch.Id}", "approved less what is not out, and the ledger", _total - _notOut, _ledgerOut, "the differences of its items", AllExplained);
        if (_ledgerOut != _railOut)
            Differ($"{batch.Id}", "the ledger and the rail", _ledgerOut, _railOut, "the differences of its items", AllExplained);
        return new ReconciledBatch(
            batch.Id, batch.Rail, batch.Currency.Code, batch.Status, _total, _notOut, _ledgerOut, _railOut, [.. _days.Values], [.. _differences]);
    }

    private bool AllExplained => _differences.Count > 0 && _differences.TrueForAll(difference => difference.IsExplained);

    private void Add(PayoutItem item, int attempt, bool shouldBeOut)
    {
        var (where, pay) = ($"{batch.Id} item {item.Number} attempt {attempt}", item.Amounts.PayMinor);
        var reference = batch.Rail == Rail.Aba ? PayoutReference.Of(batch.Id, item.Number, attempt) : PayoutReference.KeyOf(batch.Id, item.Number, attempt);
        var record = rail.GetValueOrDefault(reference);
        _known.Add(reference);
        var (sent, net, waits) = (0L, 0L, false);
        DateOnly? sentOn = null;
        foreach (var (_, booked) in PayoutSteps.Of(batch, item, attempt, ledger).Booked)
        {
            foreach (var entry in booked)
            {
                waits |= entry.Place is null;
                if (entry.Place is not null)
                    (sent, net, sentOn) = Move(entry.Entry, sent, net, sentOn);
            }
        }
        _ledgerOut = checked(_ledgerOut + net);
        if ((shouldBeOut ? pay : 0) != net)
            Differ(where, "its row and the ledger", shouldBeOut ? pay : 0, net, waits ? "its entries wait for the ledger" : "the ledger has other transfers", waits);
        AddRail(where, item, record, sentOn, (sent, net, waits));
    }

    private (long Sent, long Out, DateOnly? SentOn) Move(EntryDraft entry, long sent, long net, DateOnly? sentOn)
    {
        var clearing = PayoutEntries.ClearingOf(batch.Rail);
        var (minor, on) = (entry.Amount.Minor, entry.EffectiveOn);
        switch (entry.Kind)
        {
            case EntryKind.Payout when entry.Credit == clearing:
                Day(on, day => day with { SentMinor = checked(day.SentMinor + minor) });
                return (checked(sent + minor), checked(net + minor), on);
            case EntryKind.PayoutSettlement:
                Day(on, day => day with { ConfirmedMinor = checked(day.ConfirmedMinor + minor) });
                break;
            case EntryKind.PayoutReversal when entry.Debit == Accounts.Bank:
                Day(on, day => day with { ConfirmedMinor = checked(day.ConfirmedMinor - minor) });
                break;
            case EntryKind.PayoutReversal when entry.Debit == clearing:
                Day(on, day => day with { BackMinor = checked(day.BackMinor + minor) });
                return (sent, checked(net - minor), sentOn);
        }
        return (sent, net, sentOn);
    }

    /// <summary>Files say what was sent, and the ledger what came back of it; Stripe says both.</summary>
    private void AddRail(string where, PayoutItem item, RailRecord? record, DateOnly? sentOn, (long Sent, long Out, bool Waits) ledgers)
    {
        var given = record is null || record.Outcome == "refused" ? 0 : record.AmountMinor;
        var back = batch.Rail == Rail.Aba ? ledgers.Sent - ledgers.Out : record?.ReversedMinor ?? 0;
        var railOut = checked(given - Math.Min(back, given));
        _railOut = checked(_railOut + railOut);
        if (sentOn is { } on)
            Day(on, day => day with { RailMinor = checked(day.RailMinor + (record?.AmountMinor ?? 0)) });
        if (railOut == ledgers.Out && (record is null ? 0 : record.AmountMinor) is var amount
            && (amount == ledgers.Sent || (record is null && ledgers.Out == 0)))
            return;
        var isYoung = item.Since + ServiceLimits.RecordWithin > limits.Now;
        var (why, isExplained) = record is null ? (isYoung ? "it is about to be given to the rail" : "the rail has nothing of it", isYoung)
            : ledgers.Waits ? ("its entries wait for the ledger", true)
            : record.AmountMinor != ledgers.Sent ? ("the rail pays another amount", false)
            : !record.IsTold ? ("Stripe has answered, and the batch is told next", true)
            : record.Outcome == "refused" ? ("Stripe refused it", false)
            : record.ReversedMinor > 0 ? ("Stripe has taken it back, or a part of it", false)
            : ("it failed or came back in the ledger, and the rail still has it", false);
        Differ(where, "the ledger and the rail", ledgers.Out, railOut, why, isExplained);
    }

    private void Day(DateOnly on, Func<ReconciledDay, ReconciledDay> change) =>
        _days[on] = change(_days.GetValueOrDefault(on) ?? new ReconciledDay(on, 0, 0, 0, 0));

    private void Differ(string where, string what, long left, long right, string why, bool isExplained)
    {
        if (_differences.Count < MaxDifferences || !isExplained)
            _differences.Add(new ReconciliationDifference(where, what, left, right, why, isExplained));
    }
}
