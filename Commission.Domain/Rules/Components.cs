using Commission.Domain.Amounts;

namespace Commission.Domain.Rules;

/// <summary>
/// One clause of a rule set. A new shape is a new subclass and a line in <see cref="RuleSetReader"/>; nothing else knows
/// the shapes.
/// </summary>
/// <param name="Name">Unique within the product; named in explanations.</param>
/// <param name="BasisName">One of <see cref="Basis"/>.</param>
/// <param name="Split">Who shares, in declared order.</param>
public abstract record Component(string Name, string BasisName, IReadOnlyList<Share> Split)
{
    /// <summary>The pool in minor units, rounded once, and the words and figures that explain it.</summary>
    /// <param name="basisMinor">The basis' value, minor units.</param>
    public abstract (long PoolMinor, string Clause) Pool(long basisMinor);
}

/// <summary>A percentage of the basis.</summary>
public sealed record PercentComponent(string Name, string BasisName, Rate Rate, IReadOnlyList<Share> Split)
    : Component(Name, BasisName, Split)
{
    /// <inheritdoc />
    public override (long PoolMinor, string Clause) Pool(long basisMinor) =>
        (Rate.Of(basisMinor), $"{Rate} % of {BasisName}");
}

/// <summary>A fixed amount for each unit of the basis; of <see cref="Basis.Deal"/>, once per deal.</summary>
public sealed record FlatComponent(string Name, string BasisName, long AmountMinor, IReadOnlyList<Share> Split)
    : Component(Name, BasisName, Split)
{
    /// <inheritdoc />
    public override (long PoolMinor, string Clause) Pool(long basisMinor) =>
        (checked(AmountMinor * basisMinor), $"{AmountMinor} minor units per {BasisName}");
}

/// <summary>One party's weight in a split.</summary>
/// <param name="Party">Who, by role.</param>
/// <param name="Weight">A positive integer; only the proportion counts.</param>
public sealed record Share(Party Party, long Weight);

/// <summary>The roles that can share a pool. A role that nobody fills is skipped; the others keep their proportions.</summary>
[GenerateSerializer]
public enum Party
{
    /// <summary>The member who referred.</summary>
    Referrer,
    /// <summary>The referrer's upline at the referral.</summary>
    Upline,
    /// <summary>The member who received the client.</summary>
    Receiver,
    /// <summary>The platform's fee.</summary>
    Platform,
}
