namespace Commission.Domain.Rules;

/// <summary>What makes a calculation necessary after the settlement. No event means the settlement itself.</summary>
public abstract record CalculationEvent
{
    /// <summary>The word in the facts.</summary>
    internal abstract string Kind { get; }

    /// <summary>Adds the members of the canonical form.</summary>
    internal abstract CanonicalObject ToCanonical();

    private protected CanonicalObject Start() => new CanonicalObject().Add("kind", Kind);
}

/// <summary>A named milestone is reached.</summary>
/// <param name="Name">Which.</param>
public sealed record MilestoneReached(string Name) : CalculationEvent
{
    internal override string Kind => "milestone";

    internal override CanonicalObject ToCanonical() => Start().Add("name", Name);
}

/// <summary>The kinds of revenue.</summary>
[GenerateSerializer]
public enum RevenueKind
{
    /// <summary>An invoice was paid.</summary>
    Invoice,
    /// <summary>A premium was paid.</summary>
    Premium,
    /// <summary>A balance was reported.</summary>
    Balance,
    /// <summary>An instalment was received.</summary>
    Instalment,
    /// <summary>Consumption was reported: a count, not money.</summary>
    Consumption,
}

/// <summary>The words and bases of revenue.</summary>
public static class RevenueKinds
{
    /// <summary>The kind's word.</summary>
    public static string Of(RevenueKind kind) => kind switch
    {
        RevenueKind.Invoice => "invoice",
        RevenueKind.Premium => "premium",
        RevenueKind.Balance => "balance",
        RevenueKind.Instalment => "instalment",
        RevenueKind.Consumption => "consumption",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The basis that the revenue's own amount is.</summary>
    public static string BasisOf(RevenueKind kind) => kind switch
    {
        RevenueKind.Invoice => Basis.Invoice,
        RevenueKind.Premium => Basis.Premium,
        RevenueKind.Balance => Basis.TrailBalance,
        RevenueKind.Instalment => Basis.CommissionReceived,
        RevenueKind.Consumption => Basis.Consumption,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>What a message says when a word is wrong.</summary>
    public const string Expected = "invoice, premium, balance, instalment or consumption";

    /// <summary>Reads a word.</summary>
    public static bool TryParse(string? word, out RevenueKind kind)
    {
        foreach (var known in Enum.GetValues<RevenueKind>())
        {
            kind = known;
            if (Of(known) == word)
                return true;
        }
        kind = default;
        return false;
    }
}

/// <summary>Revenue of a completed deal.</summary>
/// <param name="Revenue">Its kind.</param>
/// <param name="Key">The business key, unique for ever.</param>
/// <param name="On">Its date.</param>
/// <param name="AmountMinor">The kind's own basis, minor units, or units of consumption; negative for a correction.</param>
/// <param name="Month">Month of the deal's life, 1 for the first: <see cref="DealTime.MonthOf"/>.</param>
public sealed record RevenueReceived(RevenueKind Revenue, string Key, DateOnly On, long AmountMinor, int Month) : CalculationEvent
{
    internal override string Kind => "revenue";

    internal override CanonicalObject ToCanonical() => Start()
        .Add("amountMinor", AmountMinor).Add("key", Key).Add("month", Month)
        .Add("on", On.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)).Add("revenue", RevenueKinds.Of(Revenue));
}

/// <summary>One month of trail.</summary>
/// <param name="Month">Month of the deal's life, 1 for the first.</param>
/// <param name="BalanceMinor">The balance that the month is paid on.</param>
public sealed record TrailMonth(int Month, long BalanceMinor) : CalculationEvent
{
    internal override string Kind => "trail";

