using Commission.Domain.Members;
using Commission.Domain.Rules;

namespace Commission.Domain.Deals;

/// <summary>What a decision needs to know besides the deal itself. The shell looks it up; the machine only reads.</summary>
public sealed record DealFacts
{
    /// <summary>
    /// The deal that the command was sent to: an intent must name it, for nothing else says which deal a state that does
    /// not exist yet belongs to. Null leaves the check to the caller.
    /// </summary>
    public DealId? Deal { get; init; }
    /// <summary>The vertical, or null when its code is unknown.</summary>
    public VerticalFacts? Vertical { get; init; }
    /// <summary>The rule set that decides: the one active on the referral date at H1, the pinned one later.</summary>
    public RuleSetDocument? RuleSet { get; init; }
    /// <summary>The key named in the envelope, or null when it is not registered.</summary>
    public SigningKey? Signer { get; init; }
    /// <summary>The contacts that the command names, by id; absent when unknown.</summary>
    public IReadOnlyDictionary<ContactId, ContactFacts> Contacts { get; init; } = new Dictionary<ContactId, ContactFacts>();
    /// <summary>Whether the presented link token is the one of this deal and step.</summary>
    public bool LinkMatches { get; init; }
    /// <summary>WebAuthn relying party id.</summary>
    public string RelyingParty { get; init; } = "localhost";
    /// <summary>Whether the bulk header was already verified with this key: one verification serves its lines.</summary>
    public bool BulkHeaderVerified { get; init; }
}

/// <summary>What a deal needs to know of a vertical.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Products">Its product codes.</param>
public sealed record VerticalFacts(string Code, IReadOnlySet<string> Products)
{
    /// <summary>Gates that close products from a date on.</summary>
    public IReadOnlyList<Rules.Gating.ClosedFrom> Closures { get; init; } = [];
}

/// <summary>What a deal needs to know of a contact.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Upline">Its upline.</param>
/// <param name="Commitment">The commitment to its person.</param>
/// <param name="AuthorisedServices">Who may attest for it.</param>
[GenerateSerializer, Immutable, Alias("ContactFacts")]
public sealed record ContactFacts(
    [property: Id(0)] ContactId Id,
    [property: Id(1)] ContactType Type,
    [property: Id(2)] ContactId? Upline,
    [property: Id(3)] Hash Commitment,
    [property: Id(4)] ContactId[] AuthorisedServices);
