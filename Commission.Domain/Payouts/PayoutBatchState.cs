using Commission.Domain.Amounts;

namespace Commission.Domain.Payouts;

/// <summary>Where a batch stands.</summary>
[GenerateSerializer]
public enum PayoutBatchStatus
{
    /// <summary>It does not exist.</summary>
    None = 0,
    /// <summary>Drafted; items can be removed.</summary>
    Draft = 1,
    /// <summary>Approved as it is.</summary>
    Approved = 2,
    /// <summary>Its items are on their way or have come to an end.</summary>
    Submitted = 3,
    /// <summary>Every item has come to its end.</summary>
    Settled = 4,
    /// <summary>Given up before it was submitted; all items are released.</summary>
    Cancelled = 5,
}

/// <summary>How many items stand where, and what they pay.</summary>
/// <param name="Items">How many.</param>
/// <param name="PayMinor">What they pay together.</param>
[GenerateSerializer, Immutable, Alias("PayoutTally")]
public readonly record struct PayoutTally([property: Id(0)] int Items, [property: Id(1)] long PayMinor)
{
    internal PayoutTally Plus(int items, long payMinor) => new(Items + items, checked(PayMinor + payMinor));
}

/// <summary>What decides about a batch: bounded, whatever it pays. Its items are rows (<see cref="PayoutItem"/>).</summary>
[GenerateSerializer, Alias("PayoutBatchState")]
public sealed record PayoutBatchState
{
    /// <summary>The batch's id.</summary>
    [Id(0)] public PayoutBatchId Id { get; init; }
    /// <summary>Where it stands.</summary>
    [Id(1)] public PayoutBatchStatus Status { get; init; }
    /// <summary>How its money leaves.</summary>
    [Id(2)] public Rail Rail { get; init; }
    /// <summary>Its one currency.</summary>
    [Id(3)] public Currency Currency { get; init; }
    /// <summary>Who drafted it and who changed the draft: none of them can approve it.</summary>
    [Id(4)] public ContactId[] Makers { get; init; } = [];
    /// <summary>When it was drafted (UTC).</summary>
    [Id(5)] public DateTimeOffset DraftedAt { get; init; }
    /// <summary>What it holds.</summary>
    [Id(6)] public BatchContents Contents { get; init; }
    /// <summary>The hash that was approved; null while nothing is.</summary>
    [Id(7)] public Hash? ApprovedHash { get; init; }
    /// <summary>Who approved it.</summary>
    [Id(8)] public ContactId? Approver { get; init; }
    /// <summary>When it was approved (UTC).</summary>
    [Id(9)] public DateTimeOffset? ApprovedAt { get; init; }
    /// <summary>The processing date of the rail; null for Stripe and before submission.</summary>
    [Id(10)] public DateOnly? ProcessOn { get; init; }
    /// <summary>When it was submitted (UTC).</summary>
    [Id(11)] public DateTimeOffset? SubmittedAt { get; init; }
    /// <summary>When it was settled or cancelled (UTC).</summary>
    [Id(12)] public DateTimeOffset? EndedAt { get; init; }
    /// <summary>Items that are not sent yet.</summary>
    [Id(13)] public PayoutTally Pending { get; init; }
    /// <summary>Items on their way.</summary>
    [Id(14)] public PayoutTally Submitted { get; init; }
    /// <summary>Items that the rail confirmed.</summary>
    [Id(15)] public PayoutTally Paid { get; init; }
    /// <summary>Items that failed.</summary>
    [Id(16)] public PayoutTally Failed { get; init; }
    /// <summary>Items that came back.</summary>
    [Id(17)] public PayoutTally Returned { get; init; }
    /// <summary>Items that were taken out; their entries are open again.</summary>
    [Id(18)] public PayoutTally Released { get; init; }
    /// <summary>The latest accepted requests, oldest first, bounded by <see cref="PayoutBatchMachine.MaxRequests"/>.</summary>
    [Id(19)] public RequestFingerprint[] Requests { get; init; } = [];
    /// <summary>Who submitted it: the actor of its entries.</summary>
    [Id(20)] public ContactId? Submitter { get; init; }
    /// <summary>The day by which every item should have come to its end; null before submission.</summary>
    [Id(21)] public DateOnly? DueOn { get; init; }

    /// <summary>For Stripe: whether it was drafted in live mode. A batch of one mode is never sent in the other.</summary>
    [Id(22)] public bool IsLive { get; init; }

    /// <summary>Whether the batch exists.</summary>
    public bool Exists => Status != PayoutBatchStatus.None;

    /// <summary>Whether items still have to come to an end.</summary>
    public bool HasUnfinished => Pending.Items + Submitted.Items > 0;

    /// <summary>
    /// Whether an item is in what the batch holds: before the submission one that is released was taken out; after it, it was approved and
    /// let go.
    /// </summary>
    public bool Approved(PayoutItem item) => item.Status != PayoutItemStatus.Released || (SubmittedAt is { } submitted && item.Since >= submitted);

    /// <summary>The tally of one status.</summary>
    public PayoutTally Of(PayoutItemStatus status) => status switch
    {
        PayoutItemStatus.Pending => Pending,
        PayoutItemStatus.Submitted => Submitted,
        PayoutItemStatus.Paid => Paid,
        PayoutItemStatus.Failed => Failed,
        PayoutItemStatus.Returned => Returned,
        PayoutItemStatus.Released => Released,
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    /// <summary>The state with an item that went from one status to another.</summary>
    internal PayoutBatchState Moved(PayoutItemStatus from, PayoutItemStatus to, long payMinor) =>
        With(from, Of(from).Plus(-1, -payMinor)) is var left ? left.With(to, left.Of(to).Plus(1, payMinor)) : this;

    private PayoutBatchState With(PayoutItemStatus status, PayoutTally tally) => status switch
    {
        PayoutItemStatus.Pending => this with { Pending = tally },
        PayoutItemStatus.Submitted => this with { Submitted = tally },
        PayoutItemStatus.Paid => this with { Paid = tally },
        PayoutItemStatus.Failed => this with { Failed = tally },
        PayoutItemStatus.Returned => this with { Returned = tally },
        PayoutItemStatus.Released => this with { Released = tally },
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };
}
