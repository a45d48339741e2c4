using System.Collections.Concurrent;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Simulation;

namespace Commission.Api.Rules.Simulation;

/// <summary>What happened in simulated traffic, and how long the engine took. Many deals report at once.</summary>
internal sealed class DealFlowTally
{
    private readonly ConcurrentDictionary<string, long> _steps = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _events = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _refusals = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<TimeSpan> _took = new();
    private readonly SortedDictionary<DateOnly, int> _opened = [];

    /// <summary>Accepted handshakes by step.</summary>
    public IReadOnlyDictionary<string, long> Steps => Sorted(_steps);

    /// <summary>What happened after completions.</summary>
    public IReadOnlyDictionary<string, long> Events => Sorted(_events);

    /// <summary>Refused commands by code.</summary>
    public IReadOnlyDictionary<string, long> Refusals => Sorted(_refusals);

    /// <summary>Most deals that were under way on one day, from referral to the last that happens to them.</summary>
    public int PeakOpen
    {
        get
        {
            var (open, peak) = (0, 0);
            foreach (var (_, change) in _opened)
                peak = Math.Max(peak, open += change);
            return peak;
        }
    }

    /// <summary>Notes when a deal opens and ends.</summary>
    public void Plan(FlowDeal deal)
    {
        var days = deal.Days.ToArray();
        _opened[days[0]] = _opened.GetValueOrDefault(days[0]) + 1;
        var after = days.Max().AddDays(1);
        _opened[after] = _opened.GetValueOrDefault(after) - 1;
    }

    /// <summary>A line was accepted: the deal made the steps of that day.</summary>
    public void Advanced(FlowDeal deal, DateOnly day)
    {
        for (var step = 0; step < deal.Steps.Count; step++)
        {
            if (deal.Steps[step] == day)
                Count(_steps, ((HandshakeStep)(step + 1)).Name());
        }
        if (deal.Closing is { } closing && closing.On == day)
            Count(_steps, closing.Step.Name());
    }

    public void Happened(FlowEvent happened) => Count(_events, happened switch
    {
        FlowRevenue revenue => RevenueKinds.Of(revenue.Kind),
        FlowMilestone => "milestone",
        FlowTrail => "trail",
        FlowDispute => "dispute",
        FlowDecision { RefundedMinor: > 0 } => "disputeUpheld",
        FlowDecision => "disputeRejected",
        FlowCancellation => "cancellation",
        _ => throw new ArgumentOutOfRangeException(nameof(happened)),
    });

    public void Command(TimeSpan took, string? refusal)
    {
        _took.Enqueue(took);
        if (refusal is not null && refusal != RefusalCodes.Busy)
            Count(_refusals, refusal);
    }

    /// <summary>How many commands there were, and how long half and 99 of 100 of them took at most.</summary>
    public (int Commands, TimeSpan Median, TimeSpan P99) Measured()
    {
        var took = _took.Order().ToArray();
        return took.Length == 0 ? default : (took.Length, took[took.Length / 2], took[took.Length * 99L / 100]);
    }

    private static void Count(ConcurrentDictionary<string, long> counts, string name) => counts.AddOrUpdate(name, 1, static (_, count) => count + 1);

    private static SortedDictionary<string, long> Sorted(ConcurrentDictionary<string, long> counts) => new(counts, StringComparer.Ordinal);
}
