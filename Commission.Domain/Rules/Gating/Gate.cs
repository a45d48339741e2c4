using System.Globalization;
using Commission.Domain.Amounts;
using Commission.Domain.Rules.Shapes;

namespace Commission.Domain.Rules.Gating;

/// <summary>
/// A clause of the law or of the network that a vertical's rules and deals must keep. It belongs to the vertical, not to a
/// version: no version can be approved that breaks it.
/// </summary>
/// <param name="Clause">The law or agreement it stands for.</param>
/// <param name="Products">The products it holds for; null for all.</param>
public abstract record Gate(string Clause, IReadOnlyList<string>? Products)
{
    /// <summary>Whether it holds for a product.</summary>
    public bool Covers(string product) => Products is null || Products.Contains(product);

    /// <summary>The gate as a sentence.</summary>
    public abstract string InWords();

    /// <summary>What in a product's rules breaks it: path below the product, what was expected and found.</summary>
    internal virtual IEnumerable<(string Path, string Expected, string Found)> Check(ProductRules product) => [];

    /// <summary>What a deal's facts lack, or null: expected and found.</summary>
    internal virtual (string Field, string Expected, string Found)? Check(GateFacts facts) => null;

    private protected static IEnumerable<(string Path, string Expected, string Found)> Where(
        ProductRules product, Func<Component, bool> breaks, string member, string expected, Func<Component, string> found) =>
        product.Components.Index().Where(pair => breaks(pair.Item))
            .Select(pair => ($"components[{pair.Index}]{member}", expected, $"{found(pair.Item)} in \"{pair.Item.Name}\""));
}

/// <summary>No benefit may depend on volume: no accumulated bands, quotas, or campaigns.</summary>
public sealed record NoVolumeBenefit(string Clause, IReadOnlyList<string>? Products) : Gate(Clause, Products)
{
    /// <inheritdoc />
    public override string InWords() => "No commission may depend on volume, quotas or campaigns.";

    internal override IEnumerable<(string Path, string Expected, string Found)> Check(ProductRules product) => Where(
        product, component => component is CampaignComponent or MarginalTierComponent { Scope: not null }
            or WholeTierComponent { Scope: not null } or BandAmountComponent { Scope: not null },
        ".shape", "no benefit that depends on volume or a campaign", component => component.Shape);
}

/// <summary>Nothing may be clawed back after so many months.</summary>
public sealed record MaxClawbackMonths(int Months, string Clause, IReadOnlyList<string>? Products) : Gate(Clause, Products)
{
    /// <inheritdoc />
    public override string InWords() => $"Nothing may be clawed back after {Months} months.";

    internal override IEnumerable<(string Path, string Expected, string Found)> Check(ProductRules product) => Where(
        product, component => component.Terms.Clawback?.LastMonth > Months || component.Terms.Clawback is ClawbackOfRefund,
        ".clawback", $"no clawback after {Months} months", component => component.Terms.Clawback!.InWords());
}

/// <summary>What is paid at settlement must be clawed back at least so far.</summary>
public sealed record MinClawback(IReadOnlyList<ClawbackStep> Steps, string Clause, IReadOnlyList<string>? Products) : Gate(Clause, Products)
{
    /// <inheritdoc />
    public override string InWords() =>
        "What is paid upfront must be clawed back: at least " + string.Join(", ", Steps.Select(step => $"{step.Rate} % before {step.BeforeMonths} complete months")) + ".";

    internal override IEnumerable<(string Path, string Expected, string Found)> Check(ProductRules product) => Where(
        product,
        component => component.Moment is Moment.Settlement or Moment.Milestone or Moment.Volume && component is not RevenueComponent
            && !IsEnough(component.Terms.Clawback),
        ".clawback", InWords(), component => component.Terms.Clawback?.InWords() ?? "no clawback");

    private bool IsEnough(ClawbackSchedule? schedule)
    {
        if (schedule is null)
            return false;
        for (var month = 0; month < Steps[^1].BeforeMonths; month++)
        {
            var least = Steps.First(step => month < step.BeforeMonths).Rate;
            var (numerator, denominator) = schedule.FractionAt(month, month * 31);
            if (numerator * least.Denominator < least.Units * denominator)
                return false;
        }
        return true;
    }
}

/// <summary>When a rate is paid.</summary>
public enum RateKind
{
    /// <summary>At the settlement, by milestones or by volume.</summary>
    Upfront,
    /// <summary>On later revenue and as trail.</summary>
    Recurring,
    /// <summary>Either.</summary>
    Any,
}

/// <summary>The rates on a basis add up to at most this.</summary>
public sealed record MaxRate(string Basis, Rate Rate, RateKind When, string Clause, IReadOnlyList<string>? Products) : Gate(Clause, Products)
{
    /// <inheritdoc />
    public override string InWords()
    {
        var what = When switch { RateKind.Upfront => "Upfront commission", RateKind.Recurring => "Recurring commission", _ => "Commission" };
        return $"{what} is at most {Rate} % of {Wording.Phrases.BasisOf(Basis)}.";
    }

