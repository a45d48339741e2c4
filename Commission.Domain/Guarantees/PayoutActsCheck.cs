using Commission.Domain.Ledger;
using Commission.Domain.Payouts;

namespace Commission.Domain.Guarantees;

/// <summary>G6: who made, changed, approved and submitted a batch stands in the administration book, and its state says the same.</summary>
public static class PayoutActsCheck
{
    /// <summary>Checks one batch.</summary>
    /// <param name="batch">Its state.</param>
    /// <param name="acts">Its acts, in the order of the book.</param>
    /// <param name="findings">Where to say it.</param>
    public static void Check(PayoutBatchState batch, IReadOnlyList<ActRecord> acts, Findings findings)
    {
        findings.Saw("payout acts", acts.Count);
        findings.BreakIf($"{batch.Id}", Fault(batch, acts));
    }

    private static string? Fault(PayoutBatchState batch, IReadOnlyList<ActRecord> acts)
    {
        var made = acts.Where(act => act.Act is AdministrativeAct.PayoutDrafted or AdministrativeAct.PayoutEdited).ToList();
        if (made.Count == 0 || made[0].Act != AdministrativeAct.PayoutDrafted || made.Skip(1).Any(act => act.Act == AdministrativeAct.PayoutDrafted))
            return "the administration book does not have that it was drafted, once and first";
        if (!made.Select(act => act.Actor).Where(actor => actor != "engine").Distinct().Order(StringComparer.Ordinal)
            .SequenceEqual(batch.Makers.Select(maker => maker.ToString()).Order(StringComparer.Ordinal)))
            return "its state names other makers than the administration book";
        if (made[^1].Text("hash") != batch.Contents.Hash.ToString())
            return "the administration book has other contents as drafted or edited last";
        return ApprovalFault(batch, acts) ?? SubmissionFault(batch, acts) ?? EndFault(batch, acts);
    }

    private static string? ApprovalFault(PayoutBatchState batch, IReadOnlyList<ActRecord> acts)
    {
        if (batch.Approver is not { } approver)
            return null;
        if (acts.LastOrDefault(act => act.Act == AdministrativeAct.PayoutApproved) is not { } approved)
            return "its approval is no leaf of the administration book";
        return approved.Actor == approver.ToString() && approved.Text("hash") == batch.ApprovedHash?.ToString()
            ? null
            : "the administration book has another approval than its state";
    }

    private static string? SubmissionFault(PayoutBatchState batch, IReadOnlyList<ActRecord> acts)
    {
        var submissions = acts.Where(act => act.Act == AdministrativeAct.PayoutSubmitted).ToList();
        return batch.SubmittedAt is null
            ? submissions.Count == 0 ? null : "the administration book has that it was submitted"
            : submissions is [var one] && one.Actor == batch.Submitter?.ToString() ? null : "the administration book has another submission than its state";
    }

    private static string? EndFault(PayoutBatchState batch, IReadOnlyList<ActRecord> acts)
    {
        AdministrativeAct? end = batch.Status switch
        {
            PayoutBatchStatus.Settled => AdministrativeAct.PayoutSettled,
            PayoutBatchStatus.Cancelled => AdministrativeAct.PayoutCancelled,
            _ => null,
        };
        var ends = acts.Where(act => act.Act is AdministrativeAct.PayoutSettled or AdministrativeAct.PayoutCancelled).Select(act => act.Act).ToList();
        return ends.SequenceEqual(end is { } expected ? [expected] : []) ? null : $"it is {batch.Status}, and the administration book has another end";
    }
}
