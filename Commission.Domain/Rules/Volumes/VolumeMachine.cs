namespace Commission.Domain.Rules.Volumes;

/// <summary>
/// Adds contributions up and says what each one's commission is now. Contributions stand in an order of their own (date,
/// then id), so that the totals per party depend neither on the order of arrival nor on batches; what comes late makes
/// adjustments, and nothing is edited. Pure: no clock, no I/O.
/// </summary>
public static class VolumeMachine
{
    /// <summary>
    /// Contributions of one accumulator at most, withdrawn ones included. A further one is refused with
    /// <see cref="RefusalCodes.VolumeFull"/> and changes nothing: its deal keeps what it accrued otherwise, and the
    /// contribution waits where it is until a version with a shorter period or a narrower scope is in force.
    /// </summary>
    public const int MaxContributions = 10_000;

    /// <summary>Decides about one contribution. The same one, or an older revision, changes nothing.</summary>
    /// <param name="state">The accumulator.</param>
    /// <param name="command">The contribution.</param>
    /// <param name="document">The version that the key names.</param>
    public static Decision<VolumeEvent> Decide(VolumeState state, RecordContribution command, RuleSetDocument document)
    {
        var (key, contribution) = (command.Key, command.Contribution);
        if (document.Hash != key.RuleHash || (state.Key is not null && state.Key != key))
            throw new InvalidOperationException($"{key} is not the accumulator {state.Key}, or not of the version {document.Hash}.");
        var component = document.Products[key.Product].Find(key.Component)
            ?? throw new InvalidOperationException($"{key.Product} has no component {key.Component}.");
        var known = state.Entries.FirstOrDefault(entry => entry.Contribution.Id == contribution.Id);
        if (known is not null && known.Contribution.Revision >= contribution.Revision)
            return Decision<VolumeEvent>.Accept();
        if (Refusal(state, contribution, known) is { } refusal)
            return refusal;
        VolumeEvent happened = contribution.Withdrawn && known is not null ? new ContributionWithdrawn(contribution)
            : known is not null ? new ContributionCorrected(contribution)
            : new ContributionRecorded(key, contribution);
        try
        {
            return Decision<VolumeEvent>.Accept([happened, .. Changes(Evolve(state, happened), component, document, command)]);
        }
        catch (OverflowException)
        {
            return new Refusal(RefusalCodes.InvalidField, "The amounts are too large for the rule set.", "basis");
        }
    }

    /// <summary>Applies one event.</summary>
    public static VolumeState Evolve(VolumeState state, VolumeEvent happened) => happened switch
    {
        ContributionRecorded recorded => state with { Key = recorded.Key, Entries = With(state.Entries, new VolumeEntry(recorded.Contribution, null, -1, [])) },
        ContributionCorrected corrected => state with { Entries = Replaced(state.Entries, corrected.Contribution) },
        ContributionWithdrawn withdrawn => state with { Entries = Replaced(state.Entries, withdrawn.Contribution) },
        VolumeAccrued or VolumePassed => EvolveAll(state, [happened]),
        _ => throw new ArgumentOutOfRangeException(nameof(happened)),
    };

    /// <summary>Applies all events of a decision: one that re-rates thousands of contributions makes one pass, not thousands.</summary>
    public static VolumeState EvolveAll(VolumeState state, IReadOnlyList<VolumeEvent> events)
    {
        var rated = new Dictionary<string, VolumeEvent>(StringComparer.Ordinal);
        foreach (var happened in events)
        {
            var id = happened switch { VolumeAccrued accrued => accrued.Contribution.Id, VolumePassed passed => passed.Contribution.Id, _ => null };
            if (id is null)
                state = Evolve(state, happened);
            else if (!rated.TryAdd(id, happened))
                throw new InvalidOperationException($"{id} is rated twice in one decision.");
        }
        return rated.Count == 0 ? state : state with
        {
            Entries = [.. state.Entries.Select(entry => rated.TryGetValue(entry.Contribution.Id, out var happened) ? Rated(entry, happened) : entry)],
        };
    }

    private static VolumeEntry Rated(VolumeEntry entry, VolumeEvent happened) => happened is VolumePassed passed
        ? entry with { PoolMinor = passed.PoolMinor, CreditedRevision = passed.Contribution.Revision, Passed = entry.Passed + 1 }
        : Credited(entry, (VolumeAccrued)happened);