    internal override IEnumerable<(string Path, string Expected, string Found)> Check(ProductRules product)
    {
        var counted = product.Components.Where(component => component.BasisName == Basis && component.HighestRate is not null && IsMeant(component)).ToList();
        var sum = counted.Aggregate(Int128.Zero, (sum, component) => sum + Scaled(component.HighestRate!.Value));
        if (sum <= Scaled(Rate))
            return [];
        var last = product.Components.Index().First(pair => ReferenceEquals(pair.Item, counted[^1]));
        var found = (decimal)sum / 1_000_000_000m;
        return [($"components[{last.Index}]", $"at most {Rate} % of {Basis} in all", found.ToString("0.#########", CultureInfo.InvariantCulture) + " %")];
    }

    private bool IsMeant(Component component) => When == RateKind.Any || (component is TrailComponent or RevenueComponent) == (When == RateKind.Recurring);

    private static Int128 Scaled(Rate rate) => (Int128)rate.Units * 100_000_000_000 / rate.Denominator;
}

/// <summary>Only flat amounts may be paid.</summary>
public sealed record FlatOnly(string Clause, IReadOnlyList<string>? Products) : Gate(Clause, Products)
{
    /// <inheritdoc />
    public override string InWords() => "Only a flat, disclosed fee may be paid.";

    internal override IEnumerable<(string Path, string Expected, string Found)> Check(ProductRules product) =>
        Where(product, component => component is not FlatComponent, ".shape", "flat", component => component.Shape);
}

/// <summary>No referral of clients in these states.</summary>
public sealed record BlockedStates(IReadOnlyList<string> States, string Clause, IReadOnlyList<string>? Products) : Gate(Clause, Products)
{
    /// <inheritdoc />
    public override string InWords() => $"Not allowed in {string.Join(", ", States)}.";

    internal override (string Field, string Expected, string Found)? Check(GateFacts facts) =>
        facts.State is null ? ("state", $"a state other than {string.Join(", ", States)}", "nothing")
        : States.Contains(facts.State) ? ("state", $"a state other than {string.Join(", ", States)}", facts.State) : null;
}

/// <summary>A party must hold a licence.</summary>
public sealed record LicenceHeld(string Licence, Party Party, string Clause, IReadOnlyList<string>? Products) : Gate(Clause, Products)
{
    /// <inheritdoc />
    public override string InWords() => $"{char.ToUpperInvariant(Wording.Phrases.PartyOf(Party)[0])}{Wording.Phrases.PartyOf(Party)[1..]} must hold the licence {Licence}.";

    internal override (string Field, string Expected, string Found)? Check(GateFacts facts) =>
        facts.Licences.TryGetValue(Party, out var held) && held.Contains(Licence)
            ? null
            : (PartyNames.Of(Party), $"the licence {Licence}", held is null || held.Count == 0 ? "none" : string.Join(", ", held.Order(StringComparer.Ordinal)));
}

/// <summary>A step must follow the referral within so many business days; weekends do not count, holidays do.</summary>
public sealed record WithinBusinessDays(GateStep Step, int Days, string Clause, IReadOnlyList<string>? Products) : Gate(Clause, Products)
{
    /// <inheritdoc />
    public override string InWords() => Step == GateStep.PassedOn
        ? $"The referral must be passed on within {Days} business days."
        : $"The client must be contacted within {Days} business days of the referral.";

    internal override (string Field, string Expected, string Found)? Check(GateFacts facts)
    {
        var on = Step == GateStep.PassedOn ? facts.PassedOn : facts.ContactedOn;
        if (on is not { } date || BusinessDays(facts.ReferredOn, date) <= Days)
            return null;
        return (Step == GateStep.PassedOn ? "passedOn" : "contactedOn", $"at most {Days} business days after {facts.ReferredOn:yyyy-MM-dd}", $"{date:yyyy-MM-dd}");
    }

    private static int BusinessDays(DateOnly from, DateOnly to)
    {
        var days = 0;
        for (var date = from.AddDays(1); date <= to && days < 1_000; date = date.AddDays(1))
            days += date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0 : 1;
        return days;
    }
}

/// <summary>Steps with a deadline.</summary>
public enum GateStep
{
    /// <summary>The referral reaches the receiver.</summary>
    PassedOn,
    /// <summary>The receiver speaks to the client.</summary>
    Contacted,
}

/// <summary>No referral from this date on.</summary>
public sealed record ClosedFrom(DateOnly Date, string Clause, IReadOnlyList<string>? Products) : Gate(Clause, Products)
{
    /// <inheritdoc />
    public override string InWords() => $"Not allowed for referrals from {Date:yyyy-MM-dd} on.";

    internal override (string Field, string Expected, string Found)? Check(GateFacts facts) =>
        facts.ReferredOn >= Date ? ("referredOn", $"a referral before {Date:yyyy-MM-dd}", $"{facts.ReferredOn:yyyy-MM-dd}") : null;
}

/// <summary>What gates need to know of a deal. A gate about something that nobody stated is broken, except deadlines still running.</summary>
/// <param name="Product">Product code.</param>
/// <param name="ReferredOn">The referral date.</param>
/// <param name="State">The client's state: NSW, VIC, QLD, WA, SA, TAS, ACT or NT.</param>
/// <param name="Licences">Licences by role.</param>
/// <param name="PassedOn">When the referral reached the receiver, or null.</param>
/// <param name="ContactedOn">When the client was contacted, or null.</param>
public sealed record GateFacts(
    string Product, DateOnly ReferredOn, string? State, IReadOnlyDictionary<Party, IReadOnlySet<string>> Licences,
    DateOnly? PassedOn = null, DateOnly? ContactedOn = null);
