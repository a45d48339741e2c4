using Commission.Domain.Payouts;

namespace Commission.Grains.Interfaces.Payouts;

/// <summary>Compares batches with the ledger and the rail; changes nothing.</summary>
[Alias("IReconciliationGrain")]
public interface IReconciliationGrain : IGrainWithIntegerKey
{
    /// <summary>Batches that the ledger has moved from one day to another (UTC, both included), the newest first.</summary>
    [Alias("Reconcile"), ResponseTimeout("00:10:00")]
    Task<ReconciledBatch[]> Reconcile(DateOnly from, DateOnly to);

    /// <summary>One batch; nothing when there is none.</summary>
    [Alias("ReconcileOne"), ResponseTimeout("00:10:00")]
    Task<ReconciledBatch[]> ReconcileOne(PayoutBatchId batch);
}
