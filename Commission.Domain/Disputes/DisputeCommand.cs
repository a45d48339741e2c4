using Commission.Domain.Payouts.Calendar;

namespace Commission.Domain.Disputes;

/// <summary>A command to one dispute.</summary>
/// <param name="Actor">Who gives it; null for the engine's own.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("DisputeCommand")]
public abstract record DisputeCommand(ContactId? Actor, RequestFingerprint Fingerprint);

/// <summary>Opens the dispute.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Member">Whose entries are contested.</param>
/// <param name="Reason">Why.</param>
/// <param name="TextHash">SHA-256 of what the member says.</param>
/// <param name="Contested">The entries, as the books and the payouts have them now.</param>
/// <param name="Region">Whose holidays the clock keeps: the member's state.</param>
/// <param name="Actor">The member, or staff for it.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("OpenDispute")]
public sealed record OpenDispute(
    DisputeId Id, ContactId Member, DisputeReason Reason, Hash TextHash, ContestedEntry[] Contested, Region Region, ContactId? Actor,
    RequestFingerprint Fingerprint) : DisputeCommand(Actor, Fingerprint);

/// <summary>Gives the dispute to somebody: the first time that is its triage.</summary>
[GenerateSerializer, Immutable, Alias("AssignDispute")]
public sealed record AssignDispute(ContactId Assignee, ContactId? Actor, RequestFingerprint Fingerprint) : DisputeCommand(Actor, Fingerprint);

/// <summary>Begins the review, or goes on with it although the member has not answered.</summary>
[GenerateSerializer, Immutable, Alias("ReviewDispute")]
public sealed record ReviewDispute(ContactId? Actor, RequestFingerprint Fingerprint) : DisputeCommand(Actor, Fingerprint);

/// <summary>Asks the member something; the clock rests until the answer.</summary>
[GenerateSerializer, Immutable, Alias("AskMember")]
public sealed record AskMember(Hash TextHash, ContactId? Actor, RequestFingerprint Fingerprint) : DisputeCommand(Actor, Fingerprint);

/// <summary>Adds a message; the member's answer lets the clock run again.</summary>
[GenerateSerializer, Immutable, Alias("PostDisputeMessage")]
public sealed record PostDisputeMessage(Hash TextHash, ContactId? Actor, RequestFingerprint Fingerprint) : DisputeCommand(Actor, Fingerprint);

/// <summary>Hands the dispute to somebody above; who had it cannot decide it.</summary>
[GenerateSerializer, Immutable, Alias("EscalateDispute")]
public sealed record EscalateDispute(Hash TextHash, ContactId? Actor, RequestFingerprint Fingerprint) : DisputeCommand(Actor, Fingerprint);

/// <summary>Decides the dispute.</summary>
/// <param name="Outcome">Upheld, partly or rejected.</param>
/// <param name="Amounts">What the contested entries should have been; none when it is rejected.</param>
/// <param name="TextHash">SHA-256 of the reasons.</param>
/// <param name="Actor">Who decides.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("DecideDispute")]
public sealed record DecideDispute(
    DisputeOutcome Outcome, DecidedAmount[] Amounts, Hash TextHash, ContactId? Actor, RequestFingerprint Fingerprint) : DisputeCommand(Actor, Fingerprint);

/// <summary>Closes a decided dispute.</summary>
[GenerateSerializer, Immutable, Alias("CloseDispute")]
public sealed record CloseDispute(ContactId? Actor, RequestFingerprint Fingerprint) : DisputeCommand(Actor, Fingerprint);

/// <summary>Takes the dispute back; what it held is free again.</summary>
[GenerateSerializer, Immutable, Alias("WithdrawDispute")]
public sealed record WithdrawDispute(ContactId? Actor, RequestFingerprint Fingerprint) : DisputeCommand(Actor, Fingerprint);

/// <summary>Records what fell due on the clock, if anything did.</summary>
[GenerateSerializer, Immutable, Alias("CheckDisputeClock")]
public sealed record CheckDisputeClock() : DisputeCommand(null, default(RequestFingerprint));

/// <summary>What a dispute cannot know by itself.</summary>
/// <param name="IsStaff">Whether the actor works for the network and may handle disputes.</param>
/// <param name="Hours">The clock of the dispute's region.</param>
/// <param name="Policy">How long it may take.</param>
public sealed record DisputeFacts(bool IsStaff, BusinessHours Hours, DisputePolicy Policy);

/// <summary>How long a dispute may take, in business time.</summary>
/// <param name="DecideWithin">From the opening to the decision.</param>
/// <param name="WarnAfter">From the opening to the warning.</param>
public sealed record DisputePolicy(TimeSpan DecideWithin, TimeSpan WarnAfter)
{
    /// <summary>Ten business days, with a warning after eight.</summary>
    public static DisputePolicy Default { get; } = new(10 * BusinessHours.Day, 8 * BusinessHours.Day);
}
