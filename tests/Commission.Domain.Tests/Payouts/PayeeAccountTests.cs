using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Aba;
using Commission.Domain.Payouts.Tax;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Payouts;

public sealed class PayeeAccountTests
{
    private static readonly ContactId Payee = People.Referrer.Id;
    private static readonly ContactId Maker = People.Importer.Id;
    private static readonly ContactId Checker = People.Intruder.Id;
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 1, 0, 0, TimeSpan.Zero);
    private int _requests;

    [Fact]
    public void Tax_facts_alone_are_verified_by_another_and_name_no_account()
    {
        var proposed = When(new PayeeAccountState(), Facts("51824753556"));

        Decide(proposed, Verify(proposed, Maker)).Refused(RefusalCodes.MakerIsChecker, "actor");
        Decide(proposed, Verify(proposed, Payee)).Refused(RefusalCodes.MakerIsChecker, "actor");
        var verified = When(proposed, Verify(proposed, Checker));

        Assert.Equal((false, "", Hash.Zero), (verified.Verified!.HasAccount, verified.Verified.Masked, verified.Verified.Commitment));
        Assert.Null(verified.Proposed);
    }

    [Fact]
    public void What_was_shown_binds_account_and_tax_facts()
    {
        var first = When(new PayeeAccountState(), Facts("51824753556"));
        var second = When(first, Facts(null));

        Assert.NotEqual(first.Proposed!.Shown, second.Proposed!.Shown);
        Decide(second, Verify(first, Checker)).Refused(RefusalCodes.BatchChanged, "commitment");
        Assert.NotEqual(second.Proposed.Shown, When(first, Account("123456")).Proposed!.Shown);
    }

    [Fact]
    public void New_tax_facts_keep_the_verified_account_and_wait_for_one_that_is_not()
    {
        var account = When(new PayeeAccountState(), Account("123456"));
        Decide(account, Facts(null)).Refused(RefusalCodes.WrongState);
        var verified = When(account, Verify(account, Checker));

        var facts = When(verified, Facts("51824753556"));
        var after = When(facts, Verify(facts, Checker));

        Assert.Equal((verified.Verified!.Commitment, "51824753556"), (after.Verified!.Commitment, after.Verified.Abn!.Value.Digits));
        Decide(When(after, Account("999999")), Facts(null)).Refused(RefusalCodes.WrongState);
    }

    [Fact]
    public void Who_is_registered_for_GST_has_an_ABN() =>
        Decide(new PayeeAccountState(), new ProposeTaxFacts(Payee, null, true, null, Maker, Request())).Refused(RefusalCodes.InvalidField, "abn");

    private static Decision<PayeeAccountEvent> Decide(PayeeAccountState state, PayeeAccountCommand command) => PayeeAccountMachine.Decide(
        state, command, account => new SealedAccount([1, 2, 3], Hash.Of(System.Text.Encoding.ASCII.GetBytes(account.Number))), Now);

    private static PayeeAccountState When(PayeeAccountState state, PayeeAccountCommand command) =>
        Decide(state, command).Accepted().Aggregate(state, PayeeAccountMachine.Evolve);

    private ProposeTaxFacts Facts(string? abn) =>
        new(Payee, Abn.TryParse(abn, out var read) ? read : null, false, null, Maker, Request());

    private ProposePayeeAccount Account(string number) =>
        new(Payee, new BankAccount(new Bsb("062000"), number, "Ruth"), null, false, null, Maker, Request());

    private VerifyPayeeAccount Verify(PayeeAccountState shown, ContactId by) => new(shown.Proposed!.Shown, by, Request());

    private RequestFingerprint Request() => new((UInt128)(++_requests), 1);
}
