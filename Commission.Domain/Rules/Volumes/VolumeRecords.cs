using Commission.Domain.Ledger;

namespace Commission.Domain.Rules.Volumes;

/// <summary>A contribution on its way to its accumulator. It travels as what a deal owes a book does, and its book's name is the accumulator's.</summary>
/// <param name="Command">The contribution.</param>
[GenerateSerializer, Immutable, Alias("ContributionDraft")]
public sealed record ContributionDraft(RecordContribution Command) : BookRecord;

/// <summary>What accumulators leave in the ledger, and what they are sent.</summary>
public static class VolumeRecords
{
    /// <summary>Whether what is owed to this book is owed to an accumulator.</summary>
    public static bool IsVolume(string book) => World.LocalOf(book).StartsWith("volume:", StringComparison.Ordinal);

    /// <summary>Contributions by accumulator.</summary>
    public static IEnumerable<(string Book, IReadOnlyList<BookRecord> Records)> Of(IEnumerable<RecordContribution> contributions) =>
        contributions.Select(contribution => (contribution.Key.ToString(), (IReadOnlyList<BookRecord>)[new ContributionDraft(contribution)]));

    /// <summary>Calculations whose entries travel together at most, so that no message grows with the accumulator.</summary>
    private const int MaxTogether = 100;

    /// <summary>Decides about several contributions at once: the state after all, what the ledger and further accumulators are owed, and
    /// each one's refusal or null.</summary>
    public static (VolumeState State, IReadOnlyList<(string Book, IReadOnlyList<BookRecord> Records)> Outbox, Refusal?[] Refusals) Decide(
        VolumeState state, IReadOnlyList<RecordContribution> commands, RuleSetDocument document)
    {
        var (calculations, passed, refusals) = (new List<IEnumerable<BookRecord>>(), new List<RecordContribution>(), new Refusal?[commands.Count]);
        for (var i = 0; i < commands.Count; i++)
        {
            var decision = VolumeMachine.Decide(state, commands[i], document);
            refusals[i] = decision.Refusal;
            calculations.AddRange(decision.Events.OfType<VolumeAccrued>().Select(accrued => Entries(commands[i], document, accrued)));
            passed.AddRange(decision.Events.OfType<VolumePassed>().Select(happened => happened.Onward));
            state = VolumeMachine.EvolveAll(state, decision.Events);
        }
        var together = calculations.Chunk(MaxTogether).Select(some => (Books.Ledger, (IReadOnlyList<BookRecord>)[.. some.SelectMany(records => records)]));
        return (state, [.. together, .. Of(passed)], refusals);
    }

    /// <summary>
    /// Entries for the ledger. A contribution is one cause, calculated as often as later facts re-rate it: its entries are
    /// numbered through, for the same facts may come back after others were in between.
    /// </summary>
    /// <param name="command">The contribution that caused them.</param>
    /// <param name="document">The version.</param>
    /// <param name="accrued">What the machine decided.</param>
    public static IEnumerable<BookRecord> Entries(RecordContribution command, RuleSetDocument document, VolumeAccrued accrued) => CalculationEntries.Of(
        new EntryCause(
            accrued.Booked == 0 ? EntryKind.Accrual : EntryKind.Adjustment, accrued.Contribution.Deal, document.Vertical, document.Currency,
            accrued.Contribution.On > command.EffectiveOn ? accrued.Contribution.On : command.EffectiveOn, command.Actor, accrued.Booked),
        accrued.Calculation, _ => accrued.Corrects);
}
