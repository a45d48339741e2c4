namespace Commission.Domain.Disputes;

/// <summary>
/// The life of a dispute: open, triaged, under review and awaiting the member in turn, decided, closed; or withdrawn. Pure: no clock,
/// no I/O. What fell due on its business clock comes first among the events of whatever happens next, so that no sweep decides it.
/// </summary>
public static class DisputeMachine
{
    /// <summary>Entries of one dispute at most.</summary>
    public const int MaxContested = 50;
    /// <summary>Messages of one dispute at most.</summary>
    public const int MaxMessages = 1_000;
    /// <summary>Accepted requests that a dispute remembers.</summary>
    public const int MaxRequests = 32;

    /// <summary>Decides one command.</summary>
    public static Decision<DisputeEvent> Decide(DisputeState state, DisputeCommand command, DisputeFacts facts, DateTimeOffset now)
    {
        if (command is OpenDispute open)
            return DisputeOpening.Decide(state, open, facts, now);
        if (!state.Exists)
            return new Refusal(RefusalCodes.UnknownDispute, "No dispute with this id.", "id");
        var decision = command is CheckDisputeClock ? Decision<DisputeEvent>.Accept() : Step(state, command, facts, now);
        return decision.Refusal is null
            ? Decision<DisputeEvent>.Accept([.. DisputeClock.Due(state, facts, now), .. decision.Events])
            : decision;
    }

    /// <summary>Applies one event.</summary>
    public static DisputeState Evolve(DisputeState state, DisputeEvent happened)
    {
        var next = happened switch
        {
            DisputeOpened opened => DisputeOpening.Opened(opened),
            DisputeAssigned assigned => state with
            {
                Assignee = assigned.Assignee,
                Status = state.Status == DisputeStatus.Open ? DisputeStatus.Triaged : state.Status,
            },
            DisputeReviewed reviewed => Running(state, reviewed.Used, reviewed.At) with { Status = DisputeStatus.UnderReview },
            MemberAsked asked => state with
            {
                Status = DisputeStatus.AwaitingMember,
                Used = asked.Used,
                RunningSince = null,
                Messages = state.Messages + 1,
            },
            DisputeMessagePosted { Resumes: true } answer =>
                Running(state, state.Used, answer.At) with { Status = DisputeStatus.UnderReview, Messages = state.Messages + 1 },
            DisputeMessagePosted => state with { Messages = state.Messages + 1 },
            DisputeEscalated escalated => state with
            {
                EscalatedAt = escalated.At,
                EscalatedFrom = state.Assignee,
                Assignee = null,
                Messages = state.Messages + 1,
            },
            DisputeWasDecided decided => state with { Status = DisputeStatus.Decided, Decision = decided.Decision, Used = decided.Used, RunningSince = null },
            DisputeClosed closed => state with { Status = DisputeStatus.Closed, EndedAt = closed.At },
            DisputeWithdrawn withdrawn => state with { Status = DisputeStatus.Withdrawn, EndedAt = withdrawn.At, Used = withdrawn.Used, RunningSince = null },
            DisputeClockWarned warned => state with { WarnedAt = warned.At },
            DisputeClockBreached breached => state with { BreachedAt = breached.At },
            _ => throw new ArgumentOutOfRangeException(nameof(happened)),
        };
        return happened is DisputeClockWarned or DisputeClockBreached
            ? next
            : next with { Requests = [.. next.Requests.TakeLast(MaxRequests - 1), happened.Request] };
    }

    /// <summary>Whether a request was accepted before, or the refusal of a key that comes back with another body.</summary>
    public static (bool WasAccepted, Refusal? Refusal) Replay(DisputeState state, RequestFingerprint request) =>
        state.Requests.Contains(request) ? (true, null)
        : Array.Exists(state.Requests, known => known.Key == request.Key) ? (false, RequestFingerprint.Reused())
        : (false, null);

    private static DisputeState Running(DisputeState state, TimeSpan used, DateTimeOffset since) => state.RunningSince is null
        ? state with { Used = used, RunningSince = since }
        : state;

