using Commission.Domain.Deals;

namespace Commission.Domain.Rules.Simulation;

/// <summary>One deal of simulated traffic: everything that will happen to it.</summary>
public sealed record FlowDeal
{
    /// <summary>Its number in the traffic, from 0.</summary>
    public required int Number { get; init; }
    /// <summary>Its vertical's rules.</summary>
    public required RuleSetDocument Rules { get; init; }
    /// <summary>Product code.</summary>
    public required string Product { get; init; }
    /// <summary>Number of the member who refers.</summary>
    public required int Referrer { get; init; }
    /// <summary>Number of the referrer's upline, or null.</summary>
    public required int? Upline { get; init; }
    /// <summary>Number of the member who receives.</summary>
    public required int Receiver { get; init; }
    /// <summary>Days of H1 to H5, as far as it gets.</summary>
    public required IReadOnlyList<DateOnly> Steps { get; init; }
    /// <summary>How it ends before its time, or null.</summary>
    public AttestedClosing? Closing { get; init; }
    /// <summary>Settled value, minor units.</summary>
    public long ValueMinor { get; init; }
    /// <summary>What the settlement states beside the value.</summary>
    public IReadOnlyList<BasisValue> Bases { get; init; } = [];
    /// <summary>What happens after the completion, in order.</summary>
    public IReadOnlyList<FlowEvent> Later { get; init; } = [];

    /// <summary>Whether its chain is completed.</summary>
    public bool IsComplete => Steps.Count == 5;

    /// <summary>The days on which something happens to it, in order.</summary>
    public IEnumerable<DateOnly> Days => Steps.Concat(Closing is null ? [] : [Closing.On]).Concat(Later.Select(later => later.On)).Distinct();

    /// <summary>The steps that are made on or before a day; the deal's line says so much.</summary>
    public int StepsOn(DateOnly day) => Steps.TakeWhile(step => step <= day).Count();
}

/// <summary>Something that happens after the completion.</summary>
/// <param name="On">Its day.</param>
public abstract record FlowEvent(DateOnly On);

/// <summary>Revenue arrives.</summary>
public sealed record FlowRevenue(DateOnly On, RevenueKind Kind, string Key, long AmountMinor) : FlowEvent(On);

/// <summary>A milestone is reached.</summary>
public sealed record FlowMilestone(DateOnly On, string Name) : FlowEvent(On);

/// <summary>The trail of a month is run.</summary>
/// <param name="On">The day of the run.</param>
/// <param name="Month">First day of the month.</param>
public sealed record FlowTrail(DateOnly On, DateOnly Month) : FlowEvent(On);

/// <summary>Somebody disputes the commission.</summary>
public sealed record FlowDispute(DateOnly On) : FlowEvent(On);

/// <summary>A dispute is decided.</summary>
/// <param name="On">When.</param>
/// <param name="RefundedMinor">What went back to the client, where the dispute is upheld; 0 where it is rejected.</param>
public sealed record FlowDecision(DateOnly On, long RefundedMinor) : FlowEvent(On);

/// <summary>The client cancels.</summary>
public sealed record FlowCancellation(DateOnly On) : FlowEvent(On);
