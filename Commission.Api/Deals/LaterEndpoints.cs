using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces.Deals;

namespace Commission.Api.Deals;

/// <summary>What happens to a deal after its chain is complete: revenue, milestones and clawbacks.</summary>
internal static class LaterEndpoints
{
    private const int MaxKeyLength = 120;

    private const string Who = " For the receiving member, a service that acts for it, or an INTERNAL contact. Same Idempotency-Key and body: the same answer again.";

    public static void MapLater(this IEndpointRouteBuilder routes)
    {
        Map<RevenueBody>(routes, "revenue", Revenue)
            .WithSummary("Records revenue of a complete deal.")
            .WithDescription("An invoice, premium, balance or instalment accrues at once what the pinned rules pay on it; so does consumption, which states units in place of an amount "
                + "and a currency. The key is unique for ever in the deal "
                + "and kind. A balance belongs to a calendar month (its date's, unless month says otherwise), and the trail run pays on it." + Who);
        Map<MilestoneBody>(routes, "milestone", Milestone)
            .WithSummary("Records that a named milestone was reached.")
            .WithDescription("Releases the part of each pool that the pinned rules tie to the milestone; once." + Who);
        Map<ClawbackBody>(routes, "clawback", Clawback)
            .WithSummary("Takes commission back.")
            .WithDescription("By each component's schedule, party by party as it was credited, and never more than is still credited: what is beyond is capped, and the answer "
                + "says so. What was paid already becomes a debt of the payee, which its next accruals make good. A refund states refundedMinor." + Who);
    }

    private static RouteHandlerBuilder Map<TBody>(
        IEndpointRouteBuilder routes, string name, Func<BodyReader, ContactId, RequestFingerprint, LaterCommand> read) where TBody : notnull =>
        routes.MapPost($"/deals/{{id}}/{name}", async (string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains) =>
            {
                var deal = Answers.Id<DealId>(id);
                var caller = actor.Required;
                var request = await CommandRequest.ReadAsync(http, caller);
                using var hold = inFlight.Enter(request.Fingerprint);
                var command = read(new BodyReader(request.Body), caller, request.Fingerprint);
                var result = await grains.GetGrain<IDealGrain>(deal.ToString()).RecordLater(command);
                return Answers.Command(http, result.Receipt is null ? null : LaterView.Of(result.Receipt), result.Refusal, result.Replayed);
            })
            .WithName(name).WithTags("Deals").Accepts<TBody>("application/json").Produces<LaterView>();

    private static RecordRevenue Revenue(BodyReader body, ContactId caller, RequestFingerprint fingerprint)
    {
        body.Allow("kind", "key", "on", "amountMinor", "currency", "month", "units");
        if (!RevenueKinds.TryParse(body.Text("kind"), out var kind))
            throw ProblemException.Field("kind", $"kind must be {RevenueKinds.Expected}.");
        var (key, on, amount, month) = (Key(body), body.Date("on"), Amount(body, kind), body.OptionalMonth("month"));
        if (month is not null && kind != RevenueKind.Balance)
            throw ProblemException.Field("month", "month goes with a balance only.");
        if (kind == RevenueKind.Balance)
            month ??= new DateOnly(on.Year, on.Month, 1);
        return new RecordRevenue(kind, key, on, amount, month, caller, fingerprint);
    }

    /// <summary>Consumption counts; everything else is money.</summary>
    private static Money Amount(BodyReader body, RevenueKind kind)
    {
        var counts = kind == RevenueKind.Consumption;
        foreach (var name in (string[])(counts ? ["amountMinor", "currency"] : ["units"]))
        {
            if (body.Find(name) is not null)
                throw ProblemException.Field(name, counts ? $"{name} goes with money: consumption states units." : "units go with consumption only.");
        }
        if (counts)
            return new Money(body.Integer("units"), default);
        return Currency.TryParse(body.Text("currency"), out var currency)
            ? new Money(body.Integer("amountMinor"), currency)
            : throw ProblemException.Field("currency", "currency must be a currency such as AUD.");
    }

    private static RecordMilestone Milestone(BodyReader body, ContactId caller, RequestFingerprint fingerprint)
    {
        body.Allow("name", "on");
        return new RecordMilestone(body.Text("name"), body.Date("on"), caller, fingerprint);
    }

    private static RecordClawback Clawback(BodyReader body, ContactId caller, RequestFingerprint fingerprint)
    {
        body.Allow("key", "reason", "on", "refundedMinor");
        var reason = body.Text("reason") switch
        {
            "cancellation" => ClawbackReason.Cancellation,
            "discharge" => ClawbackReason.Discharge,
            "refund" => ClawbackReason.Refund,
            _ => throw ProblemException.Field("reason", "reason must be cancellation, discharge or refund."),
        };
        return new RecordClawback(Key(body), reason, body.Date("on"), body.OptionalInteger("refundedMinor"), caller, fingerprint);
    }

    private static string Key(BodyReader body) => body.Text("key") is { Length: > 0 and <= MaxKeyLength } key && key.All(c => c is >= ' ' and <= '~')
        ? key
        : throw ProblemException.Field("key", $"key must have 1 to {MaxKeyLength} printable ASCII characters.");
}

/// <summary>Revenue; month (yyyy-MM) goes with a balance only; consumption has units, everything else amountMinor and currency.</summary>
internal sealed record RevenueBody(string Kind, string Key, DateOnly On, long? AmountMinor, string? Currency, string? Month, long? Units);

/// <summary>A milestone that was reached.</summary>
internal sealed record MilestoneBody(string Name, DateOnly On);

/// <summary>A clawback; reason is cancellation, discharge or refund.</summary>
internal sealed record ClawbackBody(string Key, string Reason, DateOnly On, long? RefundedMinor);

/// <summary>
/// What was recorded and what it accrues at once; components that count volume accrue by their accumulators, a moment later.
/// Negative amounts are taken back.
/// </summary>
internal sealed record LaterView(
    string Deal, string Event, string? Kind, string Key, DateOnly On, long? AmountMinor, long? Units, string? Month, DateTimeOffset RecordedAt,
    IReadOnlyList<AccrualView> Accruals, IReadOnlyList<string> Accumulators, string FactsHash, string ExplanationHash, ClawbackReach? Clawback)
{
    public static LaterView Of(DealReceipt receipt) => new(
        receipt.Deal.ToString(), receipt.Event, receipt.Kind, receipt.Key, receipt.On,
        IsCount(receipt) ? null : receipt.AmountMinor, IsCount(receipt) ? receipt.AmountMinor : null,
        receipt.Month?.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture), receipt.RecordedAt, [.. receipt.Accruals.Select(AccrualView.Of)],
        receipt.Accumulators, receipt.FactsHash.ToString(), receipt.ExplanationHash.ToString(), receipt.Reach);

    private static bool IsCount(DealReceipt receipt) => receipt.Kind == RevenueKinds.Of(RevenueKind.Consumption);
}

/// <summary>One amount of a calculation.</summary>
internal sealed record AccrualView(string Component, string Party, string? Payee, long AmountMinor)
{
    public static AccrualView Of(Accrual accrual) =>
        new(accrual.Component, PartyNames.Of(accrual.Party), accrual.Payee?.ToString(), accrual.AmountMinor);
}
