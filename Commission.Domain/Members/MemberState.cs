namespace Commission.Domain.Members;

/// <summary>What the engine knows of a contact.</summary>
[GenerateSerializer, Alias("MemberState")]
public sealed record MemberState
{
    /// <summary>The contact's id.</summary>
    [Id(0)] public ContactId Id { get; init; }
    /// <summary>One of the four kinds.</summary>
    [Id(1)] public ContactType Type { get; init; }
    /// <summary>Display name. Personal data: never in a signed payload, a leaf or a log.</summary>
    [Id(2)] public string Name { get; init; } = "";
    /// <summary>Personal data.</summary>
    [Id(3)] public string? Email { get; init; }
    /// <summary>Personal data.</summary>
    [Id(4)] public string? Phone { get; init; }
    /// <summary>Salt of the commitment; deleting it makes the commitment in old payloads meaningless.</summary>
    [Id(5)] public byte[] Salt { get; init; } = [];
    /// <summary>Who introduced this member and shares in its commission, or null.</summary>
    [Id(6)] public ContactId? Upline { get; init; }
    /// <summary>Keys, oldest first; never removed, so that old handshakes still verify.</summary>
    [Id(7)] public MemberKey[] Keys { get; init; } = [];
    /// <summary>Services that may attest handshakes for this contact.</summary>
    [Id(8)] public ContactId[] AuthorisedServices { get; init; } = [];
    /// <summary>When the contact was made (UTC).</summary>
    [Id(9)] public DateTimeOffset CreatedAt { get; init; }
    /// <summary>Accepted requests, oldest first, bounded by <see cref="MemberMachine.MaxRequests"/>.</summary>
    [Id(10)] public AcceptedRequest[] Requests { get; init; } = [];

    /// <summary>Whether the contact exists.</summary>
    public bool Exists => CreatedAt != default;

    /// <summary>SHA-256 commitment to name, email and phone: all that a signed payload may say of the person.</summary>
    public Hash Commitment => PersonCommitment.Of(Salt, Name, Email, Phone);
}

/// <summary>A request that was accepted, and the key it made if it made one.</summary>
/// <param name="Fingerprint">Key and body digests.</param>
/// <param name="Key">The key that it registered or ended, or null.</param>
[GenerateSerializer, Immutable, Alias("AcceptedRequest")]
public sealed record AcceptedRequest([property: Id(0)] RequestFingerprint Fingerprint, [property: Id(1)] KeyId? Key);
