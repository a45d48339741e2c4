using Commission.Domain;
using Commission.Domain.Remittances;
using Commission.Storage.Remittances;

namespace Commission.Api.Remittances;

internal sealed record RemittanceMatchBody(string Deal, string Reason);

internal sealed record RemittanceLineView(
    int Line, string Provider, string Reference, long AmountMinor, string Currency, DateOnly PaidOn, string Status, string? Deal, string? Problem,
    long ExpectedMinor, long ReceivedMinor, string? MatchedBy, DateTimeOffset? MatchedAt, string? Reason)
{
    public static RemittanceLineView Of(RemittanceLineRow row) => new(
        row.Number, row.Provider, row.Reference, row.AmountMinor, row.Currency, row.PaidOn, row.Status.ToString().ToLowerInvariant(),
        row.Deal is { } deal ? DealId.From(deal).ToString() : null, row.Problem, row.ExpectedMinor, row.ReceivedMinor,
        row.MatchedBy is { } by ? ContactId.From(by).ToString() : null, row.MatchedAt, row.Reason);
}

internal sealed record RemittanceTotalView(string Status, string Currency, int Lines, long AmountMinor);

internal sealed record RemittanceView(
    string Id, string Hash, DateTimeOffset ReceivedAt, string UploadedBy, IReadOnlyList<RemittanceTotalView> Totals, IReadOnlyList<RemittanceLineView> Lines)
{
    public static RemittanceView Of(RemittanceRow row, List<RemittanceLineRow> lines) => new(
        row.Id, new Hash(row.Hash).ToString(), row.ReceivedAt, ContactId.From(row.UploadedBy).ToString(),
        [
            .. lines.GroupBy(line => (line.Status, line.Currency)).OrderBy(group => group.Key)
                .Select(group => new RemittanceTotalView(
                    group.Key.Status.ToString().ToLowerInvariant(), group.Key.Currency, group.Count(), group.Sum(line => line.AmountMinor))),
        ],
        [.. lines.Select(RemittanceLineView.Of)]);
}

/// <summary>A deal for which what was received is not what is expected.</summary>
internal sealed record ExpectedView(
    string Deal, string Vertical, string Currency, DateOnly Since, long ExpectedMinor, long ReceivedMinor, long OpenMinor, string Status)
{
    public static ExpectedView Of(ExpectedRow row) => new(
        DealId.From(row.Deal).ToString(), row.Vertical, row.Currency, row.Since, row.ExpectedMinor, row.ReceivedMinor, row.ExpectedMinor - row.ReceivedMinor,
        row.ReceivedMinor == 0 ? "expected" : RemittanceMatch.Of(true, true, row.ExpectedMinor, row.ReceivedMinor).ToString().ToLowerInvariant());
}
