using System.Diagnostics.Metrics;
using Commission.Domain.Notifications;
using Commission.Storage.Notifications;

namespace Commission.Grains.Notifications;

/// <summary>How messages get on.</summary>
internal sealed class NotificationMetrics
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(10);
    private readonly NotificationQueries _queries;
    private readonly Counter<long> _attempts;
    private readonly TimeProvider _time;
    private volatile NotificationFigures? _figures;
    private long _readAt;

    public NotificationMetrics(IMeterFactory meters, NotificationQueries queries, TimeProvider time)
    {
        (_queries, _time) = (queries, time);
        var meter = meters.Create(CommandMetrics.MeterName);
        _attempts = meter.CreateCounter<long>("commission.notifications.attempts", "attempts", "Attempts to deliver messages, by kind and outcome");
        meter.CreateObservableGauge("commission.notifications", States, "messages", "Messages that wait, were given up or have no address");
        meter.CreateObservableGauge("commission.notifications.age", () => _figures?.OldestSeconds ?? 0, "s", "Age of the oldest message that waits");
    }

    public void Attempted(NotificationKind kind, DeliveryOutcome outcome) => _attempts.Add(
        1, new KeyValuePair<string, object?>("kind", NotificationText.Name(kind)), new KeyValuePair<string, object?>("outcome", $"{outcome}"));

    /// <summary>Reads the figures anew when they are old.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (_figures is not null && _time.GetElapsedTime(_readAt) < MaxAge)
            return;
        _readAt = _time.GetTimestamp();
        _figures = await _queries.ReadFiguresAsync(cancellationToken);
    }

    private IEnumerable<Measurement<long>> States()
    {
        if (_figures is not { } figures)
            yield break;
        yield return new Measurement<long>(figures.Queued, new KeyValuePair<string, object?>("state", "queued"));
        yield return new Measurement<long>(figures.Failed, new KeyValuePair<string, object?>("state", "failed"));
        yield return new Measurement<long>(figures.Undeliverable, new KeyValuePair<string, object?>("state", "undeliverable"));
    }
}
