using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Payouts;
using Commission.Grains.Payouts.Stripe;
using Commission.Storage.Payouts.Stripe;
using Microsoft.Extensions.Logging;

namespace Commission.Grains.Payouts;

/// <summary>
/// Tells batches what became of their orders, until they know it: the rows keep what is untold, a batch takes it in one transaction with
/// its entries, and what is told again changes nothing.
/// </summary>
internal sealed partial class StripeNews(
    StripeOptions options, StripeRequests requests, IGrainFactory grains, StripeMetrics metrics, ILogger<StripeNews> logger)
{
    private const int Page = 500;
    private const int PagesAtOnce = 20;
    private const int MaxReasonLength = 900;

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (!options.IsConfigured)
            return;
        for (var page = 0; page < PagesAtOnce; page++)
        {
            var untold = await requests.ReadUntoldAsync(options.IsLive, Page, cancellationToken);
            if (untold.Count == 0)
                return;
            foreach (var batch in untold.GroupBy(request => PayoutReference.TryParse(request.Order.Key, out var read) ? read.Batch : default(PayoutBatchId?)))
                await TellAsync(batch.Key, [.. batch]);
            await requests.MarkToldAsync(untold, options.IsLive, cancellationToken);
            if (untold.Count < Page)
                return;
        }
    }

    private async Task TellAsync(PayoutBatchId? batch, IReadOnlyList<StripeRequest> untold)
    {
        if (batch is not { } id)
        {
            foreach (var request in untold)
                LogNobodys(request.Order.Key);
            return;
        }
        var outcomes = untold.Select(OutcomeOf).OfType<PayoutItemCommand>().ToArray();
        var problems = outcomes.Length == 0 ? [] : await grains.GetGrain<IPayoutBatchGrain>(id.ToString()).Record(outcomes);
        metrics.Told(outcomes.Length - problems.Length, problems.Length);
        foreach (var problem in problems)
            LogContradiction(id, problem);
        foreach (var request in untold.Where(IsInPart))
            LogInPart(request.Order.Key, request.ReversedMinor, request.Order.AmountMinor!.Value);
    }

    /// <summary>What an order means for its item; null for a reversal that was done, which its transfer tells.</summary>
    private static PayoutItemCommand? OutcomeOf(StripeRequest request)
    {
        if (!PayoutReference.TryParse(request.Order.Key, out var read))
            return null;
        return (request.Outcome, read.IsReversal) switch
        {
            (StripeOutcome.Refused, true) => new RecordReversalRefusal(read.Item, read.Attempt, $"It could not be taken back. {Reason(request)}"),
            (StripeOutcome.Refused, false) => new RecordPayoutOutcome(read.Item, read.Attempt, PayoutItemStatus.Failed, Reason(request)),
            (StripeOutcome.Done, false) when request.ReversedMinor == request.Order.AmountMinor =>
                new RecordPayoutOutcome(read.Item, read.Attempt, PayoutItemStatus.Returned, "The transfer was reversed at Stripe."),
            (StripeOutcome.Done, false) => new RecordPayoutOutcome(read.Item, read.Attempt, PayoutItemStatus.Paid, null),
            _ => null,
        };
    }

    /// <summary>A part that went back by hand leaves the item paid, and a person must see to the rest.</summary>
    private static bool IsInPart(StripeRequest request) => request.ReversedMinor > 0 && request.ReversedMinor < request.Order.AmountMinor;

    /// <summary>Stripe's sentence and its code, as a reason may be: one line, not too long.</summary>
    private static string Reason(StripeRequest request)
    {
        var text = $"Stripe refused it: {request.Detail} ({request.Code})";
        return new string([.. (text.Length > MaxReasonLength ? text[..MaxReasonLength] : text).Select(c => char.IsControl(c) ? ' ' : c)]);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The order {Key} to Stripe is of no payout batch")]
    private partial void LogNobodys(string key);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Batch} contradicts what Stripe says, a person must look: {Problem}")]
    private partial void LogContradiction(PayoutBatchId batch, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Key}: {Reversed} of {Amount} went back at Stripe, a person must see to the rest")]
    private partial void LogInPart(string key, long reversed, long amount);
}
