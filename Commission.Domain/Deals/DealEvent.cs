using Commission.Domain.Ledger;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Volumes;

namespace Commission.Domain.Deals;

/// <summary>Something that happened to a deal.</summary>
public abstract record DealEvent;

/// <summary>A step was recorded.</summary>
/// <param name="Payload">What was stated.</param>
/// <param name="PayloadBytes">Its canonical bytes, as signed.</param>
/// <param name="EnvelopeBytes">The signature's canonical bytes.</param>
/// <param name="Hash">The handshake's hash.</param>
/// <param name="RecordedAt">When the engine accepted it.</param>
/// <param name="Caller">Who sent it.</param>
/// <param name="Request">The request that brought it.</param>
/// <param name="Pin">For H1: what the referral date pins.</param>
public sealed record HandshakeRecorded(
    HandshakePayload Payload, byte[] PayloadBytes, byte[] EnvelopeBytes, Hash Hash, DateTimeOffset RecordedAt, ContactId Caller,
    RequestFingerprint Request, Pin? Pin) : DealEvent;

/// <summary>What an intent fixes for ever.</summary>
/// <param name="RuleHash">The rule set version in force on the referral date.</param>
public sealed record Pin(Hash RuleHash);

/// <summary>The chain is complete and commission accrues.</summary>
/// <param name="Calculation">Accruals and explanation.</param>
/// <param name="EffectiveOn">The date of the outcome.</param>
/// <param name="Actor">Who completed the chain.</param>
/// <param name="Contributions">What accumulators are told.</param>
public sealed record CommissionAccrued(
    Calculation Calculation, DateOnly EffectiveOn, ContactId Actor, IReadOnlyList<RecordContribution> Contributions) : DealEvent;

/// <summary>Revenue, a milestone, a clawback or a month of trail was recorded after the completion.</summary>
/// <param name="After">What the deal remembers from now on.</param>
/// <param name="Calculation">What it accrues or takes back.</param>
/// <param name="Kind">Accrual or clawback.</param>
/// <param name="EffectiveOn">The date that it counts from.</param>
/// <param name="Actor">Who sent it.</param>
/// <param name="Contributions">What accumulators are told.</param>
public sealed record LaterRecorded(
    LaterState After, Calculation Calculation, EntryKind Kind, DateOnly EffectiveOn, ContactId Actor,
    IReadOnlyList<RecordContribution> Contributions) : DealEvent;

/// <summary>A request was refused, and stays refused.</summary>
public sealed record RequestRefused(RefusedRequest Refused) : DealEvent;
