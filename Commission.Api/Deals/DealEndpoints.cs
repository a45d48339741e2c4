using System.Globalization;
using System.Text;
using System.Text.Json;
using Commission.Api.Http;
using Commission.Api.Ledger;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Deals;
using Commission.Grains.Interfaces.Rules;
using Commission.Storage.Deals;
using Commission.Storage.Ledger;

namespace Commission.Api.Deals;

/// <summary>Reads of deals.</summary>
internal static class DealEndpoints
{
    public static void MapDeals(this IEndpointRouteBuilder routes)
    {
        var deals = routes.MapGroup("/deals").WithTags("Deals");
        deals.MapGet("", ListAsync).WithName("listDeals").Produces<Page<DealItem>>();
        deals.MapGet("/{id}", GetAsync).WithName("getDeal").Produces<DealView>();
    }

    private static async Task<IResult> ListAsync(
        DealQueries deals, string? status, string? party, string? vertical, string? product, string? referredFrom, string? referredTo,
        string? cursor, int? limit, CancellationToken cancellationToken)
    {
        var filter = new DealFilter(
            party is null ? null : Answers.Id<ContactId>(party, "party"), Status(status), vertical, product,
            Date(referredFrom, "referredFrom"), Date(referredTo, "referredTo"));
        var (time, id) = Cursor.ReadTime(cursor);
        var size = Cursor.Limit(limit);
        var rows = await deals.ListAsync(filter, time, id, size, cancellationToken);
        var next = rows.Count == size ? Cursor.WriteTime(rows[^1].CreatedAt, rows[^1].Id.ToString()) : null;
        return TypedResults.Ok(new Page<DealItem>([.. rows.Select(DealItem.Of)], next));
    }

    private static DealStatus? Status(string? text) => text is null ? null
        : Enum.TryParse<DealStatus>(text, ignoreCase: false, out var status) && status != DealStatus.None && !char.IsAsciiDigit(text[0])
            ? status
            : throw ProblemException.Field("status", "status must be one of " + string.Join(", ", Enum.GetNames<DealStatus>().Skip(1)) + ".");

    private static DateOnly? Date(string? text, string field) => text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw ProblemException.Field(field, $"{field} must be a date yyyy-MM-dd.");

    private static async Task<IResult> GetAsync(string id, IGrainFactory grains, LedgerQueries ledger, CancellationToken cancellationToken)
    {
        var deal = Answers.Id<DealId>(id);
        var state = await grains.GetGrain<IDealGrain>(deal.ToString()).Get()
            ?? throw new ProblemException(new Refusal(RefusalCodes.DealNotFound, $"There is no deal {deal}.", "id"));
        var leaves = (await ledger.ReadDealAsync(deal, cancellationToken)).ConvertAll(stored => (Leaf: LeafEncoding.Decode(stored.Bytes), Stored: stored));
        var document = state.Status == DealStatus.Complete ? await FindDocumentAsync(state, grains) : null;
        return TypedResults.Ok(DealView.Of(state, leaves, document));
    }

    private static async Task<RuleSetDocument> FindDocumentAsync(DealState state, IGrainFactory grains)
    {
        var vertical = await grains.GetGrain<IRuleSetGrain>(GrainKeys.OfVertical(state.Vertical)).Get();
        var version = vertical!.Versions.First(version => version.Hash == state.RuleHash.ToString());
        var (document, _) = RuleSetReader.Read(Encoding.UTF8.GetBytes(version.Document));
        return document!;
    }
}

/// <summary>A deal as lists show it.</summary>
internal sealed record DealItem(
    string Id, string Status, string Vertical, string Product, string Referrer, string Receiver, string Client, string? BusinessKey,
    DateOnly ReferredOn, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long? SettledValueMinor, string? Currency, DateOnly? SettledOn,
    DateOnly? CompletedOn)
{
    public static DealItem Of(DealRow row) => new(
        row.Id.ToString(), row.Status.ToString(), row.Vertical, row.Product, row.Referrer.ToString(), row.Receiver.ToString(), row.Client.ToString(),
        row.BusinessKey, row.ReferredOn, row.CreatedAt, row.UpdatedAt, row.SettledValueMinor, row.Currency, row.SettledOn, row.CompletedOn);
}

