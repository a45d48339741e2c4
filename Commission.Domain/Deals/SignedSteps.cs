using Commission.Domain.Members;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Volumes;

namespace Commission.Domain.Deals;

/// <summary>One step, signed by its actor or, marked for ever, by a service in its place.</summary>
internal static class SignedSteps
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(24);

    public static Decision<DealEvent> Decide(DealState state, RecordHandshake command, DealFacts facts, DateTimeOffset now)
    {
        var payload = command.Payload;
        var refusal = CheckOrder(state, command, facts, now)
            ?? CheckActor(state, command, facts)
            ?? CheckPrevious(state, payload)
            ?? CheckTimes(state, payload, now)
            ?? CheckContent(state, payload, facts);
        if (refusal is not null)
            return refusal;

        var recorded = DealMachine.Recorded(
            payload, command.Envelope, now, command.Caller, command.Fingerprint, PinOf(payload, facts));
        if (CheckSignature(command, facts, recorded.PayloadBytes, now) is { } unsigned)
            return unsigned;
        var decision = Complete(state, recorded, facts);
        return decision.Refusal is { } refused ? InPayload(refused)! : decision;
    }

    /// <summary>Signed and attested steps share rules: these name a member, and in a signed step it stands in the payload.</summary>
    private static Refusal? InPayload(Refusal? refusal) =>
        refusal is { Field: { } member } ? refusal with { Field = $"payload.{member}" } : refusal;

    /// <summary>Adds the commission where the step completes the chain, and refuses a settlement the rules cannot use.</summary>
    public static Decision<DealEvent> Complete(DealState state, HandshakeRecorded recorded, DealFacts facts)
    {
        var next = DealMachine.Evolve(state, recorded);
        if (recorded.Payload is SettlementPayload && SettlementRules.Check(next, facts) is { } refusal)
            return refusal;
        return next.Status == DealStatus.Complete
            ? Decision<DealEvent>.Accept(recorded, Accrue(next, recorded, facts))
            : Decision<DealEvent>.Accept(recorded);
    }

    private static CommissionAccrued Accrue(DealState state, HandshakeRecorded recorded, DealFacts facts)
    {
        var rules = facts.RuleSet ?? throw new InvalidOperationException("The pinned rule set is not at hand.");
        if (rules.Hash != state.RuleHash)
            throw new InvalidOperationException($"Rule set {rules.Hash} is not the pinned {state.RuleHash}.");
        var settlement = DealMachine.CalculationFactsOf(state);
        var (on, actor) = (DealMachine.CompletedOn(state), recorded.Payload.Actor);
        var contributions = VolumeContributions.Of(rules, new VolumeSubject(state.Id, state.Client, on), settlement);
        return new CommissionAccrued(
            Calculator.Calculate(rules, settlement), on, actor, [.. contributions.Select(one => one with { Actor = actor, EffectiveOn = on })]);
    }

    private static Refusal? CheckOrder(DealState state, RecordHandshake command, DealFacts facts, DateTimeOffset now)
    {
        var step = command.Payload.Step;
        if (!state.Exists && step != HandshakeStep.Intent)
            return new Refusal(RefusalCodes.DealNotFound, "There is no such deal.", "id");
        if ((state.Exists ? state.Id : facts.Deal) is { } deal && command.Payload.Deal != deal)
            return new Refusal(RefusalCodes.InvalidField, $"deal must be {deal}.", "payload.deal");
        if (command.Link is not null && (!facts.LinkMatches || step == HandshakeStep.Intent))
            return LinkNotFound();
        if (state.Status == DealStatus.Expired || DealMachine.IsOverdue(state, now))
            return step == HandshakeStep.Acknowledgement ? LinkExpired() : DealMachine.WrongState(state);
        var inOrder = step switch
        {
            HandshakeStep.Decline or HandshakeStep.Withdrawal => state.Status is > DealStatus.None and < DealStatus.Settled,
            _ => state.Status.Next() == step,
        };
        if (inOrder)
            return CheckLink(state, command, now);
        return command.Link is null ? DealMachine.WrongState(state) : LinkNotFound();
    }

    /// <summary>A key that is not registered can only come in through the magic link, once.</summary>
    private static Refusal? CheckLink(DealState state, RecordHandshake command, DateTimeOffset now)
    {
        if (command.Payload.BroughtKey is not null && command.Link is null)
            return LinkNotFound();
        return command.Link is not null && now >= state.Steps[^1].RecordedAt + DealMachine.LinkLifetime ? LinkExpired() : null;
    }

    private static Refusal LinkNotFound() =>
        new(RefusalCodes.HandshakeNotFound, "This link is unknown or was used.", "link");

    private static Refusal LinkExpired() =>
        new(RefusalCodes.TokenExpired, "The link is older than seven days.", "link");

    private static Refusal? CheckActor(DealState state, RecordHandshake command, DealFacts facts)
    {
        var payload = command.Payload;
        var sender = payload.AttestedBy ?? payload.Actor;
        if (command.Caller != sender)
            return new Refusal(RefusalCodes.WrongActor, $"{command.Caller} sent a step that {sender} must send.", payload.AttestedBy is null ? "payload.actor" : "payload.attestedBy");
        if (!MayTake(state, payload))
            return new Refusal(RefusalCodes.WrongActor, $"{payload.Actor} may not take {payload.Step.Name()} of this deal.", "payload.actor");
        if (payload.AttestedBy is not { } service)
            return null;
        if (payload.BroughtKey is not null)
            return new Refusal(RefusalCodes.InvalidField, "An attested step brings no key of the client.", "payload.key");
        return facts.Contacts.TryGetValue(AuthoriserOf(state, payload), out var member) && member.AuthorisedServices.Contains(service)
            ? null
            : new Refusal(RefusalCodes.NotAuthorised, $"{service} is not authorised to act for {AuthoriserOf(state, payload)}.", "payload.attestedBy");
    }

    private static bool MayTake(DealState state, HandshakePayload payload) => payload.Step switch
    {
        HandshakeStep.Intent => true,
        HandshakeStep.Decline => payload.Actor == state.Client || payload.Actor == state.Receiver,
        HandshakeStep.Withdrawal => payload.Actor == state.Client || payload.Actor == state.Referrer,
        var step => payload.Actor == DealMachine.ActorOf(state, step),
    };

    /// <summary>A client has no account in which to authorise a service: the receiving member answers for it.</summary>
    private static ContactId AuthoriserOf(DealState state, HandshakePayload payload) =>
        state.Exists && payload.Actor == state.Client ? state.Receiver : payload.Actor;

    private static Refusal? CheckPrevious(DealState state, HandshakePayload payload) => payload.Previous == state.LastHash
        ? null
        : new Refusal(RefusalCodes.WrongPrevious, $"previous must be {state.LastHash}, the hash of the last handshake.", "payload.previous");

    private static Refusal? CheckTimes(DealState state, HandshakePayload payload, DateTimeOffset now)
    {
        if (payload.Time > now + DealMachine.ClockSkew)
            return new Refusal(RefusalCodes.InvalidDate, "time lies in the future.", "payload.time");
        if (payload.AttestedBy is null && payload.Time < now - MaxAge)
            return new Refusal(RefusalCodes.InvalidDate, "time is more than 24 hours ago: sign again.", "payload.time");
        if (state.Exists && payload.Time + DealMachine.ClockSkew < TimeOf(state.Steps[^1]))
            return new Refusal(RefusalCodes.InvalidDate, "time is before the previous handshake's.", "payload.time");
        var day = DateOnly.FromDateTime(payload.Time.UtcDateTime);
        return payload switch
        {
            IntentPayload intent => CheckReferralDate(intent, day),
            IntakePayload intake => CheckDate(intake.MetOn, state.ReferredOn, day, "payload.metOn"),
            SettlementPayload settlement => CheckDate(settlement.SettledOn, state.ReferredOn, day, "payload.settledOn"),
            _ => null,
        };
    }

    /// <summary>An attested date may be tomorrow's, east of Greenwich; what is recorded happened by then at the latest.</summary>
    private static DateTimeOffset TimeOf(StepRecord step) => step.Time < step.RecordedAt ? step.Time : step.RecordedAt;

    /// <summary>A member's own referral date is the day of signing, give or take a time zone: no backdating to a better rate.</summary>
    private static Refusal? CheckReferralDate(IntentPayload intent, DateOnly day)
    {
        if (intent.ReferredOn > day.AddDays(1))
            return new Refusal(RefusalCodes.InvalidDate, "referredOn lies in the future.", "payload.referredOn");
        return intent.AttestedBy is null && intent.ReferredOn < day.AddDays(-1)
            ? new Refusal(RefusalCodes.InvalidDate, "referredOn must be the day of signing.", "payload.referredOn")
            : null;
    }

    private static Refusal? CheckDate(DateOnly date, DateOnly referredOn, DateOnly day, string field)
    {
        if (date < referredOn)
            return new Refusal(RefusalCodes.InvalidDate, $"{field} is before the referral ({referredOn:yyyy-MM-dd}).", field);
        return date > day.AddDays(1) ? new Refusal(RefusalCodes.InvalidDate, $"{field} lies in the future.", field) : null;
    }

    private static Refusal? CheckContent(DealState state, HandshakePayload payload, DealFacts facts)
    {
        if (payload.BroughtKey is { } key && !Members.MemberMachine.HasP256Form(key))
            return new Refusal(RefusalCodes.InvalidField, "key must be a DER SubjectPublicKeyInfo of an EC P-256 key.", "payload.key");
        if (payload is not IntentPayload intent)
            return null;
        var refusal = InPayload(IntentRules.Check(
            facts, "actor", intent.Vertical, intent.Product, intent.Actor, intent.Receiver, intent.Client,
            Uplines.Of(intent.Upline, intent.FurtherUplines), intent.ReferredOn));
        if (refusal is not null)
            return refusal;
        if (facts.Contacts[intent.Client].Commitment != intent.ClientCommitment)
            return new Refusal(RefusalCodes.InvalidField, "clientCommitment is not the client contact's commitment.", "payload.clientCommitment");
        return intent.AttestedBy is null ? CheckUplines(intent, facts) : null;
    }

    /// <summary>
    /// Uplines share in the commission, so they stand in what is signed and nothing is filled in. A member states the
    /// registered ones and cannot leave them out; a service states those of the referral's date.
    /// </summary>
    private static Refusal? CheckUplines(IntentPayload intent, DealFacts facts)
    {
        var registered = Uplines.Above(intent.Actor, id => facts.Contacts.GetValueOrDefault(id)?.Upline);
        if (intent.Upline != (registered.Count == 0 ? null : registered[0]))
        {
            return new Refusal(
                RefusalCodes.InvalidField,
                registered.Count > 0
                    ? $"upline must be {registered[0]}, the referrer's registered upline."
                    : "upline must be left out: the referrer has no registered upline.",
                "payload.upline");
        }
        return intent.FurtherUplines.SequenceEqual(registered.Skip(1)) ? null : new Refusal(
            RefusalCodes.InvalidField,
            registered.Count > 1
                ? $"furtherUplines must be {string.Join(", ", registered.Skip(1))}, the registered uplines above the first one, nearest first."
                : "furtherUplines must be left out: there is no registered upline above the first one.",
            "payload.furtherUplines");
    }

    private static Pin? PinOf(HandshakePayload payload, DealFacts facts) =>
        payload is IntentPayload ? new Pin(facts.RuleSet!.Hash) : null;

    private static Refusal? CheckSignature(RecordHandshake command, DealFacts facts, byte[] payload, DateTimeOffset now)
    {
        var stated = command.Payload;
        var signer = stated.AttestedBy ?? stated.Actor;
        if (facts.Signer is not { } key || key.Owner != signer || key.Id != KeyOf(command.Envelope)
            || (stated.BroughtKey is { } brought && key.Id != KeyId.Derive(signer, brought)))
            return new Refusal(RefusalCodes.UnknownKey, $"The key in the signature is not registered for {signer}.", "signature.key");
        if (!IsValidAt(key, stated.Time))
            return new Refusal(RefusalCodes.KeyNotValid, $"{key.Id} is not valid at the payload's time.", "signature.key");
        if (!IsValidAt(key, now))
            return new Refusal(RefusalCodes.KeyNotValid, $"{key.Id} is not valid now: sign again with a key that is.", "signature.key");
        return SignatureVerification.Verify(key, payload, command.Envelope, facts.RelyingParty)
            ? null
            : new Refusal(RefusalCodes.InvalidSignature, "The signature does not verify over the canonical payload bytes.", "signature");
    }

    private static bool IsValidAt(SigningKey key, DateTimeOffset instant) =>
        key.ValidFrom <= instant && (key.ValidTo is null || instant < key.ValidTo);

    /// <summary>The key that a signature over the payload itself names; other envelopes do not sign one payload.</summary>
    private static KeyId? KeyOf(SignatureEnvelope envelope) => envelope switch
    {
        Es256Signature signature => signature.Key,
        WebAuthnSignature assertion => assertion.Key,
        _ => null,
    };
}
