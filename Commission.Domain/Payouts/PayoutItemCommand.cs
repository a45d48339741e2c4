namespace Commission.Domain.Payouts;

/// <summary>A command to one item of a batch.</summary>
/// <param name="Item">Its number.</param>
[GenerateSerializer, Immutable, Alias("PayoutItemCommand")]
public abstract record PayoutItemCommand(int Item);

/// <summary>Takes an item out before the batch is submitted: by hand, or by the engine when one of its entries is disputed.</summary>
/// <param name="Item">Its number.</param>
/// <param name="After">The contents of the batch without it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who; null for the engine. Whoever changes a draft cannot approve it.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("RemovePayoutItem")]
public sealed record RemovePayoutItem(int Item, BatchContents After, string Reason, ContactId? Actor, RequestFingerprint Fingerprint)
    : PayoutItemCommand(Item);

/// <summary>Lets an item go, if it is still paid to where it was when the batch was drafted.</summary>
/// <param name="Item">Its number.</param>
/// <param name="Destination">Where the payee is paid now; null for nowhere.</param>
[GenerateSerializer, Immutable, Alias("SubmitPayoutItem")]
public sealed record SubmitPayoutItem(int Item, Hash? Destination) : PayoutItemCommand(Item);

/// <summary>Records what the rail says of an attempt. It may be told twice, late and out of order.</summary>
/// <param name="Item">Its number.</param>
/// <param name="Attempt">Which attempt.</param>
/// <param name="Outcome">Paid, failed or returned.</param>
/// <param name="Reason">Why it failed or came back, in words; null for paid.</param>
[GenerateSerializer, Immutable, Alias("RecordPayoutOutcome")]
public sealed record RecordPayoutOutcome(int Item, int Attempt, PayoutItemStatus Outcome, string? Reason) : PayoutItemCommand(Item);

/// <summary>Prepares a further attempt of an item that failed or came back, to the place that was approved.</summary>
/// <param name="Item">Its number.</param>
/// <param name="Attempt">The attempt that ended, so that one click makes one attempt.</param>
/// <param name="Destination">Where the payee is paid now; null for nowhere.</param>
[GenerateSerializer, Immutable, Alias("RetryPayoutItem")]
public sealed record RetryPayoutItem(int Item, int Attempt, Hash? Destination) : PayoutItemCommand(Item);

/// <summary>Orders that Stripe take a payment back.</summary>
/// <param name="Item">Its number.</param>
/// <param name="Attempt">The attempt that was paid, so that an order meant for it never takes back a later one.</param>
/// <param name="IsUnderWay">Whether an earlier order is open, or done and not told yet.</param>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who: not who made the batch.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("ReversePayoutItem")]
public sealed record ReversePayoutItem(int Item, int Attempt, bool IsUnderWay, string Reason, ContactId Actor, RequestFingerprint Fingerprint)
    : PayoutItemCommand(Item);

/// <summary>Records that Stripe refused to take a payment back.</summary>
/// <param name="Item">Its number.</param>
/// <param name="Attempt">The attempt that was paid.</param>
/// <param name="Reason">Stripe's reason.</param>
[GenerateSerializer, Immutable, Alias("RecordReversalRefusal")]
public sealed record RecordReversalRefusal(int Item, int Attempt, string Reason) : PayoutItemCommand(Item);

/// <summary>Takes an item that failed or came back out of a submitted batch: its entries are open again.</summary>
[GenerateSerializer, Immutable, Alias("ReleasePayoutItem")]
public sealed record ReleasePayoutItem(int Item) : PayoutItemCommand(Item);
