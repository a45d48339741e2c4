using Commission.Domain.Amounts;

namespace Commission.Domain.Payouts;

/// <summary>A command to one batch.</summary>
/// <param name="Actor">Who gives it; null for the engine's own.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("PayoutBatchCommand")]
public abstract record PayoutBatchCommand(ContactId? Actor, RequestFingerprint Fingerprint);

/// <summary>Makes the batch of the items that were selected and stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Rail">How its money leaves.</param>
/// <param name="Currency">Its one currency.</param>
/// <param name="Actor">Who makes it.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("DraftPayoutBatch")]
public sealed record DraftPayoutBatch(PayoutBatchId Id, Rail Rail, Currency Currency, ContactId? Actor, RequestFingerprint Fingerprint)
    : PayoutBatchCommand(Actor, Fingerprint);

/// <summary>Approves the batch as the approver saw it.</summary>
/// <param name="SeenHash">The hash of the contents that were shown.</param>
/// <param name="Actor">Who approves: not who made or changed it.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("ApprovePayoutBatch")]
public sealed record ApprovePayoutBatch(Hash SeenHash, ContactId? Actor, RequestFingerprint Fingerprint) : PayoutBatchCommand(Actor, Fingerprint);

/// <summary>Lets the items go, if the batch is still what was approved.</summary>
/// <param name="ProcessOn">The processing date of a direct entry file; null for Stripe.</param>
/// <param name="Actor">Who submits it.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("SubmitPayoutBatch")]
public sealed record SubmitPayoutBatch(DateOnly? ProcessOn, ContactId? Actor, RequestFingerprint Fingerprint) : PayoutBatchCommand(Actor, Fingerprint);

/// <summary>Ends the batch once every item has come to its end; entries of items that were not paid are open again.</summary>
[GenerateSerializer, Immutable, Alias("SettlePayoutBatch")]
public sealed record SettlePayoutBatch(ContactId? Actor, RequestFingerprint Fingerprint) : PayoutBatchCommand(Actor, Fingerprint);

/// <summary>Gives the batch up before it was submitted; all entries are open again.</summary>
[GenerateSerializer, Immutable, Alias("CancelPayoutBatch")]
public sealed record CancelPayoutBatch(string Reason, ContactId? Actor, RequestFingerprint Fingerprint) : PayoutBatchCommand(Actor, Fingerprint);

/// <summary>What a batch cannot know by itself.</summary>
/// <param name="Contents">What its rows hold now.</param>
/// <param name="Today">The date where the payer's bank is.</param>
/// <param name="IsLive">Whether the engine pays in Stripe's live mode, not in its test mode.</param>
public sealed record PayoutBatchFacts(BatchContents Contents, DateOnly Today, bool IsLive = false);
