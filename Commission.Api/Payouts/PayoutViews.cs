using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Payouts;

namespace Commission.Api.Payouts;

internal sealed record DraftBody(string Rail, string Currency, string[]? Payees, string? Vertical);

internal sealed record ApproveBody(string Hash);

internal sealed record SubmitBody(string? ProcessOn);

internal sealed record ReasonBody(string Reason);

internal sealed record RetryBody(int Attempt);

internal sealed record ReverseBody(int Attempt, string Reason);

internal sealed record NoBody;

internal sealed record PayoutBatchItem(
    string Id, string Rail, string Currency, DateTimeOffset DraftedAt, string Status, int Items, long PayMinor, DateOnly? ProcessOn)
{
    public static PayoutBatchItem Of(PayoutBatchRow row) => new(
        row.Id.ToString(), Words.Of(row.Rail), row.Currency, row.DraftedAt, Words.Of(row.Status), row.Items, row.PayMinor, row.ProcessOn);
}

/// <summary>How many items stand so, and what they pay.</summary>
internal sealed record TallyView(int Items, long PayMinor)
{
    public static TallyView Of(PayoutTally tally) => new(tally.Items, tally.PayMinor);
}

/// <summary>A batch: the hash is what an approval must name. The first items and all files are in it.</summary>
internal sealed record PayoutBatchView(
    string Id, string Rail, string? Mode, string Currency, string Status, string Hash, int ItemCount, long PayMinor, string[] Makers, string? Approver,
    DateTimeOffset DraftedAt, DateTimeOffset? ApprovedAt, DateOnly? ProcessOn, DateTimeOffset? SubmittedAt, DateTimeOffset? EndedAt,
    IReadOnlyDictionary<string, TallyView> Tally, IReadOnlyList<PayoutItemView> Items, IReadOnlyList<PayoutFileView> Files)
{
    public const int FirstItems = 50;

    public static PayoutBatchView Of(PayoutBatchState state, IReadOnlyList<PayoutItemRow> items, IReadOnlyList<StoredPayoutFile> files) => new(
        state.Id.ToString(), Words.Of(state.Rail), state.Rail == Domain.Payouts.Rail.Stripe ? StripeDestination.ModeOf(state.IsLive) : null,
        state.Currency.Code, Words.Of(state.Status), state.Contents.Hash.ToString(), state.Contents.Items, state.Contents.PayMinor,
        [.. state.Makers.Select(maker => maker.ToString())], state.Approver?.ToString(), state.DraftedAt, state.ApprovedAt,
        state.ProcessOn, state.SubmittedAt, state.EndedAt,
        Enum.GetValues<PayoutItemStatus>().ToDictionary(Words.Of, status => TallyView.Of(state.Of(status))),
        [.. items.Select(row => PayoutItemView.Of(state.Id, row))], [.. files.Select(PayoutFileView.Of)]);
}

/// <summary>One payee's part of a batch. What is paid: amount and GST less what is withheld.</summary>
internal sealed record PayoutItemView(
    int Number, string Payee, long AmountMinor, long GstMinor, long WithheldMinor, long PayMinor, int Lines, string LinesHash, string Destination,
    bool AccountChanged, string Status, int Attempt, string? Reason, DateTimeOffset Since, string Reference, int? FilePart)
{
    public static PayoutItemView Of(PayoutBatchId batch, PayoutItemRow row)
    {
        var item = row.Item;
        return new PayoutItemView(
            item.Number, item.Payee.ToString(), item.Amounts.AmountMinor, item.Amounts.GstMinor, item.Amounts.WithheldMinor, item.Amounts.PayMinor,
            item.Lines, item.LinesHash.ToString(), item.Destination.ToString(), row.DestinationNow != item.Destination, Words.Of(item.Status), item.Attempt,
            item.Reason, item.Since, row.Rail == Rail.Stripe
                ? PayoutReference.KeyOf(batch, item.Number, item.Attempt)
                : PayoutReference.Of(batch, item.Number, item.Attempt), row.FilePart);
    }
}

internal sealed record PayoutFileView(int Part, string Hash, int Records, long PayMinor, DateOnly ProcessOn)
{
    public static PayoutFileView Of(StoredPayoutFile file) => new(file.Part, file.Hash.ToString(), file.Records, file.PayMinor, file.ProcessOn);
}

internal sealed record ReturnedView(int Item, int Attempt, long AmountMinor, string Reason);

/// <summary>What a returns file came to; problems need a person.</summary>
internal sealed record ReturnsView(IReadOnlyList<ReturnedView> Returned, IReadOnlyList<string> Problems)
{
    public static ReturnsView Of(PayoutReturnResult result) =>
        new([.. result.Returned.Select(one => new ReturnedView(one.Item, one.Attempt, one.AmountMinor, one.Reason))], result.Problems);
}

/// <summary>What a bank's report of a file came to; issues need a person.</summary>
internal sealed record AcknowledgementView(string Status, int Part, string Message, IReadOnlyList<ReturnedView> Failed, IReadOnlyList<string> Issues)
{
    public static AcknowledgementView Of(PayoutAcknowledgement result) => new(
        Words.Of(result.Status), result.Part, result.Message,
        [.. result.Failed.Select(one => new ReturnedView(one.Item, one.Attempt, one.AmountMinor, one.Reason))], result.Issues);
}

internal sealed record PreviewView(
    string Payee, string Outcome, string Reason, long DueMinor, long CoolingOffMinor, long DisputedMinor, long PayMinor, int Lines)
{
    public static PreviewView Of(PayeePreview preview) => new(
        preview.Payee.ToString(), System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(preview.Outcome.ToString()), preview.Reason, preview.DueMinor,
        preview.CoolingOffMinor, preview.DisputedMinor, preview.PayMinor, preview.Lines);
}

/// <summary>The words that answers use.</summary>
internal static class Words
{
    public static string Of<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
