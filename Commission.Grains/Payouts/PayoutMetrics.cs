using System.Diagnostics.Metrics;
using Commission.Storage.Payouts;

namespace Commission.Grains.Payouts;

/// <summary>How payouts stand, as the sweeper last read it.</summary>
internal sealed class PayoutMetrics
{
    private volatile PayoutFigures? _figures;

    public PayoutMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(CommandMetrics.MeterName);
        meter.CreateObservableGauge("commission.payout.batches", Batches, "{batch}", "Open batches by status; overdue ones are submitted ones too.");
        meter.CreateObservableGauge("commission.payout.items", Items, "{item}", "Items of submitted batches that are not paid, by status.");
    }

    public void Observe(PayoutFigures figures) => _figures = figures;

    private IEnumerable<Measurement<long>> Batches() => _figures is not { } figures
        ? []
        : [By(figures.Drafts, "draft"), By(figures.Approved, "approved"), By(figures.Submitted, "submitted"), By(figures.Overdue, "overdue")];

    private IEnumerable<Measurement<long>> Items() => _figures is not { } figures
        ? []
        : [By(figures.PendingItems, "pending"), By(figures.SubmittedItems, "submitted"), By(figures.FailedItems, "failed")];

    private static Measurement<long> By(long count, string status) => new(count, KeyValuePair.Create<string, object?>("status", status));
}
