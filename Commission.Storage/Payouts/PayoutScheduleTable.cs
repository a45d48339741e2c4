using Commission.Domain.Payouts;
using Commission.Storage.GroupCommit;
using NpgsqlTypes;

namespace Commission.Storage.Payouts;

/// <summary>When batches are drafted by themselves.</summary>
public static class PayoutScheduleTable
{
    /// <summary>The table's and the state's name.</summary>
    public const string Name = "payout_schedule";

    /// <summary>The table.</summary>
    public static StateTable Table { get; } = new(Name,
    [
        StateColumn.Of<Journaled<PayoutScheduleState>, DateOnly?>("next_on", NpgsqlDbType.Date, "date", journaled => journaled.State.NextOn, true),
    ]);
}
