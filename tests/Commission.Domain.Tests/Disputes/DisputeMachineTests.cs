using Commission.Domain.Amounts;
using Commission.Domain.Disputes;
using Commission.Domain.Ledger;
using CsCheck;

namespace Commission.Domain.Tests.Disputes;

public sealed class DisputeMachineTests
{
    [Theory]
    [InlineData("open", DisputeStatus.Open)]
    [InlineData("open@staff", DisputeStatus.Open)]
    [InlineData("open assign", DisputeStatus.Triaged)]
    [InlineData("open assign assign-above", DisputeStatus.Triaged)]
    [InlineData("open assign review", DisputeStatus.UnderReview)]
    [InlineData("open assign review ask", DisputeStatus.AwaitingMember)]
    [InlineData("open assign review ask say", DisputeStatus.UnderReview)]
    [InlineData("open assign review ask say@staff", DisputeStatus.AwaitingMember)]
    [InlineData("open assign review ask review", DisputeStatus.UnderReview)]
    [InlineData("open assign review ask say ask say uphold close", DisputeStatus.Closed)]
    [InlineData("open assign review reject", DisputeStatus.Decided)]
    [InlineData("open assign review reject say", DisputeStatus.Decided)]
    [InlineData("open withdraw", DisputeStatus.Withdrawn)]
    [InlineData("open assign review ask withdraw", DisputeStatus.Withdrawn)]
    [InlineData("open escalate assign review uphold", DisputeStatus.Decided)]
    [InlineData("open assign review escalate assign-above uphold@above", DisputeStatus.Decided)]
    [InlineData("open assign review escalate@staff uphold@above", DisputeStatus.Decided)]
    [InlineData("open check check", DisputeStatus.Open)]
    public void A_dispute_goes_its_way(string words, DisputeStatus status) => Assert.Equal(status, new DisputeScenario().When(words).State.Status);

    /// <summary>What happened, what is tried then, and why it is refused.</summary>
    [Theory]
    [InlineData("", "assign", RefusalCodes.UnknownDispute)]
    [InlineData("", "check", RefusalCodes.UnknownDispute)]
    [InlineData("", "open@stranger", RefusalCodes.WrongActor)]
    [InlineData("open", "open", RefusalCodes.AlreadyExists)]
    [InlineData("open", "review", RefusalCodes.WrongState)]
    [InlineData("open", "ask", RefusalCodes.WrongState)]
    [InlineData("open", "uphold", RefusalCodes.WrongState)]
    [InlineData("open", "close", RefusalCodes.WrongState)]
    [InlineData("open assign", "uphold", RefusalCodes.WrongState)]
    [InlineData("open assign review", "review", RefusalCodes.WrongState)]
    [InlineData("open assign review ask", "ask", RefusalCodes.WrongState)]
    [InlineData("open assign review ask", "uphold", RefusalCodes.WrongState)]
    [InlineData("open assign review uphold", "uphold", RefusalCodes.WrongState)]
    [InlineData("open assign review uphold", "withdraw", RefusalCodes.WrongState)]
    [InlineData("open assign review uphold", "escalate", RefusalCodes.WrongState)]
    [InlineData("open assign review uphold", "assign", RefusalCodes.WrongState)]
    [InlineData("open assign review uphold close", "close", RefusalCodes.WrongState)]
    [InlineData("open assign review uphold close", "say", RefusalCodes.WrongState)]
    [InlineData("open withdraw", "assign", RefusalCodes.WrongState)]
    [InlineData("open withdraw", "withdraw", RefusalCodes.WrongState)]
    [InlineData("open escalate", "escalate", RefusalCodes.WrongState)]
    [InlineData("open", "assign@member", RefusalCodes.WrongActor)]
    [InlineData("open", "assign@stranger", RefusalCodes.WrongActor)]
    [InlineData("open", "say@stranger", RefusalCodes.WrongActor)]
    [InlineData("open", "escalate@stranger", RefusalCodes.WrongActor)]
    [InlineData("open", "withdraw@staff", RefusalCodes.WrongActor)]
    [InlineData("open", "withdraw@stranger", RefusalCodes.WrongActor)]
    [InlineData("open assign review", "uphold@member", RefusalCodes.WrongActor)]
    [InlineData("open assign review", "uphold@stranger", RefusalCodes.WrongActor)]
    [InlineData("open assign review escalate", "uphold", RefusalCodes.WrongActor)]
    [InlineData("open assign review escalate", "assign", RefusalCodes.WrongActor)]
    [InlineData("open assign review reject", "close@member", RefusalCodes.WrongActor)]
    public void What_does_not_fit_is_refused(string happened, string tried, string code)
    {
        var dispute = new DisputeScenario().When(happened);
        dispute.Decide(dispute.Command(tried)).Refused(code);
    }

