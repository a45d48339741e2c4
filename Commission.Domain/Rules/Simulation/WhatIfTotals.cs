namespace Commission.Domain.Rules.Simulation;

/// <summary>What a commission comes from.</summary>
public enum WhatIfKind
{
    /// <summary>The completed chain.</summary>
    Settlement,
    /// <summary>Later revenue.</summary>
    Revenue,
    /// <summary>A milestone.</summary>
    Milestone,
    /// <summary>A month of trail.</summary>
    Trail,
    /// <summary>What a clawback takes back.</summary>
    Clawback,
    /// <summary>Accumulators, after all that they count.</summary>
    Volume,
}

/// <summary>One product's total.</summary>
/// <param name="Deals">Deals.</param>
/// <param name="CommissionMinor">All commission, the platform's part included.</param>
/// <param name="RevenueMinor">What was received.</param>
public readonly record struct ProductTotal(long Deals, long CommissionMinor, long RevenueMinor);

/// <summary>A limit that would be broken.</summary>
/// <param name="Kind">deal, month, member and month, margin, or cap.</param>
/// <param name="Subject">Which.</param>
/// <param name="LimitMinor">The limit.</param>
/// <param name="FoundMinor">What it would be.</param>
public sealed record WhatIfBreach(string Kind, string Subject, long LimitMinor, long FoundMinor);

/// <summary>What one cap of the rules cut off.</summary>
/// <param name="Vertical">Vertical code.</param>
/// <param name="Product">Product code.</param>
/// <param name="Component">The component's name.</param>
/// <param name="Cap">Which of its caps.</param>
/// <param name="Deals">Deals that it cut; where an accumulator counts payments, payments.</param>
/// <param name="CutMinor">In all, minor units.</param>
public sealed record CapTotal(string Vertical, string Product, string Component, CapKind Cap, long Deals, long CutMinor);

/// <summary>What a history would have cost.</summary>
public sealed record WhatIfTotals
{
    /// <summary>Settled deals.</summary>
    public required long Deals { get; init; }
    /// <summary>Later events that were decided again: revenue, milestones, months of trail, clawbacks.</summary>
    public required long LaterEvents { get; init; }
    /// <summary>All commission, the platform's part included.</summary>
    public required long CommissionMinor { get; init; }
    /// <summary>The platform's part.</summary>
    public required long PlatformMinor { get; init; }
    /// <summary>Commission by what it comes from; what comes from nothing is left out.</summary>
    public required IReadOnlyDictionary<WhatIfKind, long> ByKind { get; init; }
    /// <summary>Commission by vertical code.</summary>
    public required IReadOnlyDictionary<string, long> ByVertical { get; init; }
    /// <summary>By <c>VERTICAL/PRODUCT</c>.</summary>
    public required IReadOnlyDictionary<string, ProductTotal> ByProduct { get; init; }
    /// <summary>What each member is owed.</summary>
    public required IReadOnlyDictionary<ContactId, long> ByMember { get; init; }
    /// <summary>Commission by month, <c>2026-03</c>.</summary>
    public required IReadOnlyDictionary<string, long> ByMonth { get; init; }
    /// <summary>Deals that no commission could be calculated for, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Skipped { get; init; }
    /// <summary>Later events that could not be decided again, by reason: a refusal's code, or that nothing of them was kept.</summary>
    public required IReadOnlyDictionary<string, long> NotCompared { get; init; }
    /// <summary>What caps cut off, the largest cut first.</summary>
    public required IReadOnlyList<CapTotal> Caps { get; init; }
    /// <summary>The <see cref="WhatIfTally.MaxBreaches"/> worst breaches, the furthest beyond its limit first.</summary>
    public required IReadOnlyList<WhatIfBreach> Breaches { get; init; }
    /// <summary>All breaches.</summary>
    public required long BreachCount { get; init; }

    /// <summary>Members whose total changes, the largest loss first.</summary>
    public static IReadOnlyList<MemberChange> WinnersAndLosers(WhatIfTotals before, WhatIfTotals after) =>
    [
        .. before.ByMember.Keys.Union(after.ByMember.Keys)
            .Select(member => new MemberChange(member, before.ByMember.GetValueOrDefault(member), after.ByMember.GetValueOrDefault(member)))
            .Where(change => change.DifferenceMinor != 0)
            .OrderBy(change => change.DifferenceMinor).ThenBy(change => change.Member.ToString(), StringComparer.Ordinal),
    ];
}

/// <summary>What a member would get under two sets of rules.</summary>
/// <param name="Member">Who.</param>
/// <param name="BeforeMinor">Under the first.</param>
/// <param name="AfterMinor">Under the second.</param>
public sealed record MemberChange(ContactId Member, long BeforeMinor, long AfterMinor)
{
    /// <summary>Positive for a winner.</summary>
    public long DifferenceMinor => AfterMinor - BeforeMinor;
}
