using Commission.Domain.Amounts;
using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Payouts;
using Orleans.Concurrency;

namespace Commission.Grains.Payouts;

/// <summary>Looks at who would be paid.</summary>
[GrainType("payout-eligibility")]
[StatelessWorker]
internal sealed class PayoutEligibilityGrain(PayoutSelection selection) : Grain, IPayoutEligibilityGrain
{
    public async Task<PayeePreview[]> Preview(Rail rail, Currency currency, PayoutFilter filter, int limit)
    {
        var previews = new List<PayeePreview>();
        await foreach (var selected in selection.ReadAsync(rail, currency, filter, CancellationToken.None))
        {
            var payee = selected.Eligibility;
            previews.Add(new PayeePreview(
                payee.Payee, payee.Outcome, payee.Reason, payee.DueMinor, payee.CoolingOffMinor, payee.DisputedMinor, selected.Amounts.PayMinor,
                selected.Lines.Count));
            if (previews.Count == limit)
                break;
        }
        return [.. previews];
    }
}