    private static Decision<DisputeEvent> Step(DisputeState state, DisputeCommand command, DisputeFacts facts, DateTimeOffset now)
    {
        if (command.Actor is not { } actor)
            return new Refusal(RefusalCodes.WrongActor, "A person takes this step.", "actor");
        var refusal = ActorRefusal(state, command, actor, facts) ?? StateRefusal(state, command);
        return refusal is not null ? refusal : command switch
        {
            AssignDispute assign => Assign(state, assign, actor, now),
            ReviewDispute => Accept(new DisputeReviewed(state.Used, actor, now, command.Fingerprint)),
            AskMember ask => Accept(new MemberAsked(ask.TextHash, DisputeClock.UsedAt(state, facts, now), actor, now, command.Fingerprint)),
            PostDisputeMessage post => Accept(new DisputeMessagePosted(
                post.TextHash, state.Status == DisputeStatus.AwaitingMember && actor == state.Member, actor, now, command.Fingerprint)),
            EscalateDispute escalate => Accept(new DisputeEscalated(escalate.TextHash, actor, now, command.Fingerprint)),
            DecideDispute decide => DisputeDecisions.Decide(state, decide, actor, facts, now),
            CloseDispute => Accept(new DisputeClosed(actor, now, command.Fingerprint)),
            WithdrawDispute => Accept(new DisputeWithdrawn(DisputeClock.UsedAt(state, facts, now), actor, now, command.Fingerprint)),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    private static Decision<DisputeEvent> Accept(DisputeEvent happened) => Decision<DisputeEvent>.Accept(happened);

    private static Decision<DisputeEvent> Assign(DisputeState state, AssignDispute command, ContactId actor, DateTimeOffset now)
    {
        if (command.Assignee == state.Member)
            return new Refusal(RefusalCodes.WrongActor, "A member does not look into its own dispute.", "assignee");
        return command.Assignee == state.EscalatedFrom
            ? new Refusal(RefusalCodes.WrongActor, "It was escalated from this person: somebody else looks into it.", "assignee")
            : Accept(new DisputeAssigned(command.Assignee, actor, now, command.Fingerprint));
    }

    /// <summary>The member writes, escalates and withdraws; staff does the rest, and writes and escalates too; nobody judges its own case.</summary>
    private static Refusal? ActorRefusal(DisputeState state, DisputeCommand command, ContactId actor, DisputeFacts facts) => command switch
    {
        WithdrawDispute when actor != state.Member => Wrong("Only the member can take its dispute back."),
        PostDisputeMessage or EscalateDispute when actor == state.Member || facts.IsStaff => null,
        PostDisputeMessage or EscalateDispute => Wrong("Only the member and staff take part in a dispute."),
        WithdrawDispute => null,
        _ when actor == state.Member => Wrong("A member does not handle its own dispute."),
        _ when !facts.IsStaff => Wrong("Only staff handles disputes."),
        DecideDispute when actor == state.EscalatedFrom => Wrong("It was escalated from this person: somebody else decides."),
        _ => null,
    };

    private static Refusal Wrong(string text) => new(RefusalCodes.WrongActor, text, "actor");

    private static Refusal? StateRefusal(DisputeState state, DisputeCommand command) => (command, state.Status) switch
    {
        (AssignDispute or WithdrawDispute, _) when state.IsPending => null,
        (EscalateDispute, _) when state.IsPending && state.EscalatedAt is null => null,
        (ReviewDispute, DisputeStatus.Triaged or DisputeStatus.AwaitingMember) when state.Assignee is not null => null,
        (AskMember, DisputeStatus.UnderReview) => TooMany(state),
        (PostDisputeMessage, _) when state.IsPending || state.Status == DisputeStatus.Decided => TooMany(state),
        (DecideDispute, DisputeStatus.UnderReview) => null,
        (CloseDispute, DisputeStatus.Decided) => null,
        _ => new Refusal(RefusalCodes.WrongState, $"The dispute is {StatusText(state)}.", null, state.Id.ToString()),
    };

    private static Refusal? TooMany(DisputeState state) => state.Messages < MaxMessages
        ? null
        : new Refusal(RefusalCodes.TooManyEvents, $"A dispute has at most {MaxMessages} messages.");

    private static string StatusText(DisputeState state) => state.IsPending && state.Assignee is null
        ? $"{state.Status} and assigned to nobody{(state.EscalatedAt is null ? "" : " since it was escalated")}"
        : $"{state.Status}";
}
