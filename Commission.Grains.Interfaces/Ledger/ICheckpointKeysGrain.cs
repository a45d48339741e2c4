using Commission.Domain;
using Commission.Domain.Ledger.Log;

namespace Commission.Grains.Interfaces.Ledger;

/// <summary>The keys that sign checkpoints; there is one such grain.</summary>
[Alias("ICheckpointKeysGrain")]
public interface ICheckpointKeysGrain : IGrainWithStringKey
{
    /// <summary>Makes a new key. The one before signs beside it for the overlap. A repeated request gets its first answer.</summary>
    [Alias("Replace")]
    Task<ReplaceKeyResult> Replace(ReplaceCheckpointKey command);
}

/// <summary>Asks for a new key.</summary>
/// <param name="OverlapDays">How long both sign.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("ReplaceCheckpointKey")]
public sealed record ReplaceCheckpointKey(
    [property: Id(0)] int OverlapDays, [property: Id(1)] ContactId Actor, [property: Id(2)] RequestFingerprint Fingerprint);

/// <summary>The answer.</summary>
/// <param name="Replacement">What was done; null when refused.</param>
/// <param name="Refusal">Why not.</param>
/// <param name="Replayed">Whether the request was answered before.</param>
[GenerateSerializer, Immutable, Alias("ReplaceKeyResult")]
public sealed record ReplaceKeyResult(
    [property: Id(0)] KeyReplacement? Replacement, [property: Id(1)] Refusal? Refusal, [property: Id(2)] bool Replayed);
