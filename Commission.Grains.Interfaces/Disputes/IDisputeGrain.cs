using Commission.Domain;
using Commission.Domain.Disputes;
using Commission.Domain.Payouts.Calendar;

namespace Commission.Grains.Interfaces.Disputes;

/// <summary>One dispute; its key is the dispute's id.</summary>
[Alias("IDisputeGrain")]
public interface IDisputeGrain : IGrainWithStringKey
{
    /// <summary>Opens it: what it is about is held, and leaves the drafts of payouts that have it. A repeated request gets its first answer.</summary>
    [Alias("Open")]
    Task<DisputeResult> Open(DisputeRequest request);

    /// <summary>Takes a step. A repeated request gets its first answer.</summary>
    /// <param name="command">The step; its hash of a text is that of <paramref name="text"/>.</param>
    /// <param name="text">What is said with it; empty for nothing.</param>
    [Alias("Execute")]
    Task<DisputeResult> Execute(DisputeCommand command, string text);

    /// <summary>Records what fell due on its clock.</summary>
    [Alias("CheckClock")]
    Task CheckClock();

    /// <summary>The dispute, or null when there is none.</summary>
    [Alias("Get")]
    Task<DisputeResult?> Get();
}

/// <summary>What somebody disputes.</summary>
/// <param name="Member">Whose entries they are.</param>
/// <param name="Reason">Why.</param>
/// <param name="Text">What the member says.</param>
/// <param name="Entries">Places in the ledger.</param>
/// <param name="Region">Whose holidays the clock keeps.</param>
/// <param name="Actor">The member, or staff for it.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("DisputeRequest")]
public sealed record DisputeRequest(
    [property: Id(0)] ContactId Member, [property: Id(1)] DisputeReason Reason, [property: Id(2)] string Text, [property: Id(3)] long[] Entries,
    [property: Id(4)] Region Region, [property: Id(5)] ContactId Actor, [property: Id(6)] RequestFingerprint Fingerprint);

/// <summary>The answer to a command: the dispute as it is now with its clock, or a refusal.</summary>
/// <param name="State">The dispute; null when refused.</param>
/// <param name="Clock">What its clock shows.</param>
/// <param name="Refusal">Why not; null when accepted.</param>
/// <param name="Replayed">Whether the request was answered before.</param>
[GenerateSerializer, Immutable, Alias("DisputeResult")]
public sealed record DisputeResult(
    [property: Id(0)] DisputeState? State, [property: Id(1)] DisputeClockReading? Clock, [property: Id(2)] Refusal? Refusal, [property: Id(3)] bool Replayed);