    internal override CanonicalObject ToCanonical() => Start().Add("balanceMinor", BalanceMinor).Add("month", Month);
}

/// <summary>What a party was credited.</summary>
/// <param name="Party">The role.</param>
/// <param name="Payee">Who; null for the platform.</param>
/// <param name="AmountMinor">Minor units.</param>
[GenerateSerializer, Immutable, Alias("PartyCredit")]
public sealed record PartyCredit(
    [property: Id(0)] Party Party, [property: Id(1)] ContactId? Payee, [property: Id(2)] long AmountMinor)
{
    internal CanonicalObject ToCanonical() =>
        new CanonicalObject().Add("amountMinor", AmountMinor).Add("party", PartyNames.Of(Party)).Add("payee", Payee?.ToString());
}

/// <summary>
/// The place of one contribution in its accumulator, in canonical order, and what it was credited so far. It is all that the
/// contribution's amount depends on, so that an adjustment can be replayed without the accumulator.
/// </summary>
/// <param name="Component">The accumulating component.</param>
/// <param name="Contribution">The contribution's id.</param>
/// <param name="Index">How many come before it.</param>
/// <param name="Before">What those add up to.</param>
/// <param name="Total">What all add up to.</param>
/// <param name="PoolBeforeMinor">What the pools before it add up to in the first accumulator, before its cap.</param>
/// <param name="Month">Month of the deal's life; 0 when it does not matter.</param>
/// <param name="Credited">Per party, so far.</param>
/// <param name="Withdrawn">Whether it counts no longer: all that was credited goes back.</param>
public sealed record VolumePosition(
    string Component, string Contribution, int Index, long Before, long Total, long PoolBeforeMinor, int Month,
    IReadOnlyList<PartyCredit> Credited, bool Withdrawn = false) : CalculationEvent
{
    /// <summary>What the pools before it add up to in the component's further accumulators, in their order.</summary>
    public IReadOnlyList<long> FurtherBeforeMinor { get; init; } = [];

    /// <summary>The component's milestones that were reached, in declared order.</summary>
    public IReadOnlyList<string> Reached { get; init; } = [];

    internal long PoolBefore(int stage) => stage == 0 ? PoolBeforeMinor : FurtherBeforeMinor[stage - 1];

    internal override string Kind => "volume";

    internal override CanonicalObject ToCanonical() => Start()
        .Add("before", Before).Add("component", Component).Add("contribution", Contribution)
        .Add("credited", [.. Credited.Select(credit => credit.ToCanonical())])
        .Add("further", FurtherBeforeMinor.Count == 0 ? null : [.. FurtherBeforeMinor.Select(before => new CanonicalObject().Add("poolBeforeMinor", before))])
        .Add("index", Index).Add("month", Month).Add("poolBeforeMinor", PoolBeforeMinor).Add("reached", Reached.Count == 0 ? null : Reached).Add("total", Total)
        .Add("withdrawn", Withdrawn ? 1 : 0);
}

/// <summary>One original accrual that a clawback follows.</summary>
/// <param name="Component">The clause it came from.</param>
/// <param name="Party">The role.</param>
/// <param name="Payee">Who; null for the platform.</param>
/// <param name="OriginalMinor">What was credited.</param>
/// <param name="ReversedMinor">What earlier clawbacks took back, positive.</param>
[GenerateSerializer, Immutable, Alias("CreditedLine")]
public sealed record CreditedLine(
    [property: Id(0)] string Component, [property: Id(1)] Party Party, [property: Id(2)] ContactId? Payee,
    [property: Id(3)] long OriginalMinor, [property: Id(4)] long ReversedMinor);

/// <summary>A deal ended early, or money went back to the client.</summary>
/// <param name="Key">The business key, unique for ever.</param>
/// <param name="CompleteMonths">Complete months since the settlement: <see cref="DealTime.CompleteMonths"/>.</param>
/// <param name="Days">Days since the settlement.</param>
/// <param name="RefundedMinor">All that was refunded to date, this time included.</param>
/// <param name="RefundBaseMinor">What the client had paid.</param>
/// <param name="Lines">The original accruals, party by party.</param>
public sealed record ClawedBack(
    string Key, int CompleteMonths, int Days, long RefundedMinor, long RefundBaseMinor, IReadOnlyList<CreditedLine> Lines) : CalculationEvent
{
    internal override string Kind => "clawback";

    internal override CanonicalObject ToCanonical() => Start()
        .Add("completeMonths", CompleteMonths).Add("days", Days).Add("key", Key)
        .Add("lines", [.. Lines.Select(line => new CanonicalObject()
            .Add("component", line.Component).Add("originalMinor", line.OriginalMinor).Add("party", PartyNames.Of(line.Party))
            .Add("payee", line.Payee?.ToString()).Add("reversedMinor", line.ReversedMinor))])
        .Add("refundBaseMinor", RefundBaseMinor).Add("refundedMinor", RefundedMinor);
}

/// <summary>Months of a deal's life. A month is complete on the same day of a later month, or on its last day when there is none.</summary>
public static class DealTime
{
    /// <summary>Complete months between two dates; 0 when the second is not later.</summary>
    public static int CompleteMonths(DateOnly from, DateOnly to)
    {
        if (to <= from)
            return 0;
        var months = ((to.Year - from.Year) * 12) + to.Month - from.Month;
        return from.AddMonths(months) > to ? months - 1 : months;
    }

    /// <summary>The month that a date falls in: 1 until the first month is complete.</summary>
    public static int MonthOf(DateOnly settledOn, DateOnly date) => CompleteMonths(settledOn, date) + 1;
}
