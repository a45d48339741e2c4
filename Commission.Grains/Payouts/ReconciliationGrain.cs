using Commission.Domain.Payouts;
using Commission.Grains.Guarantees;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Payouts;
using Orleans.Concurrency;

namespace Commission.Grains.Payouts;

/// <summary>Compares batches with the ledger and the rail, where the keys are that open files.</summary>
[GrainType("reconciliation")]
[StatelessWorker]
internal sealed class ReconciliationGrain(ReconciliationReader reader, GuaranteeAudit audit) : Grain, IReconciliationGrain
{
    public async Task<ReconciledBatch[]> Reconcile(DateOnly from, DateOnly to) =>
        [.. await reader.ReadAsync(null, from, to, audit.Limits, CancellationToken.None)];

    public async Task<ReconciledBatch[]> ReconcileOne(PayoutBatchId batch) =>
        [.. await reader.ReadAsync(batch, DateOnly.MinValue, DateOnly.MaxValue, audit.Limits, CancellationToken.None)];
}
