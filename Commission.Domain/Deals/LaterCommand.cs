using Commission.Domain.Amounts;
using Commission.Domain.Rules;

namespace Commission.Domain.Deals;

/// <summary>What happens to a deal after its chain is complete.</summary>
/// <param name="On">The date that it counts from.</param>
/// <param name="Caller">Who sends it.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("LaterCommand")]
public abstract record LaterCommand(DateOnly On, ContactId Caller, RequestFingerprint Fingerprint) : DealCommand;

/// <summary>Records revenue. A balance belongs to a calendar month, on which the trail run pays.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Key">The business key, unique for ever in the deal and kind.</param>
/// <param name="On">Its date.</param>
/// <param name="Amount">The amount, positive; of consumption, its units without a currency.</param>
/// <param name="Month">For a balance: the first day of its month.</param>
/// <param name="Caller">Who sends it.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("RecordRevenue")]
public sealed record RecordRevenue(
    RevenueKind Kind, string Key, DateOnly On, Money Amount, DateOnly? Month, ContactId Caller, RequestFingerprint Fingerprint)
    : LaterCommand(On, Caller, Fingerprint);

/// <summary>Records that a named milestone was reached.</summary>
/// <param name="Name">Which.</param>
/// <param name="On">When.</param>
/// <param name="Caller">Who sends it.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("RecordMilestone")]
public sealed record RecordMilestone(string Name, DateOnly On, ContactId Caller, RequestFingerprint Fingerprint) : LaterCommand(On, Caller, Fingerprint);

/// <summary>Takes commission back: the deal ended early, or money went back to the client.</summary>
/// <param name="Key">The business key, unique for ever in the deal.</param>
/// <param name="Reason">Why.</param>
/// <param name="On">When.</param>
/// <param name="RefundedMinor">What went back to the client this time, or null.</param>
/// <param name="Caller">Who sends it.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("RecordClawback")]
public sealed record RecordClawback(
    string Key, ClawbackReason Reason, DateOnly On, long? RefundedMinor, ContactId Caller, RequestFingerprint Fingerprint)
    : LaterCommand(On, Caller, Fingerprint);

/// <summary>Pays the trail of one calendar month, if its balance is recorded and it was not paid yet.</summary>
/// <param name="Month">First day of the month.</param>
/// <param name="Caller">Who started the run.</param>
[GenerateSerializer, Immutable, Alias("PayTrail")]
public sealed record PayTrail(DateOnly Month, ContactId Caller) : DealCommand;

/// <summary>Why commission is taken back.</summary>
[GenerateSerializer]
public enum ClawbackReason : byte
{
    /// <summary>The client cancelled.</summary>
    Cancellation = 1,
    /// <summary>The loan was paid out or refinanced.</summary>
    Discharge = 2,
    /// <summary>Money went back to the client.</summary>
    Refund = 3,
}
