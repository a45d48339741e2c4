using System.Diagnostics.Metrics;
using Commission.Storage.Disputes;

namespace Commission.Grains.Disputes;

/// <summary>How disputes keep their time, as the sweeper last read it.</summary>
internal sealed class DisputeMetrics
{
    private volatile DisputeFigures? _figures;

    public DisputeMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(CommandMetrics.MeterName);
        meter.CreateObservableGauge("commission.disputes", Read, "{dispute}", "Undecided disputes: in time, warned of, overdue.");
    }

    public void Observe(DisputeFigures figures) => _figures = figures;

    private IEnumerable<Measurement<long>> Read() => _figures is not { } figures
        ? []
        :
        [
            new Measurement<long>(figures.Open - figures.Overdue - figures.Warned, KeyValuePair.Create<string, object?>("clock", "in time")),
            new Measurement<long>(figures.Warned, KeyValuePair.Create<string, object?>("clock", "warned")),
            new Measurement<long>(figures.Overdue, KeyValuePair.Create<string, object?>("clock", "overdue")),
        ];
}
