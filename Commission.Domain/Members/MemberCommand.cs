namespace Commission.Domain.Members;

/// <summary>A command to one contact.</summary>
/// <param name="Actor">Who gives it; null only for the very first contacts of a network.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("MemberCommand")]
public abstract record MemberCommand(ContactId? Actor, RequestFingerprint Fingerprint);

/// <summary>Makes the contact.</summary>
[GenerateSerializer, Immutable, Alias("CreateContact")]
public sealed record CreateContact(
    ContactId Id,
    ContactType Type,
    string Name,
    string? Email,
    string? Phone,
    byte[] Salt,
    ContactId? Upline,
    ContactId[] AuthorisedServices,
    ContactId? Actor,
    RequestFingerprint Fingerprint) : MemberCommand(Actor, Fingerprint);

/// <summary>Gives the contact another upline, or none. Deals keep the one that they pinned.</summary>
[GenerateSerializer, Immutable, Alias("ChangeUpline")]
public sealed record ChangeUpline(
    ContactId? Upline,
    ContactId? Actor,
    RequestFingerprint Fingerprint) : MemberCommand(Actor, Fingerprint);

/// <summary>Registers a public key (DER SubjectPublicKeyInfo, EC P-256).</summary>
[GenerateSerializer, Immutable, Alias("RegisterKey")]
public sealed record RegisterKey(
    byte[] SubjectPublicKeyInfo,
    DateTimeOffset? ValidFrom,
    DateTimeOffset? ValidTo,
    ContactId? Actor,
    RequestFingerprint Fingerprint) : MemberCommand(Actor, Fingerprint);

/// <summary>
/// Ends a key's validity as soon as can be (<see cref="MemberMachine.KeyEndNotice"/>) or at a later instant; what was recorded with it still verifies.
/// </summary>
[GenerateSerializer, Immutable, Alias("EndKey")]
public sealed record EndKey(
    KeyId Key,
    DateTimeOffset? ValidTo,
    ContactId? Actor,
    RequestFingerprint Fingerprint) : MemberCommand(Actor, Fingerprint);

/// <summary>Lets a service attest handshakes for this contact.</summary>
[GenerateSerializer, Immutable, Alias("AuthoriseService")]
public sealed record AuthoriseService(
    ContactId Service,
    ContactId? Actor,
    RequestFingerprint Fingerprint) : MemberCommand(Actor, Fingerprint);
