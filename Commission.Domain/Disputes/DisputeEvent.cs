namespace Commission.Domain.Disputes;

/// <summary>Something that happened to a dispute.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="Request">The request that caused it; the default for the clock's.</param>
public abstract record DisputeEvent(DateTimeOffset At, RequestFingerprint Request);

/// <summary>It was opened; the entries named are held.</summary>
public sealed record DisputeOpened(OpenDispute Details, ContactId By, DateTimeOffset At, RequestFingerprint Request) : DisputeEvent(At, Request);

/// <summary>Somebody was given it.</summary>
public sealed record DisputeAssigned(ContactId Assignee, ContactId By, DateTimeOffset At, RequestFingerprint Request) : DisputeEvent(At, Request);

/// <summary>The review began or goes on.</summary>
/// <param name="Used">Business time used so far.</param>
/// <param name="By">Who.</param>
/// <param name="At">When (UTC).</param>
/// <param name="Request">The request.</param>
public sealed record DisputeReviewed(TimeSpan Used, ContactId By, DateTimeOffset At, RequestFingerprint Request) : DisputeEvent(At, Request);

/// <summary>The member was asked; the clock rests.</summary>
public sealed record MemberAsked(Hash TextHash, TimeSpan Used, ContactId By, DateTimeOffset At, RequestFingerprint Request) : DisputeEvent(At, Request);

/// <summary>A message was added; <paramref name="Resumes"/> when it is the answer that the clock waited for.</summary>
public sealed record DisputeMessagePosted(Hash TextHash, bool Resumes, ContactId By, DateTimeOffset At, RequestFingerprint Request) : DisputeEvent(At, Request);

/// <summary>It was escalated.</summary>
public sealed record DisputeEscalated(Hash TextHash, ContactId By, DateTimeOffset At, RequestFingerprint Request) : DisputeEvent(At, Request);

/// <summary>It was decided.</summary>
public sealed record DisputeWasDecided(DisputeDecision Decision, TimeSpan Used, DateTimeOffset At, RequestFingerprint Request) : DisputeEvent(At, Request);

/// <summary>It was closed.</summary>
public sealed record DisputeClosed(ContactId By, DateTimeOffset At, RequestFingerprint Request) : DisputeEvent(At, Request);

/// <summary>The member took it back.</summary>
public sealed record DisputeWithdrawn(TimeSpan Used, ContactId By, DateTimeOffset At, RequestFingerprint Request) : DisputeEvent(At, Request);

/// <summary>The warning fell due at this instant, whenever it was noticed.</summary>
public sealed record DisputeClockWarned(DateTimeOffset At) : DisputeEvent(At, default(RequestFingerprint));

/// <summary>The clock ran out at this instant, whenever it was noticed.</summary>
public sealed record DisputeClockBreached(DateTimeOffset At) : DisputeEvent(At, default(RequestFingerprint));
