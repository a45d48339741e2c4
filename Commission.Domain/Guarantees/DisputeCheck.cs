using Commission.Domain.Disputes;
using Commission.Domain.Ledger;

namespace Commission.Domain.Guarantees;

/// <summary>An entry that a dispute's row is about.</summary>
/// <param name="Place">Its place in the dispute, from 1.</param>
/// <param name="Pending">Whether it keeps other disputes and payouts away.</param>
/// <param name="Hash">The hash of the leaf at the place that it names; null when there is none.</param>
/// <param name="Leaf">That leaf, if it is an entry of the ledger.</param>
public sealed record DisputedEntryDossier(int Place, bool Pending, Hash? Hash, EntryLeaf? Leaf);

/// <summary>A dispute with all that is stored of it.</summary>
/// <param name="State">Its state.</param>
/// <param name="Entries">What it is about, by place.</param>
/// <param name="Messages">Hashes of what was said, in order.</param>
/// <param name="Acts">Its acts in the administration book; null while some wait.</param>
public sealed record DisputeDossier(
    DisputeState State, IReadOnlyList<DisputedEntryDossier> Entries, IReadOnlyList<Hash> Messages, IReadOnlyList<ActRecord>? Acts);

/// <summary>G6, for one dispute: what it holds is held, what it decided is booked, once; and it is decided in time.</summary>
public static class DisputeCheck
{
    /// <summary>Checks one dispute.</summary>
    public static void Check(DisputeDossier dossier, BookedEntries ledger, ServiceLimits limits, Findings findings)
    {
        var state = dossier.State;
        var where = $"{state.Id}";
        findings.Saw("disputes");
        foreach (var expected in DisputeEntries.AllOf(state).GroupBy(entry => entry.FactsHash))
        {
            var booked = ledger.Take(expected.Key);
            findings.Saw("dispute transfers", booked.Count);
            if (booked.Count != 1 || booked[0].Entry with { Facts = null } != expected.First())
            {
                var what = expected.First();
                findings.Break(where, booked.Count == 1
                    ? $"{booked[0].Where} is not the transfer of {what.Amount} from {what.Credit} to {what.Debit} that it made"
                    : $"its transfer of {what.Amount} from {what.Credit} to {what.Debit} stands in the ledger {booked.Count} times");
            }
        }
        foreach (var booked in ledger.Rest.Take(Findings.MaxViolations))
            findings.Break(booked.Where, $"{state.Id} is {state.Status} and has no transfer of {booked.Entry.Amount}");
        findings.BreakIf(where, EntriesFault(dossier) ?? (dossier.Acts is null ? null : ActsFault(dossier, dossier.Acts)));
        CheckTime(state, limits, findings);
    }

    private static void CheckTime(DisputeState state, ServiceLimits limits, Findings findings)
    {
        if (!state.IsPending)
            return;
        findings.Saw("open disputes");
        var clock = DisputeClock.Read(state, new DisputeFacts(false, limits.HoursOf(state.Region), limits.Disputes), limits.Now);
        if (state.BreachedAt is null && clock.Left > TimeSpan.Zero)
            return;
        var since = state.BreachedAt ?? clock.DueAt;
        findings.Late(
            $"{state.Id}", $"its clock ran out{(since is { } at ? $" at {at:O}" : "")}, and it is {state.Status}, {(state.Assignee is { } who ? $"with {who}" : "with nobody")}");
    }

    private static string? EntriesFault(DisputeDossier dossier)
    {
        var (state, rows) = (dossier.State, dossier.Entries);
        if (rows.Count != state.Contested.Length || rows.Index().Any(row => row.Item.Place != row.Index + 1))
            return $"it is about {state.Contested.Length} entries, {rows.Count} are stored, or not in their places";
        foreach (var (row, contested) in rows.Zip(state.Contested))
        {
            if (row.Pending != state.IsPending)
                return $"it is {state.Status}, and its entry {row.Place} is {(row.Pending ? "still kept from payouts" : "open to payouts")}";
            if (row.Hash != contested.Entry || row.Leaf is not { Entry: var entry })
                return $"its entry {row.Place} does not stand where it says";
            var account = Accounts.Payable(state.Member);
            var owed = entry.Credit == account ? entry.Amount.Minor : entry.Debit == account ? -entry.Amount.Minor : 0;
            if (owed != contested.Amount.Minor || entry.Amount.Currency != contested.Amount.Currency)
                return $"its entry {row.Place} is {contested.Amount} of {state.Member}, leaf {row.Leaf.Sequence} owes {owed} {entry.Amount.Currency}";
        }
        return null;
    }

    private static string? ActsFault(DisputeDossier dossier, IReadOnlyList<ActRecord> acts)
    {
        var state = dossier.State;
        if (acts.Count == 0 || acts[0] is not { Act: AdministrativeAct.DisputeOpened } opened)
            return "the administration book does not have that it was opened";
        if (opened.Text("member") != state.Member.ToString() || opened.Actor != state.OpenedBy.ToString()
            || !EntriesOf(opened).SequenceEqual(state.Contested.Select(entry => entry.Entry.ToString())))
            return "the administration book has another opening than its state";
        if (dossier.Messages.Count == 0 || opened.Text("textHash") != dossier.Messages[0].ToString())
            return "its first message is not what was said when it was opened";
        var decided = acts.LastOrDefault(act => act.Act == AdministrativeAct.DisputeDecided);
        if (decided?.Text("textHash") != state.Decision?.TextHash.ToString() || decided?.Text("outcome") != state.Decision?.Outcome.ToString()
            || decided?.Actor != state.Decision?.By.ToString())
            return "the administration book has another decision than its state";
        if (state.Decision is { } decision && !dossier.Messages.Contains(decision.TextHash))
            return "the reasons of its decision are not among its messages";
        var isEnded = acts.Any(act => act.Act == AdministrativeAct.DisputeClosed);
        return isEnded == state.Status is DisputeStatus.Closed or DisputeStatus.Withdrawn ? null : $"it is {state.Status}, and the administration book has another end";
    }

    private static IEnumerable<string?> EntriesOf(ActRecord opened) => opened.Payload.TryGetProperty("entries", out var entries)
        ? entries.EnumerateArray().Select(entry => entry.GetString())
        : [];
}
