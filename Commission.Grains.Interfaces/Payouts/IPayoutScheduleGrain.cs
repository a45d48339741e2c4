using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Payouts;

namespace Commission.Grains.Interfaces.Payouts;

/// <summary>When batches of one rail and currency are drafted by themselves; its key is such as <c>aba/AUD</c>.</summary>
[Alias("IPayoutScheduleGrain")]
public interface IPayoutScheduleGrain : IGrainWithStringKey
{
    /// <summary>Sets it. A repeated request gets the schedule as it is.</summary>
    [Alias("Set")]
    Task<PayoutScheduleResult> Set(SetPayoutSchedule command);

    /// <summary>Drafts the batch that is due, if one is.</summary>
    [Alias("Run"), ResponseTimeout("00:10:00")]
    Task Run();

    /// <summary>The schedule; on demand before it was set.</summary>
    [Alias("Get")]
    Task<PayoutScheduleState> Get();

    /// <summary>The key of a rail and a currency.</summary>
    static string KeyOf(Rail rail, Currency currency) => $"{rail.ToString().ToLowerInvariant()}/{currency.Code}";
}

/// <summary>The answer to a command: the schedule as it is now, or a refusal.</summary>
/// <param name="State">The schedule; null when refused.</param>
/// <param name="Refusal">Why not; null when accepted.</param>
/// <param name="Replayed">Whether the request was answered before.</param>
[GenerateSerializer, Immutable, Alias("PayoutScheduleResult")]
public sealed record PayoutScheduleResult([property: Id(0)] PayoutScheduleState? State, [property: Id(1)] Refusal? Refusal, [property: Id(2)] bool Replayed);
