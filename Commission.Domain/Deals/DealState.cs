using Commission.Domain.Amounts;

namespace Commission.Domain.Deals;

/// <summary>
/// What decides a deal's next step: facts and hashes only, bounded. Payloads and signatures live in the handshakes book.
/// </summary>
[GenerateSerializer, Alias("DealState")]
public sealed record DealState
{
    /// <summary>The deal's id.</summary>
    [Id(0)] public DealId Id { get; init; }
    /// <summary>Where it stands.</summary>
    [Id(1)] public DealStatus Status { get; init; }
    /// <summary>The referring member.</summary>
    [Id(2)] public ContactId Referrer { get; init; }
    /// <summary>The receiving member.</summary>
    [Id(3)] public ContactId Receiver { get; init; }
    /// <summary>The client.</summary>
    [Id(4)] public ContactId Client { get; init; }
    /// <summary>The referrer's upline at the referral, or null.</summary>
    [Id(5)] public ContactId? Upline { get; init; }
    /// <summary>Vertical code.</summary>
    [Id(6)] public string Vertical { get; init; } = "";
    /// <summary>Product code.</summary>
    [Id(7)] public string Product { get; init; } = "";
    /// <summary>The referral date: it chose the rule set version.</summary>
    [Id(8)] public DateOnly ReferredOn { get; init; }
    /// <summary>Hash of the pinned rule set document.</summary>
    [Id(9)] public Hash RuleHash { get; init; }
    /// <summary>The caller's own id of the referral, or null.</summary>
    [Id(10)] public string? BusinessKey { get; init; }
    /// <summary>Who sent the intent (the referrer, or a service).</summary>
    [Id(11)] public ContactId Caller { get; init; }
    /// <summary>Recorded steps, at most six.</summary>
    [Id(12)] public StepRecord[] Steps { get; init; } = [];
    /// <summary>Settled value; zero currency before settlement.</summary>
    [Id(13)] public Money SettledValue { get; init; }
    /// <summary>Settlement date.</summary>
    [Id(14)] public DateOnly SettledOn { get; init; }
    /// <summary>Further bases stated at settlement.</summary>
    [Id(15)] public BasisValue[] Bases { get; init; } = [];
    /// <summary>The key that the client's browser made (DER SubjectPublicKeyInfo), or null.</summary>
    [Id(16)] public byte[]? ClientKey { get; init; }
    /// <summary>The latest refusals, bounded by <see cref="DealMachine.MaxRefusals"/>: a refused key stays refused.</summary>
    [Id(17)] public RefusedRequest[] Refusals { get; init; } = [];

    /// <summary>What happened after the completion, or null when nothing has.</summary>
    [Id(18)] public LaterState? Later { get; init; }

    /// <summary>The uplines above the referrer's at the referral, nearest first, at most four.</summary>
    [Id(19)] public ContactId[] FurtherUplines { get; init; } = [];

    /// <summary>All uplines at the referral, nearest first: they are pinned, whatever is registered later.</summary>
    public IEnumerable<ContactId> Uplines => Upline is { } nearest ? FurtherUplines.Prepend(nearest) : [];

    /// <summary>Whether the deal exists.</summary>
    public bool Exists => Status != DealStatus.None;

    /// <summary>The hash that the next step must name.</summary>
    public Hash LastHash => Steps.Length == 0 ? Hash.Zero : Steps[^1].Hash;
}

/// <summary>One recorded step.</summary>
/// <param name="Step">Which.</param>
/// <param name="Actor">Whose statement.</param>
/// <param name="Hash">The handshake's hash.</param>
/// <param name="Time">The time that the signer stated.</param>
/// <param name="RecordedAt">When the engine accepted it.</param>
/// <param name="AttestedBy">The service that signed in the actor's place, or null.</param>
/// <param name="Request">The request that brought it.</param>
[GenerateSerializer, Immutable, Alias("StepRecord")]
public sealed record StepRecord(
    [property: Id(0)] HandshakeStep Step,
    [property: Id(1)] ContactId Actor,
    [property: Id(2)] Hash Hash,
    [property: Id(3)] DateTimeOffset Time,
    [property: Id(4)] DateTimeOffset RecordedAt,
    [property: Id(5)] ContactId? AttestedBy,
    [property: Id(6)] RequestFingerprint Request);

/// <summary>A request that was refused for good.</summary>
[GenerateSerializer, Immutable, Alias("RefusedRequest")]
public sealed record RefusedRequest([property: Id(0)] RequestFingerprint Request, [property: Id(1)] Refusal Refusal);

/// <summary>The step that a deal waits for: a missing signature is visible to all parties.</summary>
/// <param name="Step">Which.</param>
/// <param name="From">Whose.</param>
/// <param name="Since">Since when.</param>
/// <param name="Previous">The hash it must name.</param>
[GenerateSerializer, Immutable, Alias("MissingStep")]
public sealed record MissingStep(HandshakeStep Step, ContactId From, DateTimeOffset Since, Hash Previous);
