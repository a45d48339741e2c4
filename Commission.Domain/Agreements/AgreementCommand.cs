using Commission.Domain.Members;

namespace Commission.Domain.Agreements;

/// <summary>A command to one agreement.</summary>
/// <param name="Actor">Who gives it; null for the engine's own.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("AgreementCommand")]
public abstract record AgreementCommand(ContactId? Actor, RequestFingerprint Fingerprint);

/// <summary>Executes the agreement.</summary>
/// <param name="Reference">Its reference, unique for ever.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Party">Who agrees; for a new partner the id that its contact gets.</param>
/// <param name="PartyType">What the party is already; null for a new partner and for the engine.</param>
/// <param name="PartyCommitment">The party's commitment.</param>
/// <param name="Partner">The new partner, or null.</param>
/// <param name="Schedule">The schedule's fields, a JSON object.</param>
/// <param name="Execution">The proof.</param>
/// <param name="Draft">The draft that it brings, or null.</param>
/// <param name="Actor">Who has it executed.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("ExecuteAgreement")]
public sealed record ExecuteAgreement(
    string Reference, AgreementKind Kind, ContactId? Party, ContactType? PartyType, Hash PartyCommitment, NewPartner? Partner, string Schedule,
    Execution Execution, AgreementDraft? Draft, ContactId? Actor, RequestFingerprint Fingerprint) : AgreementCommand(Actor, Fingerprint);

/// <summary>Ends the agreement. What was referred before goes on as it was agreed.</summary>
[GenerateSerializer, Immutable, Alias("EndAgreement")]
public sealed record EndAgreement(string Reason, ContactId? Actor, RequestFingerprint Fingerprint) : AgreementCommand(Actor, Fingerprint);
