using Commission.Domain.Ledger;

namespace Commission.Domain.Notifications;

/// <summary>What a message tells.</summary>
[GenerateSerializer]
public enum NotificationKind
{
    /// <summary>A client may sign the next step of its deal.</summary>
    ClientLink = 1,
    /// <summary>Papers of a payout were issued.</summary>
    PapersIssued = 2,
    /// <summary>A payout failed on the way.</summary>
    PayoutFailed = 3,
    /// <summary>A payout came back.</summary>
    PayoutReturned = 4,
    /// <summary>A dispute was decided.</summary>
    DisputeDecided = 5,
    /// <summary>A dispute's clock is about to run out.</summary>
    DisputeWarned = 6,
    /// <summary>A dispute's clock has run out.</summary>
    DisputeBreached = 7,
}

/// <summary>Where a message stands.</summary>
[GenerateSerializer]
public enum NotificationState
{
    /// <summary>It waits to be sent, for the first time or again.</summary>
    Queued = 1,
    /// <summary>The mail server took it, or it lies in the maildrop.</summary>
    Delivered = 2,
    /// <summary>It was tried often enough, or refused for good; somebody must look and send it again.</summary>
    Failed = 3,
    /// <summary>The recipient has no address.</summary>
    Undeliverable = 4,
}

/// <summary>A message, <c>notification_…</c>: derived from what it tells, so that the same is told once.</summary>
[GenerateSerializer, Immutable, Alias("NotificationId")]
public readonly record struct NotificationId([property: Id(0)] Guid Value) : ITypedId<NotificationId>
{
    /// <inheritdoc />
    public static string Prefix => "notification";

    /// <inheritdoc />
    public static NotificationId From(Guid value) => new(value);

    /// <summary>The message of a kind about something.</summary>
    public static NotificationId Derive(NotificationKind kind, string about) => new(TypeId.Derive("commission/notification/v1", $"{kind}", about));

    /// <inheritdoc />
    public override string ToString() => TypeId.Format(Prefix, Value);
}

/// <summary>
/// A message that a command owes somebody, recorded with the command. It holds no address, no name and no link: those are looked up and
/// derived when it goes.
/// </summary>
/// <param name="Id">Derived from kind and cause.</param>
/// <param name="Kind">What it tells.</param>
/// <param name="Contact">Whom; null for the staff's own mailbox.</param>
/// <param name="Facts">Canonical JSON: ids, amounts and reasons that the text needs.</param>
/// <param name="At">When it came about (UTC).</param>
[GenerateSerializer, Immutable, Alias("NotificationDraft")]
public sealed record NotificationDraft(NotificationId Id, NotificationKind Kind, ContactId? Contact, byte[] Facts, DateTimeOffset At) : BookRecord
{
    /// <summary>The outbox destination of messages; no book.</summary>
    public const string Destination = "notify:messages";

    /// <summary>Whether what is owed to this destination is a message.</summary>
    public static bool IsNotification(string destination) => destination == Destination;

    /// <summary>The message of a kind about something.</summary>
    /// <param name="kind">What it tells.</param>
    /// <param name="contact">Whom; null for the staff's own mailbox.</param>
    /// <param name="about">What it is about: one message for each kind and this.</param>
    /// <param name="facts">What the text needs.</param>
    /// <param name="at">When.</param>
    public static NotificationDraft Of(NotificationKind kind, ContactId? contact, string about, CanonicalObject facts, DateTimeOffset at) =>
        new(NotificationId.Derive(kind, about), kind, contact, facts.ToBytes(), at);
}
