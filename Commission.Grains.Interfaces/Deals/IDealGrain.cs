using Commission.Domain;
using Commission.Domain.Deals;

namespace Commission.Grains.Interfaces.Deals;

/// <summary>One deal; its key is the deal's id. Commands run one at a time.</summary>
[Alias("IDealGrain")]
public interface IDealGrain : IGrainWithStringKey
{
    /// <summary>Records one signed step. A repeated request gets its first answer.</summary>
    [Alias("Record")]
    Task<DealResult> Record(RecordHandshake command);

    /// <summary>Brings the deal to where a line of an attested bulk request says it is.</summary>
    [Alias("Attest")]
    Task<AttestResult> Attest(BulkSignature line);

    /// <summary>Records revenue, a milestone or a clawback of a complete deal. A repeated request gets its first answer.</summary>
    [Alias("RecordLater")]
    Task<LaterResult> RecordLater(LaterCommand command);

    /// <summary>Pays the trail of a month, once.</summary>
    [Alias("PayTrail")]
    Task<TrailResult> PayTrail(PayTrail command);

    /// <summary>Ends the deal if its acknowledgement is overdue.</summary>
    [Alias("Expire")]
    Task Expire();

    /// <summary>The deal, or null when there is none.</summary>
    [Alias("Get")]
    Task<DealState?> Get();
}

/// <summary>The answer to a signed step.</summary>
/// <param name="Receipt">What was recorded; null when refused.</param>
/// <param name="Refusal">Why not; null when recorded.</param>
/// <param name="Replayed">Whether the request was answered before.</param>
[GenerateSerializer, Immutable, Alias("DealResult")]
public sealed record DealResult(
    [property: Id(0)] HandshakeReceipt? Receipt,
    [property: Id(1)] Refusal? Refusal,
    [property: Id(2)] bool Replayed);

/// <summary>What was recorded: a function of the step alone, so that a repeated request gets the same bytes.</summary>
/// <param name="Deal">The deal.</param>
/// <param name="Step">The step and its hash.</param>
/// <param name="RuleHash">The rule set version that the intent pinned.</param>
/// <param name="Link">For H1 and H4: the client's magic-link token, or null when a service attested the step.</param>
[GenerateSerializer, Immutable, Alias("HandshakeReceipt")]
public sealed record HandshakeReceipt(
    [property: Id(0)] DealId Deal,
    [property: Id(1)] StepRecord Step,
    [property: Id(2)] Hash RuleHash,
    [property: Id(3)] string? Link);

/// <summary>The answer to a command after completion.</summary>
/// <param name="Receipt">What was recorded; null when refused.</param>
/// <param name="Refusal">Why not; null when recorded.</param>
/// <param name="Replayed">Whether the request was answered before.</param>
[GenerateSerializer, Immutable, Alias("LaterResult")]
public sealed record LaterResult(
    [property: Id(0)] DealReceipt? Receipt,
    [property: Id(1)] Refusal? Refusal,
    [property: Id(2)] bool Replayed);

/// <summary>What a deal did about a month of trail.</summary>
/// <param name="Before">Where the month stood.</param>
/// <param name="AmountMinor">What accrued now, minor units.</param>
/// <param name="Refusal">Why not; null when nothing was wrong.</param>
[GenerateSerializer, Immutable, Alias("TrailResult")]
public sealed record TrailResult(
    [property: Id(0)] TrailStanding Before,
    [property: Id(1)] long AmountMinor,
    [property: Id(2)] Refusal? Refusal);

/// <summary>The answer to a line of an attested bulk request.</summary>
/// <param name="Outcome">What the line did.</param>
/// <param name="Status">Where the deal stands.</param>
/// <param name="Refusal">Why the line was rejected; null otherwise.</param>
[GenerateSerializer, Immutable, Alias("AttestResult")]
public sealed record AttestResult(
    [property: Id(0)] AttestOutcome Outcome,
    [property: Id(1)] DealStatus Status,
    [property: Id(2)] Refusal? Refusal);

/// <summary>What a bulk line did.</summary>
[GenerateSerializer]
public enum AttestOutcome : byte
{
    /// <summary>Nothing: see the refusal.</summary>
    Rejected = 0,
    /// <summary>It made the deal.</summary>
    Created = 1,
    /// <summary>It added steps to the deal.</summary>
    Advanced = 2,
    /// <summary>Everything in it was recorded before.</summary>
    Replayed = 3,
}
