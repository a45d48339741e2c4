using System.Globalization;
using Commission.Domain.Deals;

namespace Commission.Domain.Ledger;

/// <summary>What those who run the network do: each is a leaf of the administration book.</summary>
[GenerateSerializer]
public enum AdministrativeAct : byte
{
    /// <summary>A vertical was made.</summary>
    VerticalCreated = 1,
    /// <summary>A product was added.</summary>
    ProductAdded = 2,
    /// <summary>A rule set version was drafted.</summary>
    VersionDrafted = 3,
    /// <summary>A rule set version was proposed.</summary>
    VersionProposed = 4,
    /// <summary>A rule set version was approved.</summary>
    VersionApproved = 5,
    /// <summary>A draft or proposal was withdrawn.</summary>
    VersionWithdrawn = 6,
    /// <summary>An agreement was executed.</summary>
    AgreementExecuted = 7,
    /// <summary>An agreement was ended.</summary>
    AgreementEnded = 8,
    /// <summary>A member got another upline, or none.</summary>
    UplineChanged = 9,
    /// <summary>The key that signs checkpoints was replaced.</summary>
    CheckpointKeyReplaced = 10,
    /// <summary>A payout batch was drafted.</summary>
    PayoutDrafted = 11,
    /// <summary>An item was taken out of a payout batch.</summary>
    PayoutEdited = 12,
    /// <summary>A payout batch was approved.</summary>
    PayoutApproved = 13,
    /// <summary>A payout batch was submitted.</summary>
    PayoutSubmitted = 14,
    /// <summary>A payout batch was settled.</summary>
    PayoutSettled = 15,
    /// <summary>A payout batch was given up.</summary>
    PayoutCancelled = 16,
    /// <summary>A dispute was opened.</summary>
    DisputeOpened = 17,
    /// <summary>A dispute was decided.</summary>
    DisputeDecided = 18,
    /// <summary>A dispute was closed, or withdrawn.</summary>
    DisputeClosed = 19,
    /// <summary>Somebody said where a payee is to be paid.</summary>
    PayeeAccountProposed = 20,
    /// <summary>Somebody else verified it.</summary>
    PayeeAccountVerified = 21,
    /// <summary>Somebody said when batches are drafted by themselves.</summary>
    PayoutScheduleSet = 22,
    /// <summary>Somebody ordered that a payment be taken back.</summary>
    PayoutReversalOrdered = 23,
    /// <summary>A provider's remittance advice was taken.</summary>
    RemittanceTaken = 24,
    /// <summary>Somebody said which deal a line of one is for.</summary>
    RemittanceMatched = 25,
}

/// <summary>Names and payloads of acts.</summary>
public static class AdministrativeActs
{
    /// <summary>The name in payloads and views.</summary>
    public static string Name(this AdministrativeAct act) => act switch
    {
        AdministrativeAct.VerticalCreated => "vertical-created",
        AdministrativeAct.ProductAdded => "product-added",
        AdministrativeAct.VersionDrafted => "version-drafted",
        AdministrativeAct.VersionProposed => "version-proposed",
        AdministrativeAct.VersionApproved => "version-approved",
        AdministrativeAct.VersionWithdrawn => "version-withdrawn",
        AdministrativeAct.AgreementExecuted => "agreement-executed",
        AdministrativeAct.AgreementEnded => "agreement-ended",
        AdministrativeAct.UplineChanged => "upline-changed",
        AdministrativeAct.CheckpointKeyReplaced => "checkpoint-key-replaced",
        AdministrativeAct.PayoutDrafted => "payout-drafted",
        AdministrativeAct.PayoutEdited => "payout-edited",
        AdministrativeAct.PayoutApproved => "payout-approved",
        AdministrativeAct.PayoutSubmitted => "payout-submitted",
        AdministrativeAct.PayoutSettled => "payout-settled",
        AdministrativeAct.PayoutCancelled => "payout-cancelled",
        AdministrativeAct.DisputeOpened => "dispute-opened",
        AdministrativeAct.DisputeDecided => "dispute-decided",
        AdministrativeAct.DisputeClosed => "dispute-closed",
        AdministrativeAct.PayeeAccountProposed => "payee-account-proposed",
        AdministrativeAct.PayeeAccountVerified => "payee-account-verified",
        AdministrativeAct.PayoutScheduleSet => "payout-schedule-set",
        AdministrativeAct.PayoutReversalOrdered => "payout-reversal-ordered",
        AdministrativeAct.RemittanceTaken => "remittance-taken",
        AdministrativeAct.RemittanceMatched => "remittance-matched",
        _ => throw new ArgumentOutOfRangeException(nameof(act)),
    };

    /// <summary>What every payload has; the caller adds what was done.</summary>
    /// <param name="act">The act.</param>
    /// <param name="actor">Who did it; null for the engine.</param>
    /// <param name="at">When.</param>
    public static CanonicalObject Payload(this AdministrativeAct act, string? actor, DateTimeOffset at) => new CanonicalObject()
        .Add("act", act.Name())
        .Add("actor", actor ?? "engine")
        .Add("time", at.UtcDateTime.ToString(HandshakePayload.TimeFormat, CultureInfo.InvariantCulture))
        .Add("version", 1);
}