/// <summary>A deal whole: its chain, what is missing from whom, why each cent, and the entries.</summary>
internal sealed record DealView(
    string Id, string Status, string Vertical, string Product, string Referrer, string? Upline, IReadOnlyList<string> FurtherUplines,
    string Receiver, string Client, string? BusinessKey,
    DateOnly ReferredOn, string RuleHash, long? SettledValueMinor, string? Currency, DateOnly? SettledOn, IReadOnlyList<BasisValue> Bases,
    IReadOnlyList<HandshakeItem> Handshakes, MissingView? Missing, JsonElement? Explanation, LaterStateView? Later,
    IReadOnlyList<CalculationView> Calculations, IReadOnlyList<EntryView> Entries)
{
    public static DealView Of(DealState state, IReadOnlyList<(Leaf Leaf, StoredLeaf Stored)> leaves, RuleSetDocument? document)
    {
        var entries = leaves.Where(leaf => leaf.Leaf is EntryLeaf && leaf.Leaf.Book == Books.Ledger).ToArray();
        var settled = state.SettledValue.Minor > 0;
        var recorded = leaves.Select(leaf => leaf.Leaf).OfType<HandshakeLeaf>().ToDictionary(leaf => leaf.Handshake.Step);
        var missing = DealMachine.Missing(state);
        return new DealView(
            state.Id.ToString(), state.Status.ToString(), state.Vertical, state.Product, state.Referrer.ToString(), state.Upline?.ToString(),
            [.. state.FurtherUplines.Select(upline => upline.ToString())], state.Receiver.ToString(), state.Client.ToString(),
            state.BusinessKey, state.ReferredOn, state.RuleHash.ToString(),
            settled ? state.SettledValue.Minor : null, settled ? state.SettledValue.Currency.Code : null, settled ? state.SettledOn : null, state.Bases,
            [.. state.Steps.Select(step => HandshakeItem.Of(step, recorded.GetValueOrDefault(step.Step)))],
            missing is null ? null : new MissingView(missing.Step.Name(), missing.From.ToString(), missing.Since, missing.Previous.ToString()),
            document is null ? null : Explain(state, document), state.Later is null ? null : LaterStateView.Of(state.Later),
            document is null ? [] : CalculationView.Of(document, entries.Select(entry => ((EntryLeaf)entry.Leaf, entry.Stored.Facts))),
            [.. entries.Select(entry => EntryView.Of((EntryLeaf)entry.Leaf, entry.Stored.Bytes))]);
    }

    /// <summary>The settlement's calculation again, from the pinned rules and the signed facts: it gives the same bytes for ever.</summary>
    private static JsonElement Explain(DealState state, RuleSetDocument document)
    {
        using var json = JsonDocument.Parse(Calculator.Calculate(document, DealMachine.CalculationFactsOf(state)).Explanation);
        return json.RootElement.Clone();
    }
}

/// <summary>The step that the deal waits for.</summary>
internal sealed record MissingView(string Handshake, string From, DateTimeOffset Since, string Previous);

/// <summary>A recorded step; payload and envelope as signed appear once the handshakes book holds them.</summary>
internal sealed record HandshakeItem(
    string Handshake, string Actor, string? AttestedBy, DateTimeOffset Time, DateTimeOffset RecordedAt, string Hash, long? Leaf,
    JsonElement? Payload, JsonElement? Envelope)
{
    public static HandshakeItem Of(StepRecord step, HandshakeLeaf? leaf) => new(
        step.Step.Name(), step.Actor.ToString(), step.AttestedBy?.ToString(), step.Time, step.RecordedAt, step.Hash.ToString(), leaf?.Sequence,
        Json(leaf?.Handshake.Payload), Json(leaf?.Handshake.Envelope));

    private static JsonElement? Json(byte[]? bytes)
    {
        if (bytes is null)
            return null;
        using var json = JsonDocument.Parse(bytes);
        return json.RootElement.Clone();
    }
}
