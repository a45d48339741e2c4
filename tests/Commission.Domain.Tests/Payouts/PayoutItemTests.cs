using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Tax;
using Commission.Domain.Tests.Deals;
using CsCheck;

namespace Commission.Domain.Tests.Payouts;

public sealed class PayoutItemTests
{
    /// <summary>What an item is told, in order (attempt 1 unless noted), and where it ends; a question mark for what needs a person.</summary>
    [Theory]
    [InlineData("paid", "Paid")]
    [InlineData("failed", "Failed")]
    [InlineData("returned", "Returned")]
    [InlineData("paid paid", "Paid")]
    [InlineData("paid returned", "Returned")]
    [InlineData("paid returned returned", "Returned")]
    [InlineData("returned paid", "Returned")]
    [InlineData("returned failed", "Returned")]
    [InlineData("failed failed", "Failed")]
    [InlineData("failed returned", "Failed")]
    [InlineData("paid failed", "?")]
    [InlineData("failed paid", "?")]
    [InlineData("paid2", "?")]
    [InlineData("failed retry", "Pending")]
    [InlineData("failed retry retry", "Pending")]
    [InlineData("failed retry paid2", "?")]
    [InlineData("failed retry send paid2", "Paid")]
    [InlineData("failed retry send failed", "Submitted")]
    [InlineData("failed retry send returned", "Submitted")]
    [InlineData("failed retry send paid", "?")]
    [InlineData("paid returned retry send paid2 returned2", "Returned")]
    [InlineData("failed release", "Released")]
    [InlineData("failed release release", "Released")]
    [InlineData("failed release retry", "?")]
    [InlineData("paid release", "?")]
    [InlineData("release", "?")]
    [InlineData("paid retry", "?")]
    [InlineData("send", "Submitted")]
    [InlineData("failed send", "?")]
    public void Whatever_a_rail_says_however_often(string told, string ends)
    {
        var batch = new PayoutScenario(Rail.Stripe, new PayoutAmounts(100_000, 10_000, 0)).Sent();
        var refused = false;
        foreach (var word in told.Split(' '))
        {
            var command = Command(word, batch.Items[0].Attempt);
            refused = batch.Decide(command).Refusal?.Code == RefusalCodes.WrongState;
            if (!refused)
                batch.When(command);
        }
        Assert.Equal(ends, refused ? "?" : batch.Items[0].Status.ToString());
        Assert.Equal(1, Enum.GetValues<PayoutItemStatus>().Sum(status => batch.State.Of(status).Items));
    }

    private static PayoutItemCommand Command(string word, int attempt) => word switch
    {
        "retry" => new RetryPayoutItem(1, 1, PayoutScenario.DestinationOf(1)),
        "release" => new ReleasePayoutItem(1),
        "send" => new SubmitPayoutItem(1, PayoutScenario.DestinationOf(1)),
        _ => PayoutScenario.Tell(1, Enum.Parse<PayoutItemStatus>(word.TrimEnd('2'), ignoreCase: true), word.EndsWith('2') ? 2 : Math.Min(attempt, 1)),
    };

    [Fact]
    public void Submission_moves_payable_to_clearing_with_gst_and_withholding()
    {
        var batch = new PayoutScenario(Rail.Aba, new(100_000, 10_000, 0), new(20_000, 0, 9_400), new(500, -50, 0)).Sent();
        Assert.Equal(
            [
                ("tax:gst", Payable(1), 10_000), (Payable(1), "clearing:aba", 110_000),
                (Payable(2), "tax:withholding", 9_400), (Payable(2), "clearing:aba", 10_600),
                (Payable(3), "tax:gst", 50), (Payable(3), "clearing:aba", 450),
            ],
            batch.Entries.Select(entry => (entry.Debit, entry.Credit, entry.Amount.Minor)));
        Assert.All(batch.Entries, entry => Assert.Equal((EntryKind.Payout, Hash.Zero, PayoutScenario.Maker), (entry.Kind, entry.Corrects, entry.Actor)));
        Assert.Equal(-batch.State.Submitted.PayMinor, batch.Balance("clearing:aba"));
    }

    private static string Payable(int number) => Accounts.Payable(People.All[number % 4].Id);

    [Fact]
    public void Confirmation_moves_clearing_to_bank()
    {
        var batch = new PayoutScenario(Rail.Stripe).Sent().Told(1, PayoutItemStatus.Paid);
        var last = batch.Entries[^1];
        Assert.Equal((EntryKind.PayoutSettlement, "clearing:stripe", "bank", 110_000), (last.Kind, last.Debit, last.Credit, last.Amount.Minor));
        Assert.Equal(-110_000, batch.Balance("bank"));
    }

    [Theory]
    [InlineData("failed")]
    [InlineData("returned")]
    [InlineData("paid returned")]
    public void What_fails_or_comes_back_leaves_every_account_as_it_was(string told)
    {
        var batch = new PayoutScenario().Sent();
        foreach (var number in (int[])[1, 2, 3])
        {
            foreach (var word in told.Split(' '))
                batch.Told(number, Enum.Parse<PayoutItemStatus>(word, ignoreCase: true));
        }
        Assert.All(batch.Entries.SelectMany(entry => (string[])[entry.Debit, entry.Credit]).Distinct(), account => Assert.Equal(0, batch.Balance(account)));
        var submissions = batch.Entries.Where(entry => entry.Kind == EntryKind.Payout).Select(entry => entry.FactsHash).ToHashSet();
        Assert.All(batch.Entries.Where(entry => entry.Kind == EntryKind.PayoutReversal), entry => Assert.Contains(entry.Corrects, submissions));
    }

