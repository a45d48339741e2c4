namespace Commission.Domain.Deals;

/// <summary>A command to one deal.</summary>
[GenerateSerializer, Immutable, Alias("DealCommand")]
public abstract record DealCommand;

/// <summary>Records one signed step.</summary>
/// <param name="Payload">What the signer states.</param>
/// <param name="Envelope">Its signature.</param>
/// <param name="Link">The magic-link token, when the client uses one.</param>
/// <param name="Caller">Who sent the request: the actor itself, or the service that attests.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("RecordHandshake")]
public sealed record RecordHandshake(
    HandshakePayload Payload, SignatureEnvelope Envelope, string? Link, ContactId Caller, RequestFingerprint Fingerprint) : DealCommand;

/// <summary>Brings a deal to where a line of an attested bulk request says it is.</summary>
/// <param name="Line">The line's content.</param>
/// <param name="Signature">The bulk signature and the line's place in it.</param>
[GenerateSerializer, Immutable, Alias("AttestDeal")]
public sealed record AttestDeal(AttestedLine Line, BulkSignature Signature) : DealCommand;

/// <summary>Ends the deal if its acknowledgement is overdue; otherwise nothing happens.</summary>
[GenerateSerializer, Immutable, Alias("ExpireDeal")]
public sealed record ExpireDeal : DealCommand;

/// <summary>One line of an attested bulk request, read.</summary>
/// <param name="Key">The service's own key of the referral, unique for ever.</param>
/// <param name="Vertical">Vertical code.</param>
/// <param name="Product">Product code.</param>
/// <param name="Referrer">Referring member.</param>
/// <param name="Upline">Its upline at the referral, or null when it had none.</param>
/// <param name="Receiver">Receiving member.</param>
/// <param name="Client">Client.</param>
/// <param name="ReferredOn">Referral date.</param>
/// <param name="AcknowledgedOn">Date of H2, or null.</param>
/// <param name="IntakeOn">Date of H3, or null.</param>
/// <param name="Settlement">Date and value of H4, or null.</param>
/// <param name="CompletedOn">Date of H5, or null.</param>
/// <param name="Closing">Decline or withdrawal, or null.</param>
[GenerateSerializer, Immutable, Alias("AttestedLine")]
public sealed record AttestedLine(
    string Key, string Vertical, string Product, ContactId Referrer, ContactId? Upline, ContactId Receiver, ContactId Client,
    DateOnly ReferredOn, DateOnly? AcknowledgedOn, DateOnly? IntakeOn, AttestedSettlement? Settlement, DateOnly? CompletedOn,
    AttestedClosing? Closing)
{
    /// <summary>The uplines above <see cref="Upline"/> at the referral, nearest first, at most four.</summary>
    [Id(0)] public ContactId[] FurtherUplines { get; init; } = [];
}

/// <summary>The settlement part of a line.</summary>
[GenerateSerializer, Immutable, Alias("AttestedSettlement")]
public sealed record AttestedSettlement(DateOnly On, Amounts.Money Value, BasisValue[] Bases);

/// <summary>The closing part of a line.</summary>
[GenerateSerializer, Immutable, Alias("AttestedClosing")]
public sealed record AttestedClosing(HandshakeStep Step, DateOnly On, string Reason);
