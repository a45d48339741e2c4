using System.Globalization;
using Commission.Domain.Amounts;

namespace Commission.Domain.Deals;

/// <summary>
/// What the signer of a step states. Its canonical bytes are what is signed and hashed: docs/formats/handshake.md.
/// </summary>
/// <param name="Deal">The deal.</param>
/// <param name="Actor">Whose statement it is.</param>
/// <param name="Time">When it was made (UTC, milliseconds).</param>
/// <param name="Previous">The previous handshake's hash; zero for H1.</param>
/// <param name="AttestedBy">The service that signed in the actor's place, or null when the actor signed.</param>
/// <param name="Line">The bulk line it was taken from, or null.</param>
[GenerateSerializer, Immutable, Alias("HandshakePayload")]
public abstract record HandshakePayload(
    DealId Deal, ContactId Actor, DateTimeOffset Time, Hash Previous, ContactId? AttestedBy, Hash? Line)
{
    /// <summary>Format of <see cref="Time"/> in the payload.</summary>
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>The step it is the payload of.</summary>
    public abstract HandshakeStep Step { get; }

    /// <summary>
    /// The public key (DER SubjectPublicKeyInfo) that the client's browser made for this step, or null when the signer's
    /// key is already known. Its id is <see cref="KeyId.Derive"/> of the actor and these bytes.
    /// </summary>
    public virtual byte[]? BroughtKey => null;

    /// <summary>RFC 8785 bytes: exactly what the signature covers.</summary>
    public byte[] ToCanonical()
    {
        var payload = new CanonicalObject()
            .Add("actor", Actor.ToString())
            .Add("attestedBy", AttestedBy?.ToString())
            .Add("deal", Deal.ToString())
            .Add("handshake", Step.Name())
            .Add("line", Line?.ToString())
            .Add("previous", Previous.ToString())
            .Add("time", Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture))
            .Add("version", 1);
        AddFields(payload);
        return payload.ToBytes();
    }

    /// <summary>Adds the step's own fields.</summary>
    protected abstract void AddFields(CanonicalObject payload);

    private protected static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>H1: the referring member refers a client to a receiving member.</summary>
[GenerateSerializer, Immutable, Alias("IntentPayload")]
public sealed record IntentPayload(
    DealId Deal, ContactId Actor, DateTimeOffset Time, ContactId? AttestedBy, Hash? Line,
    string Vertical, string Product, ContactId Receiver, ContactId Client, Hash ClientCommitment, DateOnly ReferredOn,
    ContactId? Upline, string? BusinessKey)
    : HandshakePayload(Deal, Actor, Time, Hash.Zero, AttestedBy, Line)
{
    /// <summary>The uplines above <see cref="Upline"/>, nearest first, at most four.</summary>
    [Id(0)] public ContactId[] FurtherUplines { get; init; } = [];

    /// <inheritdoc />
    public override HandshakeStep Step => HandshakeStep.Intent;

    /// <inheritdoc />
    protected override void AddFields(CanonicalObject payload) => payload
        .Add("businessKey", BusinessKey)
        .Add("client", Client.ToString())
        .Add("clientCommitment", ClientCommitment.ToString())
        .Add("furtherUplines", FurtherUplines.Length == 0 ? null : [.. FurtherUplines.Select(upline => upline.ToString())])
        .Add("product", Product)
        .Add("receiver", Receiver.ToString())
        .Add("referredOn", Date(ReferredOn))
        .Add("upline", Upline?.ToString())
        .Add("vertical", Vertical);
}

/// <summary>H2: the client consents. Consent text, address and browser appear only as commitments.</summary>
[GenerateSerializer, Immutable, Alias("AcknowledgementPayload")]
public sealed record AcknowledgementPayload(
    DealId Deal, ContactId Actor, DateTimeOffset Time, Hash Previous, ContactId? AttestedBy, Hash? Line,
    Hash? Consent, byte[]? Key, Hash? IpCommitment, Hash? UserAgentCommitment)
    : HandshakePayload(Deal, Actor, Time, Previous, AttestedBy, Line)
{
    /// <inheritdoc />
    public override HandshakeStep Step => HandshakeStep.Acknowledgement;

    /// <inheritdoc />
    public override byte[]? BroughtKey => Key;

    /// <inheritdoc />
    protected override void AddFields(CanonicalObject payload) => payload
        .Add("consent", Consent?.ToString())
        .Add("ipCommitment", IpCommitment?.ToString())
        .Add("key", Key is null ? null : Base64Url.Encode(Key))
        .Add("userAgentCommitment", UserAgentCommitment?.ToString());
}

