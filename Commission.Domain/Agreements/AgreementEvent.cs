namespace Commission.Domain.Agreements;

/// <summary>Something that happened to one agreement.</summary>
public abstract record AgreementEvent;

/// <summary>It was executed.</summary>
public sealed record AgreementExecuted(AgreementState Agreement) : AgreementEvent;

/// <summary>Its contact and its draft exist, or the draft was refused.</summary>
public sealed record AgreementFinished(string? DraftVersion, Refusal? DraftRefusal) : AgreementEvent;

/// <summary>It was ended.</summary>
public sealed record AgreementWasEnded(ContactId? By, string Reason, DateTimeOffset At, RequestFingerprint Request) : AgreementEvent;