    [Fact]
    public void A_partial_failure_pays_the_rest_and_the_failed_one_stays_taken_until_the_end()
    {
        var batch = new PayoutScenario().Sent().Told(1, PayoutItemStatus.Paid).Told(2, PayoutItemStatus.Failed).Told(3, PayoutItemStatus.Paid);
        Assert.True(PayoutItemMachine.HoldsEntries(batch.State.Status, batch.Items[1].Status));
        batch.When(new SettlePayoutBatch(null, batch.Request()));
        Assert.False(PayoutItemMachine.HoldsEntries(batch.State.Status, batch.Items[1].Status));
        Assert.True(PayoutItemMachine.HoldsEntries(batch.State.Status, batch.Items[0].Status));
        Assert.Equal((2, 1), (batch.State.Paid.Items, batch.State.Failed.Items));
    }

    [Fact]
    public void A_return_after_settlement_still_counts_and_opens_the_entries()
    {
        var batch = new PayoutScenario(Rail.Aba, new PayoutAmounts(100, 0, 0)).Sent().Told(1, PayoutItemStatus.Paid);
        batch.When(new SettlePayoutBatch(null, batch.Request())).Told(1, PayoutItemStatus.Returned);
        Assert.False(PayoutItemMachine.HoldsEntries(batch.State.Status, batch.Items[0].Status));
        Assert.Equal((0L, 1), (batch.Balance("bank"), batch.State.Returned.Items));
    }

    [Fact]
    public void A_payee_whose_account_changed_after_the_draft_is_not_paid()
    {
        var batch = new PayoutScenario().Approved();
        batch.When(batch.Submit()).When(new SubmitPayoutItem(1, Hash.Of("new account"u8))).When(new SubmitPayoutItem(2, null));
        Assert.Equal((PayoutItemStatus.Failed, "The payee's account is not the one that was approved."), (batch.Items[0].Status, batch.Items[0].Reason));
        Assert.Equal(PayoutItemStatus.Failed, batch.Items[1].Status);
        Assert.Empty(batch.Entries);
        batch.Decide(new RetryPayoutItem(1, 1, Hash.Of("new account"u8))).Refused(RefusalCodes.BatchChanged, "destination");
        batch.When(new ReleasePayoutItem(1));
    }

    [Fact]
    public void An_attempt_that_never_went_out_has_no_outcome()
    {
        var batch = new PayoutScenario().Approved();
        batch.When(batch.Submit());
        batch.Decide(PayoutScenario.Tell(1, PayoutItemStatus.Paid)).Refused(RefusalCodes.WrongState);
        batch.Decide(PayoutScenario.Tell(9, PayoutItemStatus.Paid)).Refused(RefusalCodes.UnknownItem, "item");
        batch.Decide(PayoutScenario.Tell(1, PayoutItemStatus.Pending)).Refused(RefusalCodes.InvalidField, "outcome");
        batch.Decide(PayoutScenario.Tell(1, PayoutItemStatus.Failed) with { Reason = null }).Refused(RefusalCodes.InvalidField, "reason");
    }

    [Fact]
    public void Attempts_are_bounded_and_their_references_differ_and_fit()
    {
        var batch = new PayoutScenario(Rail.Aba, new PayoutAmounts(100, 0, 0)).Sent();
        for (var attempt = 1; attempt < PayoutReference.MaxAttempts; attempt++)
        {
            batch.Told(1, PayoutItemStatus.Failed, attempt).When(new RetryPayoutItem(1, attempt, PayoutScenario.DestinationOf(1)));
            batch.When(new SubmitPayoutItem(1, PayoutScenario.DestinationOf(1)));
        }
        batch.Told(1, PayoutItemStatus.Failed, 9).Decide(new RetryPayoutItem(1, 9, PayoutScenario.DestinationOf(1))).Refused(RefusalCodes.WrongState);
        var references = Enumerable.Range(1, 9)
            .SelectMany(attempt => (string[])[PayoutReference.Of(batch.Id, 1, attempt), PayoutReference.Of(batch.Id, 100_000, attempt)]).ToList();
        Assert.Equal(18, references.Distinct().Count());
        Assert.All(references, reference => Assert.InRange(reference.Length, 1, Commission.Domain.Payouts.Aba.AbaWriter.MaxReferenceLength));
    }

    /// <summary>Random commands, most of them wrong: the ledger always agrees with the tally, and no entry has its cause twice.</summary>
    [Fact]
    public void Whatever_happens_the_ledger_agrees_with_the_batch() => Gen.Select(Gen.Int[1, 3], Gen.Int[0, 6], Gen.Int[1, 3]).Array[0, 60].Sample(steps =>
    {
        var batch = new PayoutScenario().Sent();
        foreach (var (item, kind, attempt) in steps)
        {
            PayoutItemCommand command = kind switch
            {
                0 => new SubmitPayoutItem(item, PayoutScenario.DestinationOf(item)),
                1 => new RetryPayoutItem(item, attempt, PayoutScenario.DestinationOf(item)),
                2 => new ReleasePayoutItem(item),
                _ => PayoutScenario.Tell(item, (PayoutItemStatus)(kind is 6 ? 3 : kind), attempt),
            };
            if (batch.Decide(command).Refusal is null)
                batch.When(command);
        }
        Assert.Equal(-batch.State.Submitted.PayMinor, batch.Balance("clearing:aba"));
        Assert.Equal(-batch.State.Paid.PayMinor, batch.Balance("bank"));
        Assert.Equal(batch.Entries.Count, batch.Entries.DistinctBy(entry => (entry.FactsHash, entry.Ordinal)).Count());
        Assert.All(batch.Entries, entry => Assert.Equal(entry.Kind.IsCorrection(), entry.Corrects != Hash.Zero));
    }, iter: 500);
}
