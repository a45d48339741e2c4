using Commission.Domain.Ledger;
using Commission.Domain.Members;

namespace Commission.Domain.Deals;

/// <summary>Brings a deal to where an attested line says it is; a line that adds nothing changes nothing.</summary>
internal static class AttestedSteps
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(24);

    public static Decision<DealEvent> Decide(DealState state, AttestDeal command, DealFacts facts, DateTimeOffset now)
    {
        var (line, service) = (command.Line, command.Signature.Attestation.Service);
        var refusal = CheckSignature(command.Signature, facts, now)
            ?? CheckShape(line, now)
            ?? CheckMembers(line, service, facts)
            ?? CheckAgainst(state, line);
        if (refusal is not null)
            return refusal;

        var lineHash = MerkleTree.LeafHash(command.Signature.Line);
        var request = RequestFingerprint.Of(service.ToString(), line.Key, "bulk", command.Signature.Line);
        var events = new List<DealEvent>();
        foreach (var step in Steps(line).Skip(state.Steps.Length))
        {
            SignatureEnvelope envelope = events.Count == 0 ? command.Signature : new BulkLineSignature(lineHash);
            var payload = Payload(line, step, state.LastHash, service, lineHash, facts.Contacts[line.Client].Commitment);
            var pin = payload is IntentPayload ? new Pin(facts.RuleSet!.Hash) : null;
            var decision = SignedSteps.Complete(
                state, DealMachine.Recorded(payload, envelope, now, service, request, pin), facts);
            if (decision.Refusal is not null)
                return decision;
            foreach (var happened in decision.Events)
                state = DealMachine.Evolve(state, happened);
            events.AddRange(decision.Events);
        }
        return Decision<DealEvent>.Accept(events);
    }

    private static Refusal? CheckSignature(BulkSignature bulk, DealFacts facts, DateTimeOffset now)
    {
        var attestation = bulk.Attestation;
        if (facts.Signer is not { } key || key.Owner != attestation.Service || key.Id != attestation.Key)
            return new Refusal(RefusalCodes.UnknownKey, $"The key is not registered for {attestation.Service}.", "attestation.key");
        if (attestation.Time < key.ValidFrom || attestation.Time >= (key.ValidTo ?? DateTimeOffset.MaxValue))
            return new Refusal(RefusalCodes.KeyNotValid, $"{key.Id} is not valid at the attestation's time.", "attestation.key");
        if (now < key.ValidFrom || now >= (key.ValidTo ?? DateTimeOffset.MaxValue))
            return new Refusal(RefusalCodes.KeyNotValid, $"{key.Id} is not valid now: sign again with a key that is.", "attestation.key");
        if (attestation.Time > now + DealMachine.ClockSkew)
            return new Refusal(RefusalCodes.InvalidDate, "attestation.time lies in the future.", "attestation.time");
        if (attestation.Time < now - MaxAge)
            return new Refusal(RefusalCodes.InvalidDate, "attestation.time is more than 24 hours ago: sign again.", "attestation.time");
        if (!SignatureVerification.IsUnderRoot(bulk))
            return new Refusal(RefusalCodes.InvalidSignature, "The line is not under the attested root.", "attestation.root");
        return facts.BulkHeaderVerified || SignatureVerification.VerifyBulkHeader(key, attestation)
            ? null
            : new Refusal(RefusalCodes.InvalidSignature, "The attestation's signature does not verify.", "attestation.signature");
    }

    private static Refusal? CheckShape(AttestedLine line, DateTimeOffset now)
    {
        (string Field, DateOnly? On)[] dates =
        [
            ("referredOn", line.ReferredOn), ("acknowledgedOn", line.AcknowledgedOn), ("intakeOn", line.IntakeOn),
            ("settledOn", line.Settlement?.On), ("completedOn", line.CompletedOn),
        ];
        var missing = Array.FindIndex(dates, date => date.On is null);
        for (var i = Math.Max(missing, 0); missing >= 0 && i < dates.Length; i++)
        {
            if (dates[i].On is not null)
                return new Refusal(RefusalCodes.WrongState, $"{dates[missing].Field} is missing, and {dates[i].Field} needs it.", dates[missing].Field);
        }
        if (line.Closing is not null && line.Settlement is not null)
            return new Refusal(RefusalCodes.WrongState, "A settled deal can be neither declined nor withdrawn.", "settledOn");
        return CheckDates([.. dates, (line.Closing?.Step == HandshakeStep.Decline ? "declinedOn" : "withdrawnOn", line.Closing?.On)], DateOnly.FromDateTime(now.UtcDateTime).AddDays(1));
    }

    private static Refusal? CheckDates((string Field, DateOnly? On)[] dates, DateOnly tomorrow)
    {
        var (earliest, before) = (DateOnly.MinValue, "");
        foreach (var (field, on) in dates)
        {
            if (on is not { } date)
                continue;
            if (date > tomorrow)
                return new Refusal(RefusalCodes.InvalidDate, $"{field} lies in the future.", field);
            if (date < earliest)
                return new Refusal(RefusalCodes.InvalidDate, $"{field} is before {before}.", field);
            (earliest, before) = (date, field);
        }
        return null;
    }

    private static Refusal? CheckMembers(AttestedLine line, ContactId service, DealFacts facts)
    {
        var refusal = IntentRules.Check(
            facts, "referrer", line.Vertical, line.Product, line.Referrer, line.Receiver, line.Client, Uplines.Of(line.Upline, line.FurtherUplines), line.ReferredOn);
        return refusal ?? Authorised(facts, line.Referrer, service, "referrer") ?? Authorised(facts, line.Receiver, service, "receiver");
    }

    private static Refusal? Authorised(DealFacts facts, ContactId member, ContactId service, string field) =>
        facts.Contacts[member].AuthorisedServices.Contains(service)
            ? null
            : new Refusal(RefusalCodes.NotAuthorised, $"{service} is not authorised to act for {member}.", field);

    /// <summary>What is recorded stays: a line may go on from it but not contradict it.</summary>
    private static Refusal? CheckAgainst(DealState state, AttestedLine line)
    {
        if (!state.Exists)
            return null;
        var contradicted =
            state.Referrer != line.Referrer ? "referrer"
            : state.Receiver != line.Receiver ? "receiver"
            : state.Client != line.Client ? "client"
            : state.Vertical != line.Vertical ? "vertical"
            : state.Product != line.Product ? "product"
            : state.ReferredOn != line.ReferredOn ? "referredOn"
            : state.Upline != line.Upline ? "upline"
            : !state.FurtherUplines.AsSpan().SequenceEqual(line.FurtherUplines) ? "furtherUplines"
            : ContradictedSettlement(state, line.Settlement) ?? ContradictedStep(state, line);
        return contradicted is null ? null : new Refusal(
            RefusalCodes.IdempotencyKeyReused, $"{contradicted} contradicts what is recorded under this key.", contradicted, state.Id.ToString());
    }

    private static string? ContradictedSettlement(DealState state, AttestedSettlement? stated)
    {
        if (stated is null || state.Status is not (DealStatus.Settled or DealStatus.Complete))
            return null;
        return state.SettledValue.Minor != stated.Value.Minor ? "settledValueMinor"
            : state.SettledValue.Currency != stated.Value.Currency ? "currency"
            : state.SettledOn != stated.On ? "settledOn"
            : state.Bases.SequenceEqual(stated.Bases) ? null : "bases";
    }

    /// <summary>The first step that the line has otherwise than the deal, by the member that states it.</summary>
    private static string? ContradictedStep(DealState state, AttestedLine line)
    {
        foreach (var (recorded, stated) in state.Steps.Zip(Steps(line)))
        {
            if (recorded.Step != stated.Step || recorded.Time != Time(stated.On))
                return Member(stated.Step);
        }
        return null;
    }

    private static string Member(HandshakeStep step) => step switch
    {
        HandshakeStep.Intent => "referredOn",
        HandshakeStep.Acknowledgement => "acknowledgedOn",
        HandshakeStep.Intake => "intakeOn",
        HandshakeStep.Settlement => "settledOn",
        HandshakeStep.Outcome => "completedOn",
        HandshakeStep.Decline => "declinedOn",
        _ => "withdrawnOn",
    };

    /// <summary>The steps that a line states, in order.</summary>
    internal static List<(HandshakeStep Step, DateOnly On)> Steps(AttestedLine line)
    {
        var steps = new List<(HandshakeStep, DateOnly)>(6) { (HandshakeStep.Intent, line.ReferredOn) };
        if (line.AcknowledgedOn is { } acknowledged)
            steps.Add((HandshakeStep.Acknowledgement, acknowledged));
        if (line.IntakeOn is { } intake)
            steps.Add((HandshakeStep.Intake, intake));
        if (line.Settlement is { } settlement)
            steps.Add((HandshakeStep.Settlement, settlement.On));
        if (line.CompletedOn is { } completed)
            steps.Add((HandshakeStep.Outcome, completed));
        if (line.Closing is { } closing)
            steps.Add((closing.Step, closing.On));
        return steps;
    }

    private static DateTimeOffset Time(DateOnly date) => new(date, TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>The payload that a line gives for one of its steps.</summary>
    internal static HandshakePayload Payload(
        AttestedLine line, (HandshakeStep Step, DateOnly On) step, Hash previous, ContactId service, Hash lineHash, Hash clientCommitment)
    {
        var (deal, time) = (DealId.Derive(service, line.Key), Time(step.On));
        return step.Step switch
        {
            HandshakeStep.Intent => new IntentPayload(
                deal, line.Referrer, time, service, lineHash, line.Vertical, line.Product, line.Receiver, line.Client,
                clientCommitment, line.ReferredOn, line.Upline, line.Key)
            {
                FurtherUplines = line.FurtherUplines,
            },
            HandshakeStep.Acknowledgement => new AcknowledgementPayload(
                deal, line.Client, time, previous, service, lineHash, null, null, null, null),
            HandshakeStep.Intake => new IntakePayload(deal, line.Receiver, time, previous, service, lineHash, step.On),
            HandshakeStep.Settlement => new SettlementPayload(
                deal, line.Receiver, time, previous, service, lineHash, step.On, line.Settlement!.Value, line.Settlement.Bases),
            HandshakeStep.Outcome => new OutcomePayload(deal, line.Client, time, previous, service, lineHash, null),
            _ => new ClosingPayload(
                deal, step.Step == HandshakeStep.Decline ? line.Receiver : line.Referrer, time, previous, service, lineHash,
                step.Step, line.Closing!.Reason),
        };
    }
}
