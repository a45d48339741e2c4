using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Payouts;
using Orleans.Concurrency;

namespace Commission.Grains.Interfaces.Payouts;

/// <summary>One payout batch; its key is the batch's id. Long batches take long: who waits is given minutes, not seconds.</summary>
[Alias("IPayoutBatchGrain")]
public interface IPayoutBatchGrain : IGrainWithStringKey
{
    /// <summary>Selects what is due and makes the batch of it. A repeated request gets the batch.</summary>
    [Alias("Draft"), ResponseTimeout("00:10:00")]
    Task<PayoutResult> Draft(DraftPayoutBatch command, PayoutFilter filter);

    /// <summary>Approves, submits, settles or gives up.</summary>
    [Alias("Execute"), ResponseTimeout("00:10:00")]
    Task<PayoutResult> Execute(PayoutBatchCommand command);

    /// <summary>Takes an item out before submission.</summary>
    [Alias("Remove"), ResponseTimeout("00:10:00")]
    Task<PayoutResult> Remove(int item, string reason, ContactId? actor, RequestFingerprint fingerprint);

    /// <summary>Prepares a further attempt of an item that failed or came back; it goes by itself.</summary>
    [Alias("Retry")]
    Task<PayoutResult> Retry(int item, int attempt);

    /// <summary>Opens the entries of an item that failed or came back.</summary>
    [Alias("Release")]
    Task<PayoutResult> Release(int item);

    /// <summary>Orders that Stripe take a payment back; not by who made the batch. It is returned when Stripe has done it.</summary>
    [Alias("Reverse")]
    Task<PayoutResult> Reverse(int item, int attempt, string reason, ContactId actor, RequestFingerprint fingerprint);

    /// <summary>Takes what a rail says of items, as it may come twice, late and out of order; what contradicts the batch is returned in words.</summary>
    [Alias("Record"), ResponseTimeout("00:01:00")]
    Task<string[]> Record(PayoutItemCommand[] outcomes);

    /// <summary>The bank cleared what it has: every item on its way is paid.</summary>
    [Alias("Confirm"), ResponseTimeout("00:10:00")]
    Task<PayoutResult> Confirm();

    /// <summary>Reads the bank's returns file: every payment in it that is ours failed.</summary>
    [Alias("Return"), ResponseTimeout("00:10:00")]
    Task<PayoutReturnResult> Return(byte[] file);

    /// <summary>Reads the bank's report of a file: the payments of a file that it rejected failed.</summary>
    [Alias("Acknowledge"), ResponseTimeout("00:10:00")]
    Task<PayoutAcknowledgement> Acknowledge(byte[] report);

    /// <summary>Sends items that wait and makes the files that are missing.</summary>
    [Alias("Finish"), ResponseTimeout("00:10:00")]
    Task Finish();

    /// <summary>A file's bytes, as they were first made; null when there is no such part.</summary>
    [Alias("GetFile"), ResponseTimeout("00:10:00")]
    Task<byte[]?> GetFile(int part);

    /// <summary>The batch, or null when there is none; also while it is busy.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<PayoutBatchState?> Get();
}

/// <summary>Whom a draft looks at.</summary>
/// <param name="Payees">Only these; empty for all.</param>
/// <param name="Vertical">Only entries of this vertical; null for all.</param>
[GenerateSerializer, Immutable, Alias("PayoutFilter")]
public sealed record PayoutFilter([property: Id(0)] ContactId[] Payees, [property: Id(1)] string? Vertical);

/// <summary>The answer to a command: the batch as it is now, or a refusal.</summary>
/// <param name="State">The batch; null when refused.</param>
/// <param name="Refusal">Why not; null when accepted.</param>
/// <param name="Replayed">Whether the request was answered before.</param>
[GenerateSerializer, Immutable, Alias("PayoutResult")]
public sealed record PayoutResult([property: Id(0)] PayoutBatchState? State, [property: Id(1)] Refusal? Refusal, [property: Id(2)] bool Replayed);

/// <summary>What a returns file came to.</summary>
/// <param name="Returned">Items that came back.</param>
/// <param name="Problems">Returns that no payment fits, or that contradict what is known: a person must look.</param>
/// <param name="Refusal">Why the file could not be read; null when it was.</param>
[GenerateSerializer, Immutable, Alias("PayoutReturnResult")]
public sealed record PayoutReturnResult(
    [property: Id(0)] ReturnedItem[] Returned, [property: Id(1)] string[] Problems, [property: Id(2)] Refusal? Refusal);

/// <summary>What the bank's report of a file came to.</summary>
/// <param name="Status">What became of the file.</param>
/// <param name="Part">Which file of the batch.</param>
/// <param name="Message">What the bank says in one sentence, or empty.</param>
/// <param name="Failed">Items that failed, because the bank took none of the file.</param>
/// <param name="Issues">What the bank found beside: a person must look.</param>
/// <param name="Refusal">Why the report was not taken; null when it was.</param>
[GenerateSerializer, Immutable, Alias("PayoutAcknowledgement")]
public sealed record PayoutAcknowledgement(
    [property: Id(0)] Domain.Payouts.Aba.AbaFileStatus Status, [property: Id(1)] int Part, [property: Id(2)] string Message,
    [property: Id(3)] ReturnedItem[] Failed, [property: Id(4)] string[] Issues, [property: Id(5)] Refusal? Refusal);

/// <summary>An item that came back.</summary>
/// <param name="Item">Its number.</param>
/// <param name="Attempt">Which attempt.</param>
/// <param name="AmountMinor">What came back.</param>
/// <param name="Reason">The bank's reason in words.</param>
[GenerateSerializer, Immutable, Alias("ReturnedItem")]
public sealed record ReturnedItem(
    [property: Id(0)] int Item, [property: Id(1)] int Attempt, [property: Id(2)] long AmountMinor, [property: Id(3)] string Reason);

/// <summary>Looks at who would be paid; changes nothing.</summary>
[Alias("IPayoutEligibilityGrain")]
public interface IPayoutEligibilityGrain : IGrainWithIntegerKey
{
    /// <summary>Payees in the order of their ids, the first of them.</summary>
    [Alias("Preview"), ResponseTimeout("00:10:00")]
    Task<PayeePreview[]> Preview(Rail rail, Currency currency, PayoutFilter filter, int limit);
}

/// <summary>A payee as the next batch would see it.</summary>
/// <param name="Payee">Who.</param>
/// <param name="Outcome">Why it is paid or not.</param>
/// <param name="Reason">The same in words.</param>
/// <param name="DueMinor">What is due net of debts.</param>
/// <param name="CoolingOffMinor">Not due yet.</param>
/// <param name="DisputedMinor">Held by disputes.</param>
/// <param name="PayMinor">What would be paid, with GST and withholding; 0 when it would not.</param>
/// <param name="Lines">Entries that it would be paid for.</param>
[GenerateSerializer, Immutable, Alias("PayeePreview")]
public sealed record PayeePreview(
    [property: Id(0)] ContactId Payee, [property: Id(1)] EligibilityOutcome Outcome, [property: Id(2)] string Reason, [property: Id(3)] long DueMinor,
    [property: Id(4)] long CoolingOffMinor, [property: Id(5)] long DisputedMinor, [property: Id(6)] long PayMinor, [property: Id(7)] int Lines);
