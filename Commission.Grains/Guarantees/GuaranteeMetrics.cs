using System.Diagnostics.Metrics;
using Commission.Domain.Guarantees;

namespace Commission.Grains.Guarantees;

/// <summary>The last verdict on each guarantee, and how long runs take.</summary>
internal sealed class GuaranteeMetrics
{
    private readonly Histogram<double> _duration;
    private volatile IReadOnlyList<GuaranteeOutcome> _last = [];

    public GuaranteeMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(CommandMetrics.MeterName);
        _duration = meter.CreateHistogram<double>("commission.guarantees.duration", "s", "Duration of a run of the guarantees");
        meter.CreateObservableGauge(
            "commission.guarantees.verdict",
            () => _last.Select(outcome => new Measurement<int>(
                outcome.Verdict switch { Verdict.Holds => 1, Verdict.Broken => 0, _ => -1 },
                new KeyValuePair<string, object?>("guarantee", outcome.Guarantee.Code()))),
            description: "1: holds, 0: broken, -1: could not be checked; as this process last found");
    }

    public void Ran(IReadOnlyList<GuaranteeOutcome> outcomes, TimeSpan took)
    {
        _last = outcomes;
        _duration.Record(took.TotalSeconds);
    }
}
