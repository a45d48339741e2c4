using Commission.Domain.Payouts.Calendar;

namespace Commission.Domain.Payouts;

/// <summary>Decides commands to a batch: maker is not checker, and what is submitted is what was approved. Pure: no clock, no I/O.</summary>
public static class PayoutBatchMachine
{
    /// <summary>Items of one batch at most.</summary>
    public const int MaxItems = 100_000;
    /// <summary>People who may have a hand in one draft; more are refused.</summary>
    public const int MaxMakers = 16;
    /// <summary>Accepted requests that a batch remembers.</summary>
    public const int MaxRequests = 32;
    /// <summary>Business days from the processing date, or from submission where a rail has none, within which every item should have ended.</summary>
    public const int SettleWithinDays = 3;

    /// <summary>Decides one command.</summary>
    public static Decision<PayoutEvent> Decide(PayoutBatchState state, PayoutBatchCommand command, PayoutBatchFacts facts, DateTimeOffset now)
    {
        if (command is DraftPayoutBatch draft)
            return Draft(state, draft, facts, now);
        if (!state.Exists)
            return Unknown();
        return command switch
        {
            ApprovePayoutBatch approve => Approve(state, approve, facts, now),
            SubmitPayoutBatch submit => Submit(state, submit, facts, now),
            SettlePayoutBatch settle => Settle(state, settle, now),
            CancelPayoutBatch cancel => Cancel(state, cancel, now),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    /// <summary>Applies one event.</summary>
    public static PayoutBatchState Evolve(PayoutBatchState state, PayoutEvent happened) => happened switch
    {
        PayoutBatchDrafted drafted => Remember(Drafted(drafted), drafted.Request),
        PayoutBatchEdited edited => Remember(state with
        {
            Status = PayoutBatchStatus.Draft,
            Contents = edited.Contents,
            ApprovedHash = null,
            Approver = null,
            ApprovedAt = null,
            Makers = edited.Actor is { } editor && !state.Makers.Contains(editor) ? [.. state.Makers, editor] : state.Makers,
        }, edited.Request),
        PayoutBatchApproved approved => Remember(state with
        {
            Status = PayoutBatchStatus.Approved,
            ApprovedHash = approved.Hash,
            Approver = approved.Actor,
            ApprovedAt = approved.At,
        }, approved.Request),
        PayoutBatchSubmitted submitted => Remember(state with
        {
            Status = PayoutBatchStatus.Submitted,
            ProcessOn = submitted.ProcessOn,
            DueOn = submitted.DueOn,
            SubmittedAt = submitted.At,
            Submitter = submitted.Actor,
        }, submitted.Request),
        PayoutBatchSettled settled => Remember(state with { Status = PayoutBatchStatus.Settled, EndedAt = settled.At }, settled.Request),
        PayoutBatchCancelled cancelled => Remember(state with
        {
            Status = PayoutBatchStatus.Cancelled,
            EndedAt = cancelled.At,
            Pending = default,
            Released = state.Released.Plus(state.Pending.Items, state.Pending.PayMinor),
        }, cancelled.Request),
        PayoutItemMoved moved => state.Moved(moved.From, moved.To, moved.PayMinor),
        PayoutReversalOrdered ordered => Remember(state, ordered.Request),
        PayoutReversalRefused => state,
        _ => throw new ArgumentOutOfRangeException(nameof(happened)),
    };

    /// <summary>
    /// Whether a request was accepted before, or the refusal of a key that comes back with another body. Neither for a new request.
    /// </summary>
    public static (bool WasAccepted, Refusal? Refusal) Replay(PayoutBatchState state, RequestFingerprint request) =>
        state.Requests.Contains(request) ? (true, null)
        : Array.Exists(state.Requests, known => known.Key == request.Key) ? (false, RequestFingerprint.Reused())
        : (false, null);

    private static PayoutBatchState Drafted(PayoutBatchDrafted drafted) => new()
    {
        Id = drafted.Id,
        Status = PayoutBatchStatus.Draft,
        Rail = drafted.Rail,
        Currency = drafted.Currency,
        IsLive = drafted.IsLive,
        Makers = drafted.Actor is { } maker ? [maker] : [],
        DraftedAt = drafted.At,
        Contents = drafted.Contents,
        Pending = new PayoutTally(drafted.Contents.Items, drafted.Contents.PayMinor),
    };

    private static PayoutBatchState Remember(PayoutBatchState state, RequestFingerprint request) =>
        state with { Requests = [.. state.Requests.TakeLast(MaxRequests - 1), request] };

    private static Decision<PayoutEvent> Draft(PayoutBatchState state, DraftPayoutBatch command, PayoutBatchFacts facts, DateTimeOffset now)
    {
        if (state.Exists)
            return new Refusal(RefusalCodes.AlreadyExists, "A payout batch with this id exists.", "id", state.Id.ToString());
        if (facts.Contents.Items is < 1 or > MaxItems)
            return StrictNode.Wrong("items", $"1 to {MaxItems} items", $"{facts.Contents.Items}");
        return command.Rail == Rail.Aba && command.Currency != Amounts.Currency.Aud
            ? new Refusal(RefusalCodes.CurrencyMismatch, $"Direct entry pays AUD only, not {command.Currency}.", "currency")
            : Decision<PayoutEvent>.Accept(
                new PayoutBatchDrafted(
                    command.Id, command.Rail, command.Currency, facts.Contents, command.Actor, now, command.Fingerprint,
                    command.Rail == Rail.Stripe && facts.IsLive));
    }

    private static Decision<PayoutEvent> Approve(PayoutBatchState state, ApprovePayoutBatch command, PayoutBatchFacts facts, DateTimeOffset now)
    {
        if (state.Status != PayoutBatchStatus.Draft)
            return WrongState(state, "Only a draft can be approved.");
        if (command.Actor is not { } approver || state.Makers.Contains(approver))
            return new Refusal(RefusalCodes.MakerIsChecker, "Somebody must approve who neither made nor changed the draft.", "actor");
        if (state.Contents.Items == 0)
            return WrongState(state, "Nothing is left in it.");
        return command.SeenHash != state.Contents.Hash || facts.Contents != state.Contents
            ? Changed(state, "is not what was shown to the approver")
            : Decision<PayoutEvent>.Accept(new PayoutBatchApproved(command.SeenHash, approver, now, command.Fingerprint));
    }

    private static Decision<PayoutEvent> Submit(PayoutBatchState state, SubmitPayoutBatch command, PayoutBatchFacts facts, DateTimeOffset now)
    {
        if (state.Status != PayoutBatchStatus.Approved)
            return WrongState(state, "Only an approved batch can be submitted.");
        if (command.Actor is not { } submitter)
            return new Refusal(RefusalCodes.WrongActor, "A person submits a batch.", "actor");
        if (facts.Contents.Hash != state.ApprovedHash)
            return Changed(state, "is not what was approved");
        if (OtherModeRefusal(state, facts.IsLive) is { } otherMode)
            return otherMode;
        return DateRefusal(state.Rail, command.ProcessOn, facts.Today) is { } refusal
            ? refusal
            : Decision<PayoutEvent>.Accept(new PayoutBatchSubmitted(
                command.ProcessOn, BusinessCalendar.Add(Region.National, command.ProcessOn ?? facts.Today, SettleWithinDays), submitter, now,
                command.Fingerprint));
    }

    /// <summary>Why an engine of this mode must leave the batch alone, or null. Money of one mode does not exist in the other.</summary>
    /// <param name="state">The batch.</param>
    /// <param name="isLive">The engine's mode.</param>
    public static Refusal? OtherModeRefusal(PayoutBatchState state, bool isLive) => state.Rail == Rail.Stripe && state.IsLive != isLive
        ? new Refusal(
            RefusalCodes.RailNotConfigured,
            $"The batch was drafted in Stripe's {StripeDestination.ModeOf(state.IsLive)} mode, and the engine works in {StripeDestination.ModeOf(isLive)} mode.",
            null, state.Id.ToString())
        : null;

    private static Refusal? DateRefusal(Rail rail, DateOnly? processOn, DateOnly today)
    {
        if (rail == Rail.Stripe)
            return processOn is null ? null : new Refusal(RefusalCodes.InvalidField, "Stripe transfers have no processing date.", "processOn");
        if (processOn is not { } day)
            return new Refusal(RefusalCodes.InvalidField, "processOn is required: the processing date of the direct entry file.", "processOn");
        return day < today
            ? new Refusal(RefusalCodes.InvalidDate, $"processOn must not be before today, {today:yyyy-MM-dd}.", "processOn")
            : BusinessCalendar.RefusalOfRest(Region.National, day, "processOn");
    }

    private static Decision<PayoutEvent> Settle(PayoutBatchState state, SettlePayoutBatch command, DateTimeOffset now)
    {
        if (state.Status == PayoutBatchStatus.Settled)
            return Decision<PayoutEvent>.Accept();
        if (state.Status != PayoutBatchStatus.Submitted)
            return WrongState(state, "Only a submitted batch can be settled.");
        return state.HasUnfinished
            ? WrongState(state, $"{state.Pending.Items} items are not sent and {state.Submitted.Items} have no outcome.")
            : Decision<PayoutEvent>.Accept(new PayoutBatchSettled(command.Actor, now, command.Fingerprint));
    }

    private static Decision<PayoutEvent> Cancel(PayoutBatchState state, CancelPayoutBatch command, DateTimeOffset now)
    {
        if (state.Status is not (PayoutBatchStatus.Draft or PayoutBatchStatus.Approved))
            return WrongState(state, "Only what was not submitted can be given up.");
        return ReasonRefusal(command.Reason) is { } refusal
            ? refusal
            : Decision<PayoutEvent>.Accept(new PayoutBatchCancelled(command.Reason, command.Actor, now, command.Fingerprint));
    }

    internal static Refusal? ReasonRefusal(string? reason) =>
        string.IsNullOrWhiteSpace(reason) || reason.Length > 1_000 || reason.Any(char.IsControl)
            ? new Refusal(RefusalCodes.InvalidField, "reason must have 1 to 1000 characters and no control characters.", "reason")
            : null;

    internal static Refusal Unknown() => new(RefusalCodes.UnknownPayout, "No payout batch with this id.", "id");

    internal static Refusal WrongState(PayoutBatchState state, string text) =>
        new(RefusalCodes.WrongState, $"The batch is {state.Status}. {text}", null, state.Id.ToString());

    private static Refusal Changed(PayoutBatchState state, string text) =>
        new(RefusalCodes.BatchChanged, $"The batch {text}. Look at it again and approve what it is now.", "hash", state.Contents.Hash.ToString());
}
