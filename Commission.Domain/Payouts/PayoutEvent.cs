using Commission.Domain.Amounts;

namespace Commission.Domain.Payouts;

/// <summary>Something that happened to a batch or to one of its items.</summary>
/// <param name="At">When (UTC).</param>
public abstract record PayoutEvent(DateTimeOffset At);

/// <summary>The batch was drafted.</summary>
public sealed record PayoutBatchDrafted(
    PayoutBatchId Id, Rail Rail, Currency Currency, BatchContents Contents, ContactId? Actor, DateTimeOffset At, RequestFingerprint Request,
    bool IsLive = false) : PayoutEvent(At);

/// <summary>An item was taken out; an approval, if there was one, is void.</summary>
public sealed record PayoutBatchEdited(
    BatchContents Contents, string Reason, ContactId? Actor, DateTimeOffset At, RequestFingerprint Request) : PayoutEvent(At);

/// <summary>The batch was approved as it is.</summary>
public sealed record PayoutBatchApproved(Hash Hash, ContactId Actor, DateTimeOffset At, RequestFingerprint Request) : PayoutEvent(At);

/// <summary>The batch was submitted: its items may go.</summary>
public sealed record PayoutBatchSubmitted(
    DateOnly? ProcessOn, DateOnly? DueOn, ContactId Actor, DateTimeOffset At, RequestFingerprint Request) : PayoutEvent(At);

/// <summary>Every item has come to its end.</summary>
public sealed record PayoutBatchSettled(ContactId? Actor, DateTimeOffset At, RequestFingerprint Request) : PayoutEvent(At);

/// <summary>The batch was given up.</summary>
public sealed record PayoutBatchCancelled(string Reason, ContactId? Actor, DateTimeOffset At, RequestFingerprint Request) : PayoutEvent(At);

/// <summary>An item went from one status to another.</summary>
/// <param name="Number">Its number.</param>
/// <param name="From">Where it stood.</param>
/// <param name="To">Where it stands.</param>
/// <param name="Attempt">The attempt that is under way or ended.</param>
/// <param name="PayMinor">What it pays.</param>
/// <param name="Reason">Why it failed, came back or was taken out.</param>
/// <param name="Submission">Facts hash of the attempt's submission in the ledger; zero while it has none.</param>
/// <param name="At">When (UTC).</param>
public sealed record PayoutItemMoved(
    int Number, PayoutItemStatus From, PayoutItemStatus To, int Attempt, long PayMinor, string? Reason, Hash Submission, DateTimeOffset At) : PayoutEvent(At);

/// <summary>Somebody ordered that a payment be taken back. It stays paid until the rail has done it.</summary>
/// <param name="Number">The item's number.</param>
/// <param name="Attempt">The attempt that was paid.</param>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who.</param>
/// <param name="At">When (UTC).</param>
/// <param name="Request">The request's idempotency fingerprint.</param>
public sealed record PayoutReversalOrdered(
    int Number, int Attempt, string Reason, ContactId Actor, DateTimeOffset At, RequestFingerprint Request) : PayoutEvent(At);

/// <summary>The rail refused to take a payment back; it stays paid.</summary>
/// <param name="Number">The item's number.</param>
/// <param name="Reason">Why, in the rail's words.</param>
/// <param name="At">When (UTC).</param>
public sealed record PayoutReversalRefused(int Number, string Reason, DateTimeOffset At) : PayoutEvent(At);