    public static TheoryData<string, Func<OpenDispute, OpenDispute>> Mistakes => new()
    {
        { "entries", open => open with { Contested = [] } },
        { "entries", open => open with { Contested = [DisputeScenario.Accrual, DisputeScenario.Accrual] } },
        { "entries", open => open with { Contested = [DisputeScenario.Accrual with { Amount = new Money(0, Currency.Aud) }] } },
        { "entries", open => open with { Contested = [DisputeScenario.Accrual, DisputeScenario.Clawback with { Amount = new(1, new Currency("NZD")) }] } },
        { "reason", open => open with { Reason = (DisputeReason)99 } },
        { "actor", open => open with { Actor = null } },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistaken_dispute_is_refused_by_field(string field, Func<OpenDispute, OpenDispute> bend)
    {
        var dispute = new DisputeScenario();
        Assert.Equal(field, dispute.Decide(bend(dispute.Open())).Refusal!.Field);
    }

    [Theory]
    [InlineData(DisputeOutcome.Rejected, 120_000, "amounts")]
    [InlineData(DisputeOutcome.Upheld, 100_000, "amounts")]
    [InlineData(DisputeOutcome.Partly, 100_000, "amounts")]
    [InlineData((DisputeOutcome)9, 120_000, "outcome")]
    [InlineData(DisputeOutcome.Upheld, Money.MaxMinor + 1, "amounts[0].amountMinor")]
    [InlineData(DisputeOutcome.Rejected, 100_000, null)]
    [InlineData(DisputeOutcome.Partly, 0, null)]
    public void A_decision_says_what_it_does(DisputeOutcome outcome, long amountMinor, string? field)
    {
        var dispute = new DisputeScenario().When("open assign review");
        DecidedAmount[] amounts = [new(DisputeScenario.Accrual.Entry, amountMinor)];
        var command = new DecideDispute(outcome, amounts, DisputeScenario.Text, DisputeScenario.Staff, default);
        Assert.Equal(field, dispute.Decide(command).Refusal?.Field);
        dispute.Decide(command with { Amounts = [new DecidedAmount(Hash.Of("x"u8), 1)] }).Refused(RefusalCodes.InvalidField);
    }

    [Fact]
    public void Opening_holds_what_is_contested_and_still_unpaid()
    {
        var dispute = new DisputeScenario().When("open");
        Assert.Equal(
            [(EntryKind.Hold, Payable, Disputed, 100_000), (EntryKind.Hold, Disputed, Payable, 30_000)],
            dispute.Entries.Select(entry => (entry.Kind, entry.Debit, entry.Credit, entry.Amount.Minor)));
        Assert.All(dispute.Entries, entry => Assert.Equal(dispute.State.Id.Value, entry.Deal.Value));
    }

    private static readonly string Payable = Accounts.Payable(DisputeScenario.Member);
    private static readonly string Disputed = Accounts.Disputed(DisputeScenario.Member);

    [Theory]
    [InlineData("open withdraw")]
    [InlineData("open assign review reject")]
    [InlineData("open assign review ask say reject close")]
    public void What_changes_nothing_frees_the_very_same(string words)
    {
        var dispute = new DisputeScenario().When(words);
        Assert.Equal((0L, 0L), (dispute.Balance(Payable), dispute.Balance(Disputed)));
        var holds = dispute.Entries.Where(entry => entry.Kind == EntryKind.Hold).Select(entry => entry.FactsHash);
        Assert.Equal(holds, dispute.Entries.Where(entry => entry.Kind == EntryKind.HoldRelease).Select(entry => entry.Corrects));
    }

    /// <summary>What accrual (1000.00), clawback (−300.00) and paid entry (50.00) should have been, and what the member is owed more.</summary>
    [Theory]
    [InlineData(120_000, -30_000, 5_000, 20_000)]
    [InlineData(0, -30_000, 5_000, -100_000)]
    [InlineData(100_000, 0, 5_000, 30_000)]
    [InlineData(100_000, -30_000, 4_999, -1)]
    [InlineData(100_000, -30_000, 0, -5_000)]
    [InlineData(1, -1, 1, -99_999 + 29_999 - 4_999)]
    public void A_decision_books_the_difference_and_holds_nothing_any_more(long accrual, long clawback, long paidOut, long owedMore)
    {
        DecidedAmount[] amounts =
        [
            new(DisputeScenario.Accrual.Entry, accrual), new(DisputeScenario.Clawback.Entry, clawback), new(DisputeScenario.PaidOut.Entry, paidOut),
        ];
        var dispute = new DisputeScenario().When("open assign review");
        dispute.When(new DecideDispute(DisputeOutcome.Partly, amounts, DisputeScenario.Text, DisputeScenario.Staff, dispute.Request()));
        Assert.Equal((-owedMore, 0L, owedMore), (dispute.Balance(Payable), dispute.Balance(Disputed), dispute.Balance(Accounts.Receivable("MORTGAGE"))));
        Assert.All(dispute.Entries, entry => Assert.Equal(entry.Kind.IsCorrection(), entry.Corrects != Hash.Zero));
        Assert.Equal(dispute.Entries.Count, dispute.Entries.DistinctBy(entry => (entry.Deal, entry.FactsHash, entry.Ordinal)).Count());
    }

    [Fact]
    public void Acts_are_leaves_and_texts_only_hashes()
    {
        var dispute = new DisputeScenario().When("open assign review ask say uphold close");
        var acts = DisputeRecords.Acts(dispute.State.Id, dispute.Events).Cast<ActDraft>().ToList();
        Assert.Equal([AdministrativeAct.DisputeOpened, AdministrativeAct.DisputeDecided, AdministrativeAct.DisputeClosed], acts.Select(act => act.Act));
        Assert.Contains(DisputeScenario.Text.ToString(), System.Text.Encoding.UTF8.GetString(acts[1].Payload), StringComparison.Ordinal);
        Assert.Equal(3, dispute.State.Messages);
    }

    [Fact]
    public void A_repeated_request_is_known()
    {
        var dispute = new DisputeScenario();
        var open = dispute.Open();
        dispute.When(open);
        Assert.True(DisputeMachine.Replay(dispute.State, open.Fingerprint).WasAccepted);
        Assert.Equal(RefusalCodes.IdempotencyKeyReused, DisputeMachine.Replay(dispute.State, open.Fingerprint with { Body = 9 }).Refusal!.Code);
    }

    private static readonly string[] Words =
        ["open", "assign", "assign-above", "review", "ask", "say", "say@staff", "escalate", "reject", "uphold", "uphold@above", "close",
            "withdraw", "check", "say@stranger"];

    [Fact]
    public void Whatever_is_tried_holds_and_states_agree() => Gen.Select(Gen.Int[0, Words.Length - 1], Gen.Int[0, 3_000]).Array[0, 40].Sample(steps =>
    {
        var dispute = new DisputeScenario();
        foreach (var (word, minutes) in steps)
        {
            dispute.Now = dispute.Now.AddMinutes(minutes);
            var command = dispute.Command(Words[word]);
            if (dispute.Decide(command).Refusal is null)
                dispute.When(command);
        }
        Assert.Equal(dispute.State.IsPending ? -70_000 : 0, dispute.Balance(Disputed));
        Assert.True(dispute.State.WarnedAt is null || dispute.State.WarnedAt <= dispute.Now);
        Assert.True(dispute.State.BreachedAt is null || dispute.State.WarnedAt <= dispute.State.BreachedAt);
        Assert.Equal(dispute.Events.OfType<DisputeClockBreached>().Count(), dispute.State.BreachedAt is null ? 0 : 1);
    }, iter: 500);
}
