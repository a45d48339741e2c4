using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Aba;
using Commission.Domain.Payouts.Calendar;
using Commission.Domain.Payouts.Tax;
using Commission.Domain.Rules;
using Commission.Domain.Tests.Disputes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Commission.Domain.Tests.Payouts;

public sealed class PayoutSerializationTests
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    private static void SurvivesUnchanged<T>(T value)
    {
        var serializer = Services.GetRequiredService<Serializer>();
        var back = Services.GetRequiredService<DeepCopier>().Copy(serializer.Deserialize<T>(serializer.SerializeToArray(value))!);
        Assert.Equivalent(value, back, strict: true);
        Assert.Equal(value!.GetType(), back!.GetType());
    }

    [Fact]
    public void Batches_and_items_survive_storage()
    {
        var batch = new PayoutScenario().Sent().Told(1, PayoutItemStatus.Paid).Told(2, PayoutItemStatus.Failed);
        SurvivesUnchanged(batch.State);
        Assert.All(batch.Items, SurvivesUnchanged);
    }

    [Fact]
    public void Payout_commands_survive_the_wire()
    {
        var batch = new PayoutScenario().Drafted();
        PayoutBatchCommand[] batches =
        [
            batch.Draft(), batch.Approve(), batch.Submit(), new SettlePayoutBatch(null, batch.Request()),
            new CancelPayoutBatch("x", PayoutScenario.Maker, batch.Request()),
        ];
        Assert.All(batches, SurvivesUnchanged);
        PayoutItemCommand[] items =
        [
            batch.Remove(1, PayoutScenario.Maker), new SubmitPayoutItem(1, Hash.Of("x"u8)), PayoutScenario.Tell(2, PayoutItemStatus.Returned, 3),
            new RetryPayoutItem(1, 2, null), new ReleasePayoutItem(4),
            new ReversePayoutItem(1, 2, true, "x", PayoutScenario.Checker, batch.Request()), new RecordReversalRefusal(1, 2, "y"),
        ];
        Assert.All(items, SurvivesUnchanged);
        PayeeAccountCommand[] accounts =
        [
            new ProposeTaxFacts(PayoutScenario.Maker, null, false, "agreement", PayoutScenario.Checker, batch.Request()),
            new VerifyPayeeAccount(Hash.Of("x"u8), PayoutScenario.Checker, batch.Request()),
        ];
        Assert.All(accounts, SurvivesUnchanged);
    }

    [Theory]
    [InlineData("open")]
    [InlineData("open assign review ask")]
    [InlineData("open assign review escalate uphold@above close")]
    public void Disputes_survive_storage(string words) => SurvivesUnchanged(new DisputeScenario().When(words).State);

    [Fact]
    public void Dispute_commands_survive_the_wire()
    {
        var dispute = new DisputeScenario();
        string[] words = ["open", "assign", "review", "ask", "say", "escalate", "uphold", "close", "withdraw", "check"];
        Assert.All(words.Select(dispute.Command), SurvivesUnchanged);
    }

    [Fact]
    public void Small_values_survive()
    {
        SurvivesUnchanged(new BankAccount(new Bsb("062000"), "12345678", "Ruth"));
        SurvivesUnchanged(AbaProfile.Nab);
        SurvivesUnchanged(new PayoutSchedule(PayoutRhythm.Monthly, 31));
        SurvivesUnchanged(new TaxParty("Ruth", Abn.TryParse("51824753556", out var abn) ? abn : null, true));
        SurvivesUnchanged(new TaxLine(new DateOnly(2026, 1, 2), "x", Hash.Of("x"u8), -5, GstTreatment.Inclusive, "RCTI-000001"));
        SurvivesUnchanged(new TaxNumbers(1, 2, 3));
        SurvivesUnchanged(Region.Wa);
    }
}
