using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Payouts;

namespace Commission.Grains.Payouts;

/// <summary>Has schedules draft what fell due, and reads how payouts stand. Late is harmless: a day drafts one batch.</summary>
internal sealed class PayoutClock(
    PayoutScheduleQueries schedules, PayoutFigureQueries figures, PayoutDays days, IGrainFactory grains, PayoutMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);
    private DateTimeOffset _next;

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() < _next)
            return;
        foreach (var key in await schedules.ListAsync(days.Today, cancellationToken))
            await grains.GetGrain<IPayoutScheduleGrain>(key).Run();
        metrics.Observe(await figures.ReadAsync(days.Today, cancellationToken));
        _next = time.GetUtcNow() + Period;
    }
}
