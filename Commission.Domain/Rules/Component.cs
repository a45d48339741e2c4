using Commission.Domain.Amounts;
using Commission.Domain.Rules.Wording;

namespace Commission.Domain.Rules;

/// <summary>When a component is calculated.</summary>
public enum Moment
{
    /// <summary>When the chain is complete.</summary>
    Settlement,
    /// <summary>When a named milestone is reached.</summary>
    Milestone,
    /// <summary>When revenue of its kind is recorded.</summary>
    Revenue,
    /// <summary>Every month.</summary>
    Trail,
    /// <summary>By the accumulator of its scope and period.</summary>
    Volume,
}

/// <summary>
/// One clause of a rule set, compiled. A new shape is a new subclass and a line in the reader's table; nothing else knows
/// the shapes.
/// </summary>
/// <param name="Name">Unique within the product; named in explanations.</param>
/// <param name="BasisName">The quantity it is computed on.</param>
/// <param name="Terms">What every shape can have.</param>
public abstract record Component(string Name, string BasisName, ComponentTerms Terms)
{
    /// <summary>The word of the shape in documents.</summary>
    public abstract string Shape { get; }

    /// <summary>The quantity that chooses the band; the basis itself unless the document says otherwise.</summary>
    public virtual string BandBasisName => BasisName;

    /// <summary>Over what the shape itself accumulates, or null.</summary>
    protected virtual VolumeScope? OwnScope => null;

    /// <summary>The accumulators that a contribution goes through, one after the other; none when each deal stands alone.</summary>
    internal IReadOnlyList<VolumeStage> Stages => _stages ??= VolumeStage.Of(OwnScope, Terms.Caps);

    private IReadOnlyList<VolumeStage>? _stages;

    /// <summary>What its first accumulator adds up, or null when each deal stands alone.</summary>
    public VolumeScope? Accumulates => Stages.Count == 0 ? null : Stages[0].Scope;

    /// <summary>When it is calculated.</summary>
    public virtual Moment Moment =>
        Accumulates is not null ? Moment.Volume : Terms.Milestones.Count > 0 ? Moment.Milestone : Moment.Settlement;

    /// <summary>The largest rate it can reach, for gates; null when it pays amounts.</summary>
    internal virtual Rate? HighestRate => null;

    /// <summary>The pool before limits: one exact fraction, rounded once.</summary>
    internal abstract Exact Exact(in PoolInput input);

    /// <summary>The clause with its figures, for the explanation.</summary>
    internal abstract string Clause(in PoolInput input);

    /// <summary>Adds what explains the figure beyond the clause.</summary>
    internal virtual void Explain(in PoolInput input, CanonicalObject step)
    {
    }

    /// <summary>The shape as a sentence without its end.</summary>
    internal abstract string InWords(Phrases phrases);
}

/// <summary>What a pool is computed from.</summary>
/// <param name="Basis">The basis' value.</param>
/// <param name="BandValue">The value that chooses the band.</param>
/// <param name="Volume">The place in an accumulator, or null.</param>
/// <param name="Month">Month of the deal's life, 1 for the first; 0 when it does not matter.</param>
internal readonly record struct PoolInput(long Basis, long BandValue, VolumePosition? Volume, int Month);

/// <summary>A pool with the fraction that it was rounded from.</summary>
internal readonly record struct Exact(long Pool, Int128 Numerator, Int128 Denominator)
{
    public static Exact Of(Int128 numerator, Int128 denominator) =>
        new(Rounding.HalfAwayFromZero(numerator, denominator), numerator, denominator);

    public static Exact Whole(long pool) => new(pool, pool, 1);

    public static readonly Exact Nothing = Whole(0);
}

/// <summary>What a component of any shape can have.</summary>
public sealed record ComponentTerms
{
    /// <summary>Who shares the pool.</summary>
    public required Split Split { get; init; }
    /// <summary>A smaller pool is raised to this, unless its basis is zero.</summary>
    public long? FloorRaiseMinor { get; init; }
    /// <summary>A smaller pool pays nothing.</summary>
    public long? FloorThresholdMinor { get; init; }
    /// <summary>Upper limits.</summary>
    public Caps Caps { get; init; } = Caps.None;
    /// <summary>When the pool is released, by named milestones; empty when all at once.</summary>
    public IReadOnlyList<Milestone> Milestones { get; init; } = [];
    /// <summary>What is taken back when a deal ends early, or null.</summary>
    public ClawbackSchedule? Clawback { get; init; }
    /// <summary>Days before an accrual can be paid.</summary>
    public int CoolingOffDays { get; init; }
    /// <summary>The clause of the governing agreement, or null.</summary>
    public string? AgreementClause { get; init; }

    /// <summary>The milestones' shares as integers over one denominator.</summary>
    internal long[] MilestoneWeights
    {
        get
        {
            var denominator = Milestones.Max(milestone => milestone.Share.Denominator);
            return [.. Milestones.Select(milestone => milestone.Share.Units * (denominator / milestone.Share.Denominator))];
        }
    }

    /// <summary>Floors and the cap per deal. What a rule pays for −x stays minus what it pays for x.</summary>
    internal long Limit(long pool, long basis)
    {
        var floored = Floored(pool, basis);
        return Caps.DealMinor is { } most ? Math.Clamp(floored, -most, most) : floored;
    }

    /// <summary>The floors alone.</summary>
    internal long Floored(long pool, long basis)
    {
        if (FloorThresholdMinor is null && FloorRaiseMinor is null)
            return pool;
        var size = Math.Abs(pool);
        if (size < FloorThresholdMinor)
            size = 0;
        else if (size < FloorRaiseMinor && basis != 0)
            size = FloorRaiseMinor.Value;
        return pool < 0 || (pool == 0 && basis < 0) ? -size : size;
    }
}

/// <summary>A share of a pool that a named event releases.</summary>
/// <param name="Name">The milestone.</param>
/// <param name="Share">Its percentage; those of a component add up to 100.</param>
public sealed record Milestone(string Name, Rate Share);

/// <summary>Upper limits of a component. What a cap cuts off is paid to nobody.</summary>
/// <param name="DealMinor">Of one deal's pool.</param>
/// <param name="Parties">Of what one party gets from one deal.</param>
/// <param name="PeriodMinor">Of all pools of a scope and period together.</param>
/// <param name="Period">The scope and period of <paramref name="PeriodMinor"/>.</param>
/// <param name="CustomerMinor">Of all pools of one client together, for ever.</param>
public sealed record Caps(
    long? DealMinor, IReadOnlyDictionary<Party, long> Parties, long? PeriodMinor, VolumeScope? Period, long? CustomerMinor)
{
    /// <summary>No limit.</summary>
    public static Caps None { get; } = new(null, new Dictionary<Party, long>(), null, null, null);

    internal bool Any => DealMinor is not null || Period is not null || CustomerMinor is not null || Parties.Count > 0;

    /// <summary>The caps of what adds up, the period's before the client's.</summary>
    internal IEnumerable<VolumeStage> Accumulated
    {
        get
        {
            if (Period is not null)
                yield return new VolumeStage(Period, PeriodMinor);
            if (CustomerMinor is not null)
                yield return new VolumeStage(VolumeScope.OfCustomer, CustomerMinor);
        }
    }
}