/// <summary>H3: the receiving member met the client.</summary>
[GenerateSerializer, Immutable, Alias("IntakePayload")]
public sealed record IntakePayload(
    DealId Deal, ContactId Actor, DateTimeOffset Time, Hash Previous, ContactId? AttestedBy, Hash? Line, DateOnly MetOn)
    : HandshakePayload(Deal, Actor, Time, Previous, AttestedBy, Line)
{
    /// <inheritdoc />
    public override HandshakeStep Step => HandshakeStep.Intake;

    /// <inheritdoc />
    protected override void AddFields(CanonicalObject payload) => payload.Add("metOn", Date(MetOn));
}

/// <summary>H4: the business settled, for this value.</summary>
[GenerateSerializer, Immutable, Alias("SettlementPayload")]
public sealed record SettlementPayload(
    DealId Deal, ContactId Actor, DateTimeOffset Time, Hash Previous, ContactId? AttestedBy, Hash? Line,
    DateOnly SettledOn, Money SettledValue, BasisValue[] Bases)
    : HandshakePayload(Deal, Actor, Time, Previous, AttestedBy, Line)
{
    /// <inheritdoc />
    public override HandshakeStep Step => HandshakeStep.Settlement;

    /// <inheritdoc />
    protected override void AddFields(CanonicalObject payload)
    {
        var bases = Bases.Length == 0 ? null : new CanonicalObject();
        foreach (var basis in Bases)
            bases!.Add(basis.Name, basis.Value);
        payload
            .Add("bases", bases)
            .Add("currency", SettledValue.Currency.Code)
            .Add("settledOn", Date(SettledOn))
            .Add("settledValueMinor", SettledValue.Minor);
    }
}

/// <summary>A further basis that the settlement states, for example the commission received.</summary>
/// <param name="Name">One of <see cref="Rules.Basis"/>.</param>
/// <param name="Value">Minor units, or units.</param>
[GenerateSerializer, Immutable, Alias("BasisValue")]
public readonly record struct BasisValue([property: Id(0)] string Name, [property: Id(1)] long Value);

/// <summary>H5: the client confirms the outcome; the chain is complete.</summary>
[GenerateSerializer, Immutable, Alias("OutcomePayload")]
public sealed record OutcomePayload(
    DealId Deal, ContactId Actor, DateTimeOffset Time, Hash Previous, ContactId? AttestedBy, Hash? Line, byte[]? Key)
    : HandshakePayload(Deal, Actor, Time, Previous, AttestedBy, Line)
{
    /// <inheritdoc />
    public override HandshakeStep Step => HandshakeStep.Outcome;

    /// <inheritdoc />
    public override byte[]? BroughtKey => Key;

    /// <inheritdoc />
    protected override void AddFields(CanonicalObject payload) => payload
        .Add("key", Key is null ? null : Base64Url.Encode(Key))
        .Add("outcome", "confirmed");
}

/// <summary>A decline or a withdrawal: the deal ends without commission.</summary>
[GenerateSerializer, Immutable, Alias("ClosingPayload")]
public sealed record ClosingPayload(
    DealId Deal, ContactId Actor, DateTimeOffset Time, Hash Previous, ContactId? AttestedBy, Hash? Line,
    HandshakeStep Closing, string Reason)
    : HandshakePayload(Deal, Actor, Time, Previous, AttestedBy, Line)
{
    /// <inheritdoc />
    public override HandshakeStep Step => Closing;

    /// <summary>The key that a client brings who declines or withdraws through the magic link, before it had any.</summary>
    [Id(0)] public byte[]? Key { get; init; }

    /// <inheritdoc />
    public override byte[]? BroughtKey => Key;

    /// <inheritdoc />
    protected override void AddFields(CanonicalObject payload) => payload
        .Add("key", Key is null ? null : Base64Url.Encode(Key))
        .Add("reason", Reason);
}
