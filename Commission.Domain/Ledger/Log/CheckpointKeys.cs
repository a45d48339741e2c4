namespace Commission.Domain.Ledger.Log;

/// <summary>The replacements of the key that signs checkpoints.</summary>
[GenerateSerializer, Alias("CheckpointKeysState")]
public sealed record CheckpointKeysState
{
    /// <summary>Replacements that are remembered, for requests that come again.</summary>
    public const int MaxReplacements = 100;

    /// <summary>The latest replacements, the last one last.</summary>
    [Id(0)] public KeyReplacement[] Replacements { get; init; } = [];

    /// <summary>The state after one more.</summary>
    public CheckpointKeysState With(KeyReplacement replacement) =>
        this with { Replacements = [.. Replacements.TakeLast(MaxReplacements - 1), replacement] };
}

/// <summary>One replacement.</summary>
/// <param name="Request">The request that asked for it.</param>
/// <param name="Actor">Who asked.</param>
/// <param name="At">When.</param>
/// <param name="OverlapDays">How long the key before goes on signing beside the new one.</param>
/// <param name="PublicKey">The new public key (DER SubjectPublicKeyInfo).</param>
[GenerateSerializer, Immutable, Alias("KeyReplacement")]
public sealed record KeyReplacement(
    [property: Id(0)] RequestFingerprint Request, [property: Id(1)] ContactId Actor, [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] int OverlapDays, [property: Id(4)] byte[] PublicKey)
{
    /// <summary>What the administration book says of it.</summary>
    public ActDraft ToAct() => new(
        AdministrativeAct.CheckpointKeyReplaced, TypeId.Derive("commission/checkpoint-key/v1", Convert.ToHexStringLower(PublicKey)),
        AdministrativeAct.CheckpointKeyReplaced.Payload(Actor.ToString(), At)
            .Add("overlapDays", OverlapDays).Add("publicKey", Base64Url.Encode(PublicKey)).ToBytes());
}
