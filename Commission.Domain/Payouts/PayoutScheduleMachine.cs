using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts.Calendar;

namespace Commission.Domain.Payouts;

/// <summary>When batches of one rail and currency are drafted by themselves.</summary>
[GenerateSerializer, Alias("PayoutScheduleState")]
public sealed record PayoutScheduleState
{
    /// <summary>How the money leaves.</summary>
    [Id(0)] public Rail Rail { get; init; }
    /// <summary>Which currency.</summary>
    [Id(1)] public Currency Currency { get; init; }
    /// <summary>How often.</summary>
    [Id(2)] public PayoutSchedule Schedule { get; init; } = new(PayoutRhythm.OnDemand, 0);
    /// <summary>Who set it: the maker of its batches, who therefore approves none of them.</summary>
    [Id(3)] public ContactId SetBy { get; init; }
    /// <summary>When (UTC).</summary>
    [Id(4)] public DateTimeOffset SetAt { get; init; }
    /// <summary>The next business day on which it drafts; null on demand.</summary>
    [Id(5)] public DateOnly? NextOn { get; init; }
    /// <summary>The last day on which it drafted; null before the first.</summary>
    [Id(6)] public DateOnly? LastOn { get; init; }
    /// <summary>The batch of that day; null when there was nothing to pay.</summary>
    [Id(7)] public PayoutBatchId? LastBatch { get; init; }
    /// <summary>The latest accepted requests, oldest first, bounded by <see cref="PayoutScheduleMachine.MaxRequests"/>.</summary>
    [Id(8)] public RequestFingerprint[] Requests { get; init; } = [];
}

/// <summary>Sets a schedule.</summary>
/// <param name="Rail">How the money leaves.</param>
/// <param name="Currency">Which currency.</param>
/// <param name="Schedule">How often.</param>
/// <param name="Actor">Who sets it.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("SetPayoutSchedule")]
public sealed record SetPayoutSchedule(
    [property: Id(0)] Rail Rail, [property: Id(1)] Currency Currency, [property: Id(2)] PayoutSchedule Schedule, [property: Id(3)] ContactId Actor,
    [property: Id(4)] RequestFingerprint Fingerprint);

/// <summary>Something that happened to a schedule.</summary>
public abstract record PayoutScheduleEvent;

/// <summary>It was set.</summary>
public sealed record PayoutScheduleWasSet(SetPayoutSchedule Command, DateOnly? NextOn, DateTimeOffset At) : PayoutScheduleEvent;

/// <summary>It drafted, or found nothing to pay.</summary>
public sealed record PayoutScheduleRan(DateOnly On, PayoutBatchId? Batch, DateOnly? NextOn) : PayoutScheduleEvent;

/// <summary>Decides about schedules. Pure: no clock, no I/O.</summary>
public static class PayoutScheduleMachine
{
    /// <summary>Accepted requests that a schedule remembers.</summary>
    public const int MaxRequests = 16;

    /// <summary>Sets it; the first day may be today.</summary>
    /// <param name="command">The command.</param>
    /// <param name="today">The date where the payer's bank is.</param>
    /// <param name="now">When (UTC).</param>
    public static Decision<PayoutScheduleEvent> Decide(SetPayoutSchedule command, DateOnly today, DateTimeOffset now)
    {
        if (command.Schedule.Check() is { } refusal)
            return refusal;
        var next = command.Schedule.Next(today.AddDays(-1));
        return next is null && command.Schedule.Rhythm != PayoutRhythm.OnDemand
            ? BusinessCalendar.RefusalOf(BusinessCalendar.CoveredThrough.AddDays(1), "today")!
            : Decision<PayoutScheduleEvent>.Accept(new PayoutScheduleWasSet(command, next, now));
    }

    /// <summary>The day whose batch is to be drafted now; days that were missed are made good by one batch. Null when none is.</summary>
    public static DateOnly? Due(PayoutScheduleState state, DateOnly today) => state.NextOn is { } next && next <= today ? next : null;

    /// <summary>What a run leaves: the next day after today.</summary>
    public static PayoutScheduleRan Ran(PayoutScheduleState state, DateOnly due, PayoutBatchId? batch, DateOnly today) =>
        new(due, batch, state.Schedule.Next(today));

    /// <summary>The batch of a schedule's day: the same day drafts one batch, however often it is tried.</summary>
    public static string KeyOf(PayoutScheduleState state, DateOnly due) =>
        $"schedule/{state.Rail}/{state.Currency.Code}/{due:yyyy-MM-dd}/{state.SetAt.UtcTicks}";

    /// <summary>Applies one event.</summary>
    public static PayoutScheduleState Evolve(PayoutScheduleState state, PayoutScheduleEvent happened) => happened switch
    {
        PayoutScheduleWasSet set => state with
        {
            Rail = set.Command.Rail,
            Currency = set.Command.Currency,
            Schedule = set.Command.Schedule,
            SetBy = set.Command.Actor,
            SetAt = set.At,
            NextOn = set.NextOn,
            Requests = [.. state.Requests.TakeLast(MaxRequests - 1), set.Command.Fingerprint],
        },
        PayoutScheduleRan ran => state with { LastOn = ran.On, LastBatch = ran.Batch, NextOn = ran.NextOn },
        _ => throw new ArgumentOutOfRangeException(nameof(happened)),
    };

    /// <summary>Whether a request was accepted before, or the refusal of a key that comes back with another body.</summary>
    public static (bool WasAccepted, Refusal? Refusal) Replay(PayoutScheduleState state, RequestFingerprint request) =>
        state.Requests.Contains(request) ? (true, null)
        : Array.Exists(state.Requests, known => known.Key == request.Key) ? (false, RequestFingerprint.Reused())
        : (false, null);

    /// <summary>The leaf of the administration book for a schedule that was set.</summary>
    public static IReadOnlyList<BookRecord> Acts(IEnumerable<PayoutScheduleEvent> events) => [.. events.OfType<PayoutScheduleWasSet>().Select(Act)];

    private static ActDraft Act(PayoutScheduleWasSet set)
    {
        var command = set.Command;
        var key = $"{command.Rail}/{command.Currency.Code}".ToLowerInvariant();
        return new ActDraft(
            AdministrativeAct.PayoutScheduleSet, TypeId.Derive("commission/payout-schedule/v1", key),
            AdministrativeAct.PayoutScheduleSet.Payload(command.Actor.ToString(), set.At)
                .Add("currency", command.Currency.Code).Add("day", command.Schedule.Day).Add("rail", command.Rail.ToString().ToLowerInvariant())
                .Add("rhythm", NameOf(command.Schedule.Rhythm)).ToBytes());
    }

    /// <summary>A rhythm as payloads and views name it.</summary>
    public static string NameOf(PayoutRhythm rhythm) => rhythm switch
    {
        PayoutRhythm.OnDemand => "on_demand",
        PayoutRhythm.Weekly => "weekly",
        PayoutRhythm.Monthly => "monthly",
        _ => throw new ArgumentOutOfRangeException(nameof(rhythm)),
    };
}
