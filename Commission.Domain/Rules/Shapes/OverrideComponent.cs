using Commission.Domain.Amounts;
using Commission.Domain.Rules.Wording;

namespace Commission.Domain.Rules.Shapes;

/// <summary>
/// What the referrer's uplines get, level by level: a percentage of the sale, or of the commission that a component pays
/// below them; on top of it, or out of it (pool-neutral).
/// </summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="BasisName">The sale's basis; of a commission, the basis of the component.</param>
/// <param name="Source">The component whose commission it is a percentage of, or null for the sale.</param>
/// <param name="TakenFrom">The component that pays it when it is pool-neutral, or null when it comes on top.</param>
/// <param name="Levels">The rate of each level, nearest upline first; there are no deeper ones.</param>
/// <param name="Terms">What every shape can have; the split is that of the levels.</param>
public sealed record OverrideComponent(
    string Name, string BasisName, string? Source, string? TakenFrom, IReadOnlyList<Rate> Levels, ComponentTerms Terms)
    : Component(Name, BasisName, Terms)
{
    /// <summary>Deepest level.</summary>
    public const int MaxLevels = 5;

    private readonly long _denominator = Levels.Max(rate => rate.Denominator);

    /// <inheritdoc />
    public override string Shape => "override";

    /// <summary>The component that must be calculated first, or null.</summary>
    public string? DependsOn => Source ?? TakenFrom;

    internal override Rate? HighestRate => Levels.MaxBy(rate => rate.Units * (_denominator / rate.Denominator));

    /// <summary>Weights in proportion to the rates, for the split.</summary>
    internal static IReadOnlyList<Share> SharesOf(IReadOnlyList<Rate> levels)
    {
        var denominator = levels.Max(rate => rate.Denominator);
        return [.. levels.Select((rate, level) => new Share(PartyNames.Uplines[level], rate.Units * (denominator / rate.Denominator)))];
    }

    /// <summary>The rates of the levels that are filled, added up; the commission is that part of the basis.</summary>
    internal Exact Exact(long basis, IReadOnlyDictionary<Party, ContactId> payees)
    {
        Int128 units = 0;
        for (var level = 0; level < Levels.Count; level++)
        {
            if (payees.ContainsKey(PartyNames.Uplines[level]))
                units += Levels[level].Units * (_denominator / Levels[level].Denominator);
        }
        return Rules.Exact.Of(basis * units, _denominator);
    }

    internal override Exact Exact(in PoolInput input) =>
        throw new InvalidOperationException("An override depends on who is above the referrer.");

    internal override string Clause(in PoolInput input) =>
        $"{string.Join(", ", Levels)} % of {(Source is null ? BasisName : $"what {Source} pays")}, level by level"
        + (TakenFrom is null ? ", on top" : $", out of what {TakenFrom} pays");

    internal override string InWords(Phrases phrases)
    {
        var of = Source is null ? Phrases.BasisOf(BasisName) : $"what “{Source}” pays below";
        var from = TakenFrom is null ? "on top of it" : $"taken out of what “{TakenFrom}” pays the referrer";
        var levels = string.Join(", ", Levels.Select((rate, level) => $"{rate} % to {Phrases.PartyOf(PartyNames.Uplines[level])}"));
        return $"of {of}: {levels}, {from}";
    }
}
