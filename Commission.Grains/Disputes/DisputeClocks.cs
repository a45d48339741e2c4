using Commission.Grains.Interfaces.Disputes;
using Commission.Storage.Disputes;

namespace Commission.Grains.Disputes;

/// <summary>Has undecided disputes record what fell due on their clocks. Late is harmless: the instants are computed, not observed.</summary>
internal sealed class DisputeClocks(DisputeQueries queries, IGrainFactory grains, DisputeMetrics metrics, TimeProvider time)
{
    private const int Page = 500;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);
    private DateTimeOffset _next;

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() < _next)
            return;
        for (var after = ""; after is not null;)
        {
            var page = await queries.ListPendingAsync(after, Page, cancellationToken);
            await Task.WhenAll(page.Select(id => grains.GetGrain<IDisputeGrain>(id).CheckClock()));
            after = page.Count < Page ? null : page[^1];
        }
        metrics.Observe(await queries.ReadFiguresAsync(cancellationToken));
        _next = time.GetUtcNow() + Period;
    }
}
