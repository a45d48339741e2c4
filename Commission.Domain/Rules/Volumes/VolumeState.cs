namespace Commission.Domain.Rules.Volumes;

/// <summary>One accumulator: its contributions in canonical order, with what each was credited so far.</summary>
[GenerateSerializer, Alias("VolumeState")]
public sealed record VolumeState
{
    /// <summary>What it adds up; null until the first contribution.</summary>
    [Id(0)] public VolumeKey? Key { get; init; }
    /// <summary>By date, then by id; bounded by <see cref="VolumeMachine.MaxContributions"/>.</summary>
    [Id(1)] public VolumeEntry[] Entries { get; init; } = [];

    /// <summary>What all contributions that count add up to.</summary>
    public long Total => Entries.Where(entry => !entry.Contribution.Withdrawn).Sum(entry => entry.Contribution.BandValue);
}

/// <summary>A contribution and what it was credited.</summary>
/// <param name="Contribution">The latest revision.</param>
/// <param name="PoolMinor">The pool that was credited last, or null when none was yet.</param>
/// <param name="CreditedRevision">The revision that it was credited for.</param>
/// <param name="Credited">Per party, all credits and adjustments added up.</param>
/// <param name="Booked">Entries that it has in the ledger.</param>
/// <param name="LastFacts">The facts of the latest calculation that has entries; zero when none has.</param>
/// <param name="Passed">How often it was passed on to the next accumulator.</param>
[GenerateSerializer, Immutable, Alias("VolumeEntry")]
public sealed record VolumeEntry(
    [property: Id(0)] VolumeContribution Contribution,
    [property: Id(1)] long? PoolMinor,
    [property: Id(2)] int CreditedRevision,
    [property: Id(3)] PartyCredit[] Credited,
    [property: Id(4)] int Booked = 0,
    [property: Id(5)] Hash LastFacts = default,
    [property: Id(6)] int Passed = 0);

/// <summary>Puts a contribution into its accumulator, corrects it or takes it out.</summary>
/// <param name="Key">The accumulator.</param>
/// <param name="Contribution">The contribution; its revision decides whether it is news.</param>
[GenerateSerializer, Immutable, Alias("RecordContribution")]
public sealed record RecordContribution(VolumeKey Key, VolumeContribution Contribution)
{
    /// <summary>Whose act brought it.</summary>
    [Id(0)] public ContactId Actor { get; init; }

    /// <summary>The date from which what it changes counts.</summary>
    [Id(1)] public DateOnly EffectiveOn { get; init; }
}

/// <summary>Something that happened to an accumulator.</summary>
public abstract record VolumeEvent;

/// <summary>A contribution came in.</summary>
public sealed record ContributionRecorded(VolumeKey Key, VolumeContribution Contribution) : VolumeEvent;

/// <summary>A later revision of a contribution came in.</summary>
public sealed record ContributionCorrected(VolumeContribution Contribution) : VolumeEvent;

/// <summary>A contribution counts no longer.</summary>
public sealed record ContributionWithdrawn(VolumeContribution Contribution) : VolumeEvent;

/// <summary>A contribution's pool is another than the next accumulator was told.</summary>
/// <param name="Contribution">Whose.</param>
/// <param name="PoolMinor">The pool now.</param>
/// <param name="Onward">What the next accumulator is told.</param>
public sealed record VolumePassed(VolumeContribution Contribution, long PoolMinor, RecordContribution Onward) : VolumeEvent;

/// <summary>
/// A contribution's commission is another than was credited so far. The calculation's accruals are the differences: the
/// first time accruals, later adjustments, which may be negative.
/// </summary>
/// <param name="Contribution">Whose.</param>
/// <param name="PoolMinor">The pool now.</param>
/// <param name="Calculation">The differences, with their explanation.</param>
/// <param name="Facts">The facts that the calculation can be replayed from.</param>
/// <param name="IsAdjustment">Whether it was credited before.</param>
public sealed record VolumeAccrued(
    VolumeContribution Contribution, long PoolMinor, Calculation Calculation, CalculationFacts Facts, bool IsAdjustment) : VolumeEvent
{
    /// <summary>Entries of the contribution that are in the ledger before this.</summary>
    public int Booked { get; init; }

    /// <summary>The facts of the calculation that this corrects; zero when it is the first that has entries.</summary>
    public Hash Corrects { get; init; }
}
