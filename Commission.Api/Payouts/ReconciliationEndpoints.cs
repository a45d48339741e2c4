using System.Globalization;
using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Payouts;

namespace Commission.Api.Payouts;

internal sealed record DifferenceView(string Where, string What, long LeftMinor, long RightMinor, long DifferenceMinor, string Why, bool Explained);

internal sealed record ReconciledDayView(
    DateOnly Day, string Rail, string Currency, long SentMinor, long ConfirmedMinor, long BackMinor, long RailMinor, long DifferenceMinor);

/// <summary>A batch: approved less what is not out = out in the ledger = out on the rail, or the differences say why not.</summary>
internal sealed record ReconciledBatchView(
    string Batch, string Rail, string Currency, string Status, long TotalMinor, long NotOutMinor, long LedgerMinor, long RailMinor, bool InOrder,
    IReadOnlyList<DifferenceView> Differences, IReadOnlyList<ReconciledDayView> Days)
{
    public static ReconciledBatchView Of(ReconciledBatch batch) => new(
        batch.Batch.ToString(), Words.Of(batch.Rail), batch.Currency, Words.Of(batch.Status), batch.TotalMinor, batch.NotOutMinor, batch.LedgerMinor,
        batch.RailMinor, batch.IsInOrder,
        [
            .. batch.Differences.Select(one => new DifferenceView(
                one.Where, one.What, one.LeftMinor, one.RightMinor, one.LeftMinor - one.RightMinor, one.Why, one.IsExplained)),
        ],
        [.. batch.Days.Select(day => Day(batch, day))]);

    public static ReconciledDayView Day(ReconciledBatch batch, ReconciledDay day) => new(
        day.Day, Words.Of(batch.Rail), batch.Currency, day.SentMinor, day.ConfirmedMinor, day.BackMinor, day.RailMinor, day.SentMinor - day.RailMinor);
}

/// <summary>A period: its batches, and all of them by day, rail and currency.</summary>
internal sealed record ReconciliationView(
    DateOnly From, DateOnly To, bool InOrder, IReadOnlyList<ReconciledBatchView> Batches, IReadOnlyList<ReconciledDayView> Days);

/// <summary>Batch total = ledger movement = rail total, per batch and per day: docs/reconciliation.md.</summary>
internal static class ReconciliationEndpoints
{
    private const int MaxDays = 366;

    public static void MapReconciliation(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/reconciliation", PeriodAsync).WithTags("Reconciliation").WithName("reconcile").Produces<ReconciliationView>()
            .WithSummary("Batches that the ledger has moved in a period: what was approved, what the ledger moved, what the rail has, and why they differ.");
        routes.MapGet("/payout-batches/{id}/reconciliation", BatchAsync).WithTags("Reconciliation").WithName("reconcileBatch").Produces<ReconciledBatchView>();
    }

    private static async Task<IResult> PeriodAsync(string? from, string? to, IActor actor, IGrainFactory grains, TimeProvider time)
    {
        await Staff.RequireAsync(grains, actor);
        var last = to is null ? DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime) : Date(to, "to");
        var first = from is null ? last.AddDays(-30) : Date(from, "from");
        if (last < first || last.DayNumber - first.DayNumber >= MaxDays)
            throw ProblemException.Field("to", $"to must not be before from, nor {MaxDays} days or more after it.");
        var batches = await grains.GetGrain<IReconciliationGrain>(0).Reconcile(first, last);
        ReconciledDayView[] days =
        [
            .. batches.SelectMany(batch => batch.Days.Select(day => ReconciledBatchView.Day(batch, day)))
                .Where(day => day.Day >= first && day.Day <= last)
                .GroupBy(day => (day.Day, day.Rail, day.Currency)).OrderBy(day => day.Key)
                .Select(day => new ReconciledDayView(
                    day.Key.Day, day.Key.Rail, day.Key.Currency, day.Sum(one => one.SentMinor), day.Sum(one => one.ConfirmedMinor),
                    day.Sum(one => one.BackMinor), day.Sum(one => one.RailMinor), day.Sum(one => one.DifferenceMinor))),
        ];
        return TypedResults.Ok(new ReconciliationView(
            first, last, batches.All(batch => batch.IsInOrder), [.. batches.Select(ReconciledBatchView.Of)], days));
    }

    private static async Task<IResult> BatchAsync(string id, IActor actor, IGrainFactory grains)
    {
        await Staff.RequireAsync(grains, actor);
        return await grains.GetGrain<IReconciliationGrain>(0).ReconcileOne(Answers.Id<PayoutBatchId>(id)) is [var batch]
            ? TypedResults.Ok(ReconciledBatchView.Of(batch))
            : throw new ProblemException(new Refusal(RefusalCodes.UnknownPayout, $"There is no payout batch {id}.", "id"));
    }

    private static DateOnly Date(string text, string field) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw ProblemException.Field(field, $"{field} must be a date yyyy-MM-dd, not '{text}'.");
}
