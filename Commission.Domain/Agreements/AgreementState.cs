namespace Commission.Domain.Agreements;

/// <summary>What an agreement is about.</summary>
[GenerateSerializer]
public enum AgreementKind
{
    /// <summary>A contact refers clients, or takes them, on the network's terms.</summary>
    ClientReferral = 1,
    /// <summary>An introducer sends the network clients; signing it makes a PARTNER.</summary>
    Introducer = 2,
    /// <summary>An affiliate advertises the network; signing it makes a PARTNER.</summary>
    Affiliate = 3,
}

/// <summary>How an agreement was executed.</summary>
[GenerateSerializer]
public enum ExecutionMethod
{
    /// <summary>It ships with the engine.</summary>
    Shipped = 1,
    /// <summary>The party signed with its key.</summary>
    Key = 2,
    /// <summary>The party drew its signature.</summary>
    Drawn = 3,
    /// <summary>It was executed elsewhere; staff recorded the hash of the paper. Marked so for ever.</summary>
    Recorded = 4,
}

/// <summary>The person that an introducer or affiliate agreement makes a PARTNER. Kept here only until the contact exists.</summary>
[GenerateSerializer, Immutable, Alias("NewPartner")]
public sealed record NewPartner(
    [property: Id(0)] string Name, [property: Id(1)] string? Email, [property: Id(2)] string? Phone, [property: Id(3)] byte[] Salt);

/// <summary>The draft rule set version that the agreement brings.</summary>
/// <param name="Vertical">Its vertical.</param>
/// <param name="Document">Its document, which cites the agreement.</param>
[GenerateSerializer, Immutable, Alias("AgreementDraft")]
public sealed record AgreementDraft([property: Id(0)] string Vertical, [property: Id(1)] byte[] Document);

/// <summary>The proof that the party agreed.</summary>
[GenerateSerializer, Immutable, Alias("Execution")]
public sealed record Execution
{
    /// <summary>How.</summary>
    [Id(0)] public ExecutionMethod Method { get; init; }
    /// <summary>When: as the signer states it, or when the engine took it.</summary>
    [Id(1)] public DateTimeOffset Time { get; init; }
    /// <summary>The reference of this one execution.</summary>
    [Id(2)] public string Reference { get; init; } = "";
    /// <summary>DER SubjectPublicKeyInfo of the signer's key; empty unless signed by key.</summary>
    [Id(3)] public byte[] PublicKey { get; init; } = [];
    /// <summary>ES256 over <see cref="AgreementAnchor.Statement"/>; empty unless signed by key.</summary>
    [Id(4)] public byte[] Signature { get; init; } = [];
    /// <summary>The drawn signature, PNG; empty unless drawn.</summary>
    [Id(5)] public byte[] Image { get; init; } = [];
    /// <summary>SHA-256 of the paper or, for what ships, of the rule set that cites it.</summary>
    [Id(6)] public Hash? DocumentHash { get; init; }
    /// <summary>Commitment to the address it came from.</summary>
    [Id(7)] public Hash? IpCommitment { get; init; }
    /// <summary>Commitment to the browser it came from.</summary>
    [Id(8)] public Hash? UserAgentCommitment { get; init; }
    /// <summary>Personal data: never in a leaf.</summary>
    [Id(9)] public string? Ip { get; init; }
    /// <summary>Personal data: never in a leaf.</summary>
    [Id(10)] public string? UserAgent { get; init; }
}

/// <summary>An agreement.</summary>
[GenerateSerializer, Alias("AgreementState")]
public sealed record AgreementState
{
    /// <summary>Derived from the reference.</summary>
    [Id(0)] public AgreementId Id { get; init; }
    /// <summary>What rule sets cite; empty until it is executed.</summary>
    [Id(1)] public string Reference { get; init; } = "";
    /// <summary>What it is about.</summary>
    [Id(2)] public AgreementKind Kind { get; init; }
    /// <summary>Who agreed; null for what ships with the engine.</summary>
    [Id(3)] public ContactId? Party { get; init; }
    /// <summary>The party's commitment when it agreed.</summary>
    [Id(4)] public Hash PartyCommitment { get; init; }
    /// <summary>The schedule's fields, canonical JSON.</summary>
    [Id(5)] public string Schedule { get; init; } = "{}";
    /// <summary>The proof; null until it is executed.</summary>
    [Id(6)] public Execution? Execution { get; init; }
    /// <summary>SHA-256 over all of the above: <see cref="AgreementAnchor"/>.</summary>
    [Id(7)] public Hash Anchor { get; init; }
    /// <summary>Who had it executed; null for the engine.</summary>
    [Id(8)] public ContactId? Actor { get; init; }
    /// <summary>The PARTNER still to be made, or null.</summary>
    [Id(9)] public NewPartner? NewPartner { get; init; }
    /// <summary>The draft to be made, or null.</summary>
    [Id(10)] public AgreementDraft? Draft { get; init; }
    /// <summary>Whether contact and draft are still to be made.</summary>
    [Id(11)] public bool Unfinished { get; init; }
    /// <summary>The version that was drafted, or null.</summary>
    [Id(12)] public string? DraftVersion { get; init; }
    /// <summary>Why there is no draft, or null.</summary>
    [Id(13)] public Refusal? DraftRefusal { get; init; }
    /// <summary>When it ended, or null.</summary>
    [Id(14)] public DateTimeOffset? EndedAt { get; init; }
    /// <summary>Who ended it, or null.</summary>
    [Id(15)] public ContactId? EndedBy { get; init; }
    /// <summary>Why it ended, or null.</summary>
    [Id(16)] public string? EndReason { get; init; }
    /// <summary>Accepted requests: the execution and the end.</summary>
    [Id(17)] public RequestFingerprint[] Requests { get; init; } = [];

    /// <summary>Whether it was executed.</summary>
    public bool Exists => Execution is not null;
}