    private static Refusal? Refusal(VolumeState state, VolumeContribution contribution, VolumeEntry? known)
    {
        if (known is null && state.Entries.Length >= MaxContributions)
            return new Refusal(RefusalCodes.VolumeFull, $"The accumulator holds {MaxContributions} contributions, as many as it can.", "contribution");
        Int128 sum = Math.Abs(contribution.BandValue);
        foreach (var entry in state.Entries)
            sum += Math.Abs(entry.Contribution.BandValue);
        return sum > CanonicalJson.MaxInteger
            ? new Refusal(RefusalCodes.InvalidField, "The volume would leave the numbers that stay exact.", "basis")
            : null;
    }

    private static VolumeEntry[] With(VolumeEntry[] entries, VolumeEntry added)
    {
        var at = Array.FindIndex(entries, entry => IsBefore(added.Contribution, entry.Contribution));
        at = at < 0 ? entries.Length : at;
        return [.. entries[..at], added, .. entries[at..]];
    }

    private static VolumeEntry[] Replaced(VolumeEntry[] entries, VolumeContribution contribution)
    {
        var known = Array.FindIndex(entries, entry => entry.Contribution.Id == contribution.Id);
        VolumeEntry[] others = [.. entries[..known], .. entries[(known + 1)..]];
        return With(others, entries[known] with { Contribution = contribution });
    }

    /// <summary>The canonical order.</summary>
    internal static bool IsBefore(VolumeContribution one, VolumeContribution other) =>
        one.On != other.On ? one.On < other.On : string.CompareOrdinal(one.Id, other.Id) < 0;

    private static VolumeEntry Credited(VolumeEntry entry, VolumeAccrued accrued)
    {
        var credited = new List<PartyCredit>(entry.Credited);
        foreach (var accrual in accrued.Calculation.Accruals)
        {
            var known = credited.FindIndex(credit => credit.Party == accrual.Party && credit.Payee == accrual.Payee);
            if (known < 0)
                credited.Add(new PartyCredit(accrual.Party, accrual.Payee, accrual.AmountMinor));
            else
                credited[known] = credited[known] with { AmountMinor = credited[known].AmountMinor + accrual.AmountMinor };
        }
        credited.RemoveAll(credit => credit.AmountMinor == 0);
        var booked = accrued.Calculation.Accruals.Count;
        return entry with
        {
            PoolMinor = accrued.PoolMinor,
            CreditedRevision = accrued.Contribution.Revision,
            Credited = [.. credited],
            Booked = entry.Booked + booked,
            LastFacts = booked > 0 ? accrued.Calculation.FactsHash : entry.LastFacts,
        };
    }

    /// <summary>What differs from what was credited, or passed on to the next accumulator, in canonical order.</summary>
    private static List<VolumeEvent> Changes(VolumeState state, Component component, RuleSetDocument document, RecordContribution command)
    {
        var events = new List<VolumeEvent>();
        var sweep = new VolumeSweep(component, state.Key!.Stage, state.Total);
        foreach (var entry in state.Entries)
        {
            var (position, pool) = sweep.Next(entry.Contribution, entry.Credited);
            if (entry.PoolMinor == pool && entry.CreditedRevision == entry.Contribution.Revision)
                continue;
            if (entry.Contribution.Onward.Length > 0)
            {
                events.Add(new VolumePassed(entry.Contribution, pool, Onward(entry, position, command)));
                continue;
            }
            var facts = VolumeContributions.FactsOf(document, state.Key.Product, component, entry.Contribution, position);
            events.Add(new VolumeAccrued(entry.Contribution, pool, Calculator.Calculate(document, facts), facts, entry.PoolMinor is not null)
            {
                Booked = entry.Booked,
                Corrects = entry.LastFacts,
            });
        }
        return events;
    }

    /// <summary>What the next accumulator is told. Each time under a higher revision, so that what arrives late is not taken for news.</summary>
    private static RecordContribution Onward(VolumeEntry entry, VolumePosition position, RecordContribution command) => command with
    {
        Key = entry.Contribution.Onward[0],
        Contribution = Onward(entry.Contribution, position) with { Revision = entry.Passed },
    };

    /// <summary>A contribution as the next accumulator gets it.</summary>
    internal static VolumeContribution Onward(VolumeContribution contribution, VolumePosition position) => contribution with
    {
        Onward = contribution.Onward[1..],
        Place = new VolumePlace(position.Index, position.Before, position.Total, [position.PoolBeforeMinor, .. position.FurtherBeforeMinor]),
    };
}
