namespace Commission.Domain.Payouts;

/// <summary>What was sent, confirmed and came back on one day, in the ledger and on the rail. Amounts in minor units.</summary>
/// <param name="Day">The day on which the ledger has the step (UTC).</param>
/// <param name="SentMinor">Payable to clearing.</param>
/// <param name="ConfirmedMinor">Clearing to bank.</param>
/// <param name="BackMinor">Clearing back to payable.</param>
/// <param name="RailMinor">What the rail has of the payments that were sent on that day.</param>
[GenerateSerializer, Immutable, Alias("ReconciledDay")]
public sealed record ReconciledDay(
    [property: Id(0)] DateOnly Day, [property: Id(1)] long SentMinor, [property: Id(2)] long ConfirmedMinor, [property: Id(3)] long BackMinor,
    [property: Id(4)] long RailMinor);

/// <summary>Two figures that should be one.</summary>
/// <param name="Where">Of what: the batch, or an item and its attempt.</param>
/// <param name="What">Which figures.</param>
/// <param name="LeftMinor">The first.</param>
/// <param name="RightMinor">The second.</param>
/// <param name="Why">Why they differ, as far as the records tell.</param>
/// <param name="IsExplained">Whether that is in order and passes by itself; otherwise a person must look.</param>
[GenerateSerializer, Immutable, Alias("ReconciliationDifference")]
public sealed record ReconciliationDifference(
    [property: Id(0)] string Where, [property: Id(1)] string What, [property: Id(2)] long LeftMinor, [property: Id(3)] long RightMinor,
    [property: Id(4)] string Why, [property: Id(5)] bool IsExplained);

/// <summary>One batch: what was approved, what the ledger moved, what the rail has. Amounts in minor units.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Rail">Its rail.</param>
/// <param name="Currency">Its currency.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TotalMinor">What was approved.</param>
/// <param name="NotOutMinor">Of that, what is not sent, failed, came back or was released.</param>
/// <param name="LedgerMinor">What the ledger has out: on its way or paid.</param>
/// <param name="RailMinor">What the rail has out: what it was given, less what failed and came back.</param>
/// <param name="Days">The same by day.</param>
/// <param name="Differences">What does not agree; none when all does.</param>
[GenerateSerializer, Immutable, Alias("ReconciledBatch")]
public sealed record ReconciledBatch(
    [property: Id(0)] PayoutBatchId Batch, [property: Id(1)] Rail Rail, [property: Id(2)] string Currency, [property: Id(3)] PayoutBatchStatus Status,
    [property: Id(4)] long TotalMinor, [property: Id(5)] long NotOutMinor, [property: Id(6)] long LedgerMinor, [property: Id(7)] long RailMinor,
    [property: Id(8)] ReconciledDay[] Days, [property: Id(9)] ReconciliationDifference[] Differences)
{
    /// <summary>Whether nothing differs that is not explained.</summary>
    public bool IsInOrder => Array.TrueForAll(Differences, difference => difference.IsExplained);
}
