using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Rules;

namespace Commission.Domain.Tests.Deals;

public sealed class LaterLimitTests
{
    private static RecordRevenue Invoice(DealScenario deal, string key) => new(
        RevenueKind.Invoice, key, DealScenario.Today, new Money(100, Currency.Aud), null, People.Receiver.Id,
        RequestFingerprint.Of(People.Receiver.Id.ToString(), key, "revenue", []));

    private static DealScenario Complete()
    {
        var deal = new DealScenario().Given(HandshakeStep.Outcome);
        return deal;
    }

    [Fact]
    public void A_deal_remembers_so_many_events_and_refuses_the_next()
    {
        var deal = Complete();
        for (var i = 0; i < LaterState.MaxEvents; i++)
            deal.Then(DealMachine.Decide(deal.State, Invoice(deal, $"{i}"), deal.Facts, deal.Now));
        Assert.Equal((LaterState.MaxEvents, LaterState.MaxReceipts), (deal.State.Later!.UsedKeys.Length, deal.State.Later.Receipts.Length));
        DealMachine.Decide(deal.State, Invoice(deal, "one more"), deal.Facts, deal.Now).Refused(RefusalCodes.TooManyEvents);
        DealMachine.Decide(deal.State, Invoice(deal, "0"), deal.Facts, deal.Now).Refused(RefusalCodes.DuplicateRevenue);
    }

    [Fact]
    public void Months_are_remembered_for_the_whole_life_of_a_deal()
    {
        var later = LaterState.Start;
        foreach (var month in new[] { 1, 64, 65, 1_200 })
            later = later with { Months = later.WithMonthRecorded(month) };
        Assert.Equal([1, 64, 65, 1_200], Enumerable.Range(1, 1_300).Where(later.HasMonth));
        Assert.Equal(4, later.RecordedMonths);
    }

    [Fact]
    public void A_deal_with_a_later_life_survives_storage_in_its_receipts()
    {
        var deal = Complete();
        deal.Then(DealMachine.Decide(deal.State, Invoice(deal, "A"), deal.Facts, deal.Now));
        var (receipt, refusal) = DealMachine.ReplayLater(deal.State, Invoice(deal, "A").Fingerprint);
        Assert.Equal(("A", (Refusal?)null), (receipt!.Key, refusal));
        Assert.Equal(EntryKind.Accrual, deal.Events.OfType<LaterRecorded>().Single().Kind);
    }
}
