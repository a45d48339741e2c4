namespace Commission.Domain.Payouts;

/// <summary>
/// Decides commands to an item from the batch's state and the item's own row. Every answer of a rail may come twice, late or out of
/// order: what is known is accepted without an event, what contradicts is refused and needs a person. Pure: no clock, no I/O.
/// </summary>
public static class PayoutItemMachine
{
    /// <summary>Decides one command.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="item">The item's row; null when the batch has none of that number.</param>
    /// <param name="command">The command.</param>
    /// <param name="now">When.</param>
    public static Decision<PayoutEvent> Decide(PayoutBatchState batch, PayoutItem? item, PayoutItemCommand command, DateTimeOffset now)
    {
        if (!batch.Exists)
            return PayoutBatchMachine.Unknown();
        if (item is null || item.Number != command.Item)
            return new Refusal(RefusalCodes.UnknownItem, $"The batch has no item {command.Item}.", "item", batch.Id.ToString());
        return command switch
        {
            RemovePayoutItem remove => Remove(batch, item, remove, now),
            SubmitPayoutItem submit => Submit(batch, item, submit, now),
            RecordPayoutOutcome record => Record(batch, item, record, now),
            RetryPayoutItem retry => Retry(batch, item, retry, now),
            ReleasePayoutItem => Release(batch, item, now),
            ReversePayoutItem reverse => Reverse(batch, item, reverse, now),
            RecordReversalRefusal refused => Refused(item, refused, now),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    /// <summary>Applies one event to the item's row.</summary>
    public static PayoutItem Evolve(PayoutItem item, PayoutEvent happened) => happened switch
    {
        PayoutItemMoved moved when moved.Number == item.Number => item with
        {
            Status = moved.To,
            Attempt = moved.Attempt,
            Reason = moved.Reason,
            Since = moved.At,
            Submission = moved.Submission,
        },
        PayoutReversalOrdered ordered when ordered.Number == item.Number => item with { Reason = ordered.Reason },
        PayoutReversalRefused refused when refused.Number == item.Number => item with { Reason = refused.Reason },
        _ => item,
    };

    /// <summary>
    /// Whether the item's entries are taken, so that no other batch may pay them. What failed or came back stays taken while the batch may
    /// try again, and is open once it was released or the batch has ended.
    /// </summary>
    public static bool HoldsEntries(PayoutBatchStatus batch, PayoutItemStatus item) => item switch
    {
        PayoutItemStatus.Paid => true,
        PayoutItemStatus.Pending or PayoutItemStatus.Submitted => batch != PayoutBatchStatus.Cancelled,
        PayoutItemStatus.Failed or PayoutItemStatus.Returned => batch == PayoutBatchStatus.Submitted,
        _ => false,
    };

    private static Decision<PayoutEvent> Remove(PayoutBatchState batch, PayoutItem item, RemovePayoutItem command, DateTimeOffset now)
    {
        if (item.Status == PayoutItemStatus.Released)
            return Decision<PayoutEvent>.Accept();
        if (batch.Status is not (PayoutBatchStatus.Draft or PayoutBatchStatus.Approved))
            return PayoutBatchMachine.WrongState(batch, $"Item {item.Number} is {item.Status} and stays.");
        if (PayoutBatchMachine.ReasonRefusal(command.Reason) is { } refusal)
            return refusal;
        if (command.Actor is { } editor && !batch.Makers.Contains(editor) && batch.Makers.Length >= PayoutBatchMachine.MaxMakers)
            return PayoutBatchMachine.WrongState(batch, $"At most {PayoutBatchMachine.MaxMakers} people may have a hand in one draft.");
        if (command.After.Items != batch.Contents.Items - 1 || command.After.PayMinor != batch.Contents.PayMinor - item.Amounts.PayMinor)
            throw new InvalidOperationException($"The contents without item {item.Number} of {batch.Id} do not add up.");
        return Decision<PayoutEvent>.Accept(
            Moved(item, PayoutItemStatus.Released, command.Reason, now),
            new PayoutBatchEdited(command.After, command.Reason, command.Actor, now, command.Fingerprint));
    }

    private static Decision<PayoutEvent> Submit(PayoutBatchState batch, PayoutItem item, SubmitPayoutItem command, DateTimeOffset now)
    {
        if (batch.Status != PayoutBatchStatus.Submitted)
            return PayoutBatchMachine.WrongState(batch, "Its items may not go.");
        if (item.Status == PayoutItemStatus.Submitted)
            return Decision<PayoutEvent>.Accept();
        if (item.Status != PayoutItemStatus.Pending)
            return WrongState(item, "Only a pending item can go.");
        return command.Destination == item.Destination
            ? Decision<PayoutEvent>.Accept(Moved(item, PayoutItemStatus.Submitted, null, now) with { Submission = PayoutEntries.SubmissionOf(batch, item) })
            : Decision<PayoutEvent>.Accept(Moved(item, PayoutItemStatus.Failed, command.Destination is null
                ? "The payee has no account that can be paid now, or its tax details are not those of the draft."
                : "The payee's account is not the one that was approved.", now));
    }

    private static Decision<PayoutEvent> Record(PayoutBatchState batch, PayoutItem item, RecordPayoutOutcome command, DateTimeOffset now)
    {
        if (command.Outcome is not (PayoutItemStatus.Paid or PayoutItemStatus.Failed or PayoutItemStatus.Returned))
            return StrictNode.Wrong("outcome", "paid, failed or returned", $"{command.Outcome}");
        if (command.Outcome != PayoutItemStatus.Paid && PayoutBatchMachine.ReasonRefusal(command.Reason) is { } refusal)
            return refusal;
        if (command.Attempt < item.Attempt || (command.Attempt == item.Attempt && !IsOpen(item)))
            return Known(item, command);
        if (command.Attempt > item.Attempt || item.Submission == Hash.Zero)
            return WrongState(item, $"Attempt {command.Attempt} was not submitted.");
        return (item.Status, command.Outcome) switch
        {
            (PayoutItemStatus.Submitted, _) or (PayoutItemStatus.Paid, PayoutItemStatus.Returned) =>
                Decision<PayoutEvent>.Accept(Moved(item, command.Outcome, ReasonOf(item, command), now)),
            (PayoutItemStatus.Paid, PayoutItemStatus.Paid) => Decision<PayoutEvent>.Accept(),
            _ => WrongState(item, "What was paid does not fail; if the money came back, it was returned."),
        };
    }

    /// <summary>What came back because somebody ordered it says both.</summary>
    private static string? ReasonOf(PayoutItem item, RecordPayoutOutcome command) => (command.Outcome, item.Reason) switch
    {
        (PayoutItemStatus.Paid, _) => null,
        (PayoutItemStatus.Returned, { } ordered) when $"{command.Reason} {ordered}" is { Length: <= 1_000 } both => both,
        _ => command.Reason,
    };

    /// <summary>
    /// Taking back undoes what another person approved: who made or changed the batch cannot do it alone, neither to hide a payment nor to
    /// pay the same entries somewhere else. Who approved it can, for then two people have seen both.
    /// </summary>
    private static Decision<PayoutEvent> Reverse(PayoutBatchState batch, PayoutItem item, ReversePayoutItem command, DateTimeOffset now)
    {
        if (batch.Rail != Rail.Stripe)
            return WrongState(item, "Only Stripe takes a payment back; what a bank returns comes with its file.");
        if (batch.Makers.Contains(command.Actor))
            return new Refusal(RefusalCodes.MakerIsChecker, "Somebody must take a payment back who neither made nor changed the batch.", "actor");
        if (PayoutBatchMachine.ReasonRefusal(command.Reason) is { } refusal)
            return refusal;
        if (item.Status != PayoutItemStatus.Paid || command.Attempt != item.Attempt)
            return WrongState(item, "Only the attempt that was paid can be taken back.");
        return command.IsUnderWay
            ? WrongState(item, "It is being taken back already.")
            : Decision<PayoutEvent>.Accept(
                new PayoutReversalOrdered(item.Number, item.Attempt, command.Reason, command.Actor, now, command.Fingerprint));
    }

    /// <summary>The refusal of an order that is no longer of interest, because the money came back all the same, is no news.</summary>
    private static Decision<PayoutEvent> Refused(PayoutItem item, RecordReversalRefusal command, DateTimeOffset now)
    {
        if (PayoutBatchMachine.ReasonRefusal(command.Reason) is { } refusal)
            return refusal;
        return item.Status != PayoutItemStatus.Paid || item.Attempt != command.Attempt || item.Reason == command.Reason
            ? Decision<PayoutEvent>.Accept()
            : Decision<PayoutEvent>.Accept(new PayoutReversalRefused(item.Number, command.Reason, now));
    }

    /// <summary>Whether the attempt may still get another outcome.</summary>
    private static bool IsOpen(PayoutItem item) =>
        item.Status is PayoutItemStatus.Pending or PayoutItemStatus.Submitted or PayoutItemStatus.Paid;

    /// <summary>
    /// News of an attempt that has ended. What came back was paid before, and what ended badly may be told so again; that a failed one
    /// was paid after all contradicts the ledger.
    /// </summary>
    private static Decision<PayoutEvent> Known(PayoutItem item, RecordPayoutOutcome command)
    {
        var isContradiction = command.Outcome == PayoutItemStatus.Paid
            && !(command.Attempt == item.Attempt && item.Status == PayoutItemStatus.Returned);
        return isContradiction
            ? WrongState(item, $"Attempt {command.Attempt} ended without payment; if the rail paid it, look into it by hand.")
            : Decision<PayoutEvent>.Accept();
    }

    private static Decision<PayoutEvent> Retry(PayoutBatchState batch, PayoutItem item, RetryPayoutItem command, DateTimeOffset now)
    {
        if (batch.Status != PayoutBatchStatus.Submitted)
            return PayoutBatchMachine.WrongState(batch, "Items are tried again while it is submitted.");
        if (command.Attempt < item.Attempt)
            return Decision<PayoutEvent>.Accept();
        if (command.Attempt > item.Attempt || item.Status is not (PayoutItemStatus.Failed or PayoutItemStatus.Returned))
            return WrongState(item, "Only an item that failed or came back can be tried again.");
        if (item.Attempt >= PayoutReference.MaxAttempts)
            return WrongState(item, $"{PayoutReference.MaxAttempts} attempts are enough: release it.");
        return command.Destination == item.Destination
            ? Decision<PayoutEvent>.Accept(Moved(item, PayoutItemStatus.Pending, null, now) with { Attempt = item.Attempt + 1, Submission = Hash.Zero })
            : new Refusal(RefusalCodes.BatchChanged,
                "The payee's account or tax details are not those that were approved: release the item, and the next batch pays it there.", "destination");
    }

    private static Decision<PayoutEvent> Release(PayoutBatchState batch, PayoutItem item, DateTimeOffset now)
    {
        if (item.Status == PayoutItemStatus.Released)
            return Decision<PayoutEvent>.Accept();
        if (batch.Status != PayoutBatchStatus.Submitted)
            return PayoutBatchMachine.WrongState(batch, "Before it is submitted items are removed; after it is settled they are open.");
        return item.Status is PayoutItemStatus.Failed or PayoutItemStatus.Returned
            ? Decision<PayoutEvent>.Accept(Moved(item, PayoutItemStatus.Released, item.Reason, now))
            : WrongState(item, "Only an item that failed or came back can be released.");
    }

    private static PayoutItemMoved Moved(PayoutItem item, PayoutItemStatus to, string? reason, DateTimeOffset now) =>
        new(item.Number, item.Status, to, item.Attempt, item.Amounts.PayMinor, reason, item.Submission, now);

    private static Refusal WrongState(PayoutItem item, string text) =>
        new(RefusalCodes.WrongState, $"Item {item.Number} is {item.Status}, attempt {item.Attempt}. {text}", "item");
}
