using Commission.Domain.Disputes;
using Commission.Domain.Payouts.Calendar;

namespace Commission.Domain.Guarantees;

/// <summary>What "in time" means, and when now is.</summary>
/// <param name="Now">When the checks run.</param>
/// <param name="PayoutWithin">From a batch's submission to its settlement.</param>
/// <param name="Disputes">How long a dispute may take.</param>
/// <param name="HoursOf">The business clock of a region.</param>
public sealed record ServiceLimits(DateTimeOffset Now, TimeSpan PayoutWithin, DisputePolicy Disputes, Func<Region, BusinessHours> HoursOf)
{
    /// <summary>What a rail may take to have a record of what the ledger moved, and the ledger of what a row says.</summary>
    public static TimeSpan RecordWithin { get; } = TimeSpan.FromMinutes(5);
}
