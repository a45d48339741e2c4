using Commission.Domain.Amounts;
using Commission.Domain.Payouts.Calendar;

namespace Commission.Domain.Disputes;

/// <summary>Where a dispute stands.</summary>
[GenerateSerializer]
public enum DisputeStatus
{
    /// <summary>It does not exist.</summary>
    None = 0,
    /// <summary>Nobody has looked at it yet.</summary>
    Open = 1,
    /// <summary>Somebody was given it.</summary>
    Triaged = 2,
    /// <summary>It is being looked into.</summary>
    UnderReview = 3,
    /// <summary>The member was asked something; the clock rests.</summary>
    AwaitingMember = 4,
    /// <summary>It was decided; the money has moved.</summary>
    Decided = 5,
    /// <summary>Nothing more will happen. Final.</summary>
    Closed = 6,
    /// <summary>The member took it back. Final.</summary>
    Withdrawn = 7,
}

/// <summary>What the member objects to.</summary>
[GenerateSerializer]
public enum DisputeReason
{
    /// <summary>The amount is wrong.</summary>
    WrongAmount = 1,
    /// <summary>Another rule or rate should have decided.</summary>
    WrongRule = 2,
    /// <summary>The split among the parties is wrong.</summary>
    WrongSplit = 3,
    /// <summary>It is owed to somebody else.</summary>
    WrongPayee = 4,
    /// <summary>It stands twice.</summary>
    Duplicate = 5,
    /// <summary>What was taken back should not have been.</summary>
    ClawbackContested = 6,
    /// <summary>Something else; the text says what.</summary>
    Other = 7,
}

/// <summary>How a dispute was decided.</summary>
[GenerateSerializer]
public enum DisputeOutcome
{
    /// <summary>The member is right.</summary>
    Upheld = 1,
    /// <summary>The member is right in part.</summary>
    Partly = 2,
    /// <summary>Everything stays as it was.</summary>
    Rejected = 3,
}

/// <summary>An entry that a dispute is about.</summary>
/// <param name="Entry">Its leaf hash.</param>
/// <param name="Deal">Its deal.</param>
/// <param name="Vertical">The deal's vertical: its receivable stands against what a decision changes.</param>
/// <param name="Amount">What it adds to what is owed; negative for something that was taken back.</param>
/// <param name="IsHeld">Whether it was still unpaid and is held; what a submitted payout has stays there.</param>
[GenerateSerializer, Immutable, Alias("ContestedEntry")]
public sealed record ContestedEntry(
    [property: Id(0)] Hash Entry, [property: Id(1)] DealId Deal, [property: Id(2)] string Vertical, [property: Id(3)] Money Amount,
    [property: Id(4)] bool IsHeld);

/// <summary>What a decision makes of an entry.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="AmountMinor">What it should have been; the difference is booked.</param>
[GenerateSerializer, Immutable, Alias("DecidedAmount")]
public readonly record struct DecidedAmount([property: Id(0)] Hash Entry, [property: Id(1)] long AmountMinor);

/// <summary>A decision.</summary>
/// <param name="Outcome">Upheld, partly or rejected.</param>
/// <param name="Amounts">What becomes of the entries; who is left out stays as it was.</param>
/// <param name="TextHash">SHA-256 of the reasons.</param>
/// <param name="By">Who decided.</param>
/// <param name="At">When (UTC).</param>
[GenerateSerializer, Immutable, Alias("DisputeDecision")]
public sealed record DisputeDecision(
    [property: Id(0)] DisputeOutcome Outcome, [property: Id(1)] DecidedAmount[] Amounts, [property: Id(2)] Hash TextHash, [property: Id(3)] ContactId By,
    [property: Id(4)] DateTimeOffset At);

/// <summary>What decides a dispute's next step: bounded. Texts live elsewhere, their hashes are in the events.</summary>
[GenerateSerializer, Alias("DisputeState")]
public sealed record DisputeState
{
    /// <summary>The dispute's id.</summary>
    [Id(0)] public DisputeId Id { get; init; }
    /// <summary>Where it stands.</summary>
    [Id(1)] public DisputeStatus Status { get; init; }
    /// <summary>Whose entries are contested.</summary>
    [Id(2)] public ContactId Member { get; init; }
    /// <summary>Who opened it: the member, or staff for it.</summary>
    [Id(3)] public ContactId OpenedBy { get; init; }
    /// <summary>Why.</summary>
    [Id(4)] public DisputeReason Reason { get; init; }
    /// <summary>What it is about, at most <see cref="DisputeMachine.MaxContested"/>.</summary>
    [Id(5)] public ContestedEntry[] Contested { get; init; } = [];
    /// <summary>Whose holidays the clock keeps.</summary>
    [Id(6)] public Region Region { get; init; }
    /// <summary>When it was opened (UTC).</summary>
    [Id(7)] public DateTimeOffset OpenedAt { get; init; }
    /// <summary>Who looks into it, or null.</summary>
    [Id(8)] public ContactId? Assignee { get; init; }
    /// <summary>When it was escalated (UTC), or null.</summary>
    [Id(9)] public DateTimeOffset? EscalatedAt { get; init; }
    /// <summary>Who had it when it was escalated: somebody else decides.</summary>
    [Id(10)] public ContactId? EscalatedFrom { get; init; }
    /// <summary>Business time that has passed before <see cref="RunningSince"/>.</summary>
    [Id(11)] public TimeSpan Used { get; init; }
    /// <summary>Since when the clock runs (UTC); null while it rests, and after the decision.</summary>
    [Id(12)] public DateTimeOffset? RunningSince { get; init; }
    /// <summary>When the warning fell due (UTC), once it has.</summary>
    [Id(13)] public DateTimeOffset? WarnedAt { get; init; }
    /// <summary>When the clock ran out (UTC), once it has.</summary>
    [Id(14)] public DateTimeOffset? BreachedAt { get; init; }
    /// <summary>The decision, or null.</summary>
    [Id(15)] public DisputeDecision? Decision { get; init; }
    /// <summary>Messages so far.</summary>
    [Id(16)] public int Messages { get; init; }
    /// <summary>When it was closed or withdrawn (UTC), or null.</summary>
    [Id(17)] public DateTimeOffset? EndedAt { get; init; }
    /// <summary>The latest accepted requests, oldest first, bounded by <see cref="DisputeMachine.MaxRequests"/>.</summary>
    [Id(18)] public RequestFingerprint[] Requests { get; init; } = [];

    /// <summary>Whether the dispute exists.</summary>
    public bool Exists => Status != DisputeStatus.None;

    /// <summary>Whether it is undecided, so that its entries are held.</summary>
    public bool IsPending => Status is DisputeStatus.Open or DisputeStatus.Triaged or DisputeStatus.UnderReview or DisputeStatus.AwaitingMember;
}
