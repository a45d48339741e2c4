using Commission.Domain.Rules;

namespace Commission.Domain.Deals;

/// <summary>The five-handshake chain. Pure: no clock, no I/O; <c>now</c> and looked-up facts come in, events come out.</summary>
public static class DealMachine
{
    /// <summary>Refusals that a deal remembers; older ones are forgotten.</summary>
    public const int MaxRefusals = 16;

    /// <summary>How long the client has to acknowledge, and how long a magic link lives.</summary>
    public static TimeSpan LinkLifetime { get; } = TimeSpan.FromDays(7);

    /// <summary>How far a signer's clock may be ahead of the engine's.</summary>
    public static TimeSpan ClockSkew { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Decides one command.</summary>
    public static Decision<DealEvent> Decide(DealState state, DealCommand command, DealFacts facts, DateTimeOffset now) => command switch
    {
        RecordHandshake record => SignedSteps.Decide(state, record, facts, now),
        AttestDeal attest => AttestedSteps.Decide(state, attest, facts, now),
        ExpireDeal => Expire(state, now),
        LaterCommand later => LaterSteps.Decide(state, later, facts, now),
        PayTrail pay => TrailSteps.Decide(state, pay, facts),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    /// <summary>Applies one event.</summary>
    public static DealState Evolve(DealState state, DealEvent happened) => happened switch
    {
        HandshakeRecorded recorded => Record(state, recorded),
        RequestRefused refused => state with { Refusals = [.. state.Refusals.TakeLast(MaxRefusals - 1), refused.Refused] },
        CommissionAccrued => state,
        LaterRecorded recorded => state with { Later = recorded.After },
        _ => throw new ArgumentOutOfRangeException(nameof(happened)),
    };

    /// <summary>
    /// What a repeated request gets: the step it made before, the refusal it got before, or, with another body, the
    /// refusal of a reused key. Nothing for a new request. Only for single requests: a bulk line that goes on from an
    /// earlier one has the same key and another body, and <see cref="Decide"/> itself adds nothing twice.
    /// </summary>
    public static (StepRecord? Step, Refusal? Refusal) Replay(DealState state, RequestFingerprint request)
    {
        if (state.Steps.FirstOrDefault(step => step.Request == request) is { } step)
            return (step, null);
        if (state.Refusals.FirstOrDefault(refused => refused.Request == request) is { } refused)
            return (null, refused.Refusal);
        return state.Steps.Any(step => step.Request.Key == request.Key) || state.Refusals.Any(refused => refused.Request.Key == request.Key)
            ? (null, RequestFingerprint.Reused())
            : (null, null);
    }

    /// <summary>What a repeated request after completion gets: the answer it got before, or the refusal.</summary>
    public static (DealReceipt? Receipt, Refusal? Refusal) ReplayLater(DealState state, RequestFingerprint request)
    {
        var receipts = state.Later?.Receipts ?? [];
        if (receipts.FirstOrDefault(receipt => receipt.Request == request) is { } receipt)
            return (receipt, null);
        var (step, refusal) = Replay(state, request);
        return refusal is null && (step is not null || receipts.Any(receipt => receipt.Request.Key == request.Key))
            ? (null, RequestFingerprint.Reused())
            : (null, refusal);
    }

    /// <summary>
    /// Whether a refusal is final for its request: the same key gets it again even if the deal moves on. A link that does not
    /// fit says nothing of the deal, and strangers could fill its memory with such: that is judged anew each time.
    /// </summary>
    public static bool IsSticky(DealState state, Refusal refusal) =>
        state.Exists && refusal.Code is RefusalCodes.WrongState or RefusalCodes.TokenExpired;

    /// <summary>The step that the deal waits for, from whom and since when; null when it has ended.</summary>
    public static MissingStep? Missing(DealState state)
    {
        var next = state.Status.Next();
        return next is HandshakeStep.None or HandshakeStep.Intent
            ? null
            : new MissingStep(next, ActorOf(state, next), state.Steps[^1].RecordedAt, state.LastHash);
    }

    /// <summary>Who must sign a step.</summary>
    public static ContactId ActorOf(DealState state, HandshakeStep step) => step switch
    {
        HandshakeStep.Intent => state.Referrer,
        HandshakeStep.Acknowledgement or HandshakeStep.Outcome => state.Client,
        HandshakeStep.Intake or HandshakeStep.Settlement => state.Receiver,
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    /// <summary>Whether the acknowledgement is overdue. An attested intent sent nobody a link, so it never is.</summary>
    public static bool IsOverdue(DealState state, DateTimeOffset now) =>
        state.Status == DealStatus.IntentSigned && state.Steps[0].AttestedBy is null && now >= state.Steps[0].RecordedAt + LinkLifetime;

    /// <summary>What the calculation is made from, once the deal is settled.</summary>
    public static CalculationFacts CalculationFactsOf(DealState state)
    {
        var payees = new Dictionary<Party, ContactId> { [Party.Referrer] = state.Referrer, [Party.Receiver] = state.Receiver };
        foreach (var (level, upline) in state.Uplines.Index())
            payees[PartyNames.Uplines[level]] = upline;
        return new CalculationFacts(
            state.Product, state.SettledValue.Currency, state.SettledValue.Minor,
            state.Bases.ToDictionary(basis => basis.Name, basis => basis.Value, StringComparer.Ordinal), payees);
    }

    /// <summary>The date of a complete chain's outcome: what it accrues counts from then.</summary>
    public static DateOnly CompletedOn(DealState state) => DateOnly.FromDateTime(state.Steps[^1].Time.UtcDateTime);

    private static Decision<DealEvent> Expire(DealState state, DateTimeOffset now)
    {
        if (!IsOverdue(state, now))
            return Decision<DealEvent>.Accept();
        var payload = new ClosingPayload(
            state.Id, state.Client, now, state.LastHash, null, null, HandshakeStep.Expiry, "not_acknowledged_in_7_days");
        return Decision<DealEvent>.Accept(Recorded(payload, new EngineSignature(), now, state.Caller, default, null));
    }

    internal static HandshakeRecorded Recorded(
        HandshakePayload payload, SignatureEnvelope envelope, DateTimeOffset now, ContactId caller, RequestFingerprint request, Pin? pin)
    {
        var payloadBytes = payload.ToCanonical();
        var envelopeBytes = envelope.ToCanonical();
        return new HandshakeRecorded(
            payload, payloadBytes, envelopeBytes, HandshakeHash.Of(payloadBytes, envelopeBytes), now, caller, request, pin);
    }

    private static DealState Record(DealState state, HandshakeRecorded recorded)
    {
        var payload = recorded.Payload;
        var step = new StepRecord(
            payload.Step, payload.Actor, recorded.Hash, payload.Time, recorded.RecordedAt, payload.AttestedBy, recorded.Request);
        var next = state with { Status = payload.Step.StatusAfter(), Steps = [.. state.Steps, step] };
        return payload switch
        {
            IntentPayload intent => next with
            {
                Id = intent.Deal,
                Referrer = intent.Actor,
                Receiver = intent.Receiver,
                Client = intent.Client,
                Upline = intent.Upline,
                FurtherUplines = intent.FurtherUplines,
                RuleHash = recorded.Pin!.RuleHash,
                Vertical = string.Intern(intent.Vertical),
                Product = string.Intern(intent.Product),
                ReferredOn = intent.ReferredOn,
                BusinessKey = intent.BusinessKey,
                Caller = recorded.Caller,
            },
            AcknowledgementPayload acknowledgement => next with { ClientKey = acknowledgement.Key },
            SettlementPayload settlement => next with
            {
                SettledValue = settlement.SettledValue,
                SettledOn = settlement.SettledOn,
                Bases = settlement.Bases,
            },
            _ => next,
        };
    }

    internal static Refusal WrongState(DealState state)
    {
        var missing = Missing(state);
        var text = missing is null
            ? $"The deal has ended: {state.Status}."
            : $"The deal is {state.Status}; it waits for {missing.Step.Name()} from {missing.From} since {missing.Since:yyyy-MM-ddTHH:mm:ssZ}.";
        return new Refusal(RefusalCodes.WrongState, text, null, state.Id.ToString());
    }
}
