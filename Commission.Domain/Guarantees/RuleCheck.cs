using Commission.Domain.Ledger;
using Commission.Domain.Rules;

namespace Commission.Domain.Guarantees;

/// <summary>G3: the version of the referral date decided, it was approved by another, its agreement stands, and it gives the same entries again.</summary>
public static class RuleCheck
{
    /// <summary>Checks one deal.</summary>
    public static void Check(DealDossier dossier, KnownFacts known, Findings findings)
    {
        if (dossier.Entries.Count == 0)
            return;
        findings.Saw("deals");
        if (dossier.Intent is not { } intent)
        {
            if (!dossier.HandshakesWait)
                findings.Break($"{dossier.Deal}", "there is no intent that says which version was in force");
            return;
        }
        var active = known.Verticals.GetValueOrDefault(intent.Vertical)?.ActiveOn(intent.ReferredOn);
        foreach (var hash in dossier.Entries.Select(entry => entry.Leaf.Entry.RuleHash).Distinct())
        {
            if (active?.Hash != hash.ToString())
                findings.Break(
                    $"{dossier.Deal}", $"its entries name rule set {hash}; in force for {intent.Vertical} on {intent.ReferredOn:yyyy-MM-dd} was {active?.Hash ?? "none"}");
        }
        if (active is not null)
            findings.BreakIf($"{dossier.Deal}", ApprovalFault(dossier, active, known) ?? AgreementFault(intent.Vertical, active, known));
        Replay(dossier, intent.Vertical, known, findings);
    }

    private static string? ApprovalFault(DealDossier dossier, RuleSetVersion version, KnownFacts known)
    {
        if (version.Approved is not { } approved)
            return $"version {version.Number} was never approved";
        if (!known.Approvals.TryGetValue(version.Hash, out var recorded))
            return $"the approval of version {version.Number} is no leaf of the administration book";
        var (by, author) = (approved.By ?? "engine", version.Author ?? "engine");
        if (recorded.By != by || recorded.Author != author)
            return $"version {version.Number} is said to be drafted by {author} and approved by {by}; the administration book says {recorded.Author} and {recorded.By}";
        if (recorded.Author != "engine" && recorded.By == recorded.Author)
            return $"version {version.Number} was approved by its own author";
        return recorded.At > dossier.Chain[0].Leaf.PostedAt ? $"version {version.Number} was approved at {recorded.At:O}, after the referral was recorded" : null;
    }

    private static string? AgreementFault(string vertical, RuleSetVersion version, KnownFacts known)
    {
        if (!Hash.TryParse(version.Hash, out var hash) || known.DocumentOf(vertical, hash) is not { } document)
            return $"the document of version {version.Number} is not what its hash says";
        if (!known.Agreements.TryGetValue(document.GoverningAgreement, out var ended))
            return $"the governing agreement “{document.GoverningAgreement}” of version {version.Number} was not executed";
        return ended is { } end && end < version.Approved!.At
            ? $"the governing agreement “{document.GoverningAgreement}” had ended when version {version.Number} was approved"
            : null;
    }

    private static void Replay(DealDossier dossier, string vertical, KnownFacts known, Findings findings)
    {
        var replay = new CalculationReplay();
        foreach (var (leaf, facts) in dossier.Entries.Where(entry => entry.Leaf.Entry.Kind <= EntryKind.Clawback))
        {
            if (replay.Next(leaf, facts, facts is null ? null : known.DocumentOf(vertical, leaf.Entry.RuleHash)) is { } fault)
            {
                findings.Break(DealDossier.Where(leaf), fault);
                return;
            }
        }
        findings.BreakIf($"{dossier.Deal}", replay.End());
        findings.Saw("entries calculated again", replay.Entries);
        findings.Saw("calculations", replay.Calculations);
    }
}
