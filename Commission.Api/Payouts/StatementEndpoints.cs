using System.Globalization;
using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts.Calendar;
using Commission.Domain.Payouts.Statements;
using Commission.Grains.Interfaces.Members;
using Commission.Grains.Payouts;
using Commission.Storage.Payouts;
using Microsoft.Extensions.Options;

namespace Commission.Api.Payouts;

/// <summary>Statements of members' accounts: any period, always what the ledger says.</summary>
internal static class StatementEndpoints
{
    private const int MaxLines = 20_000;

    public static void MapStatements(this IEndpointRouteBuilder routes)
    {
        var statements = routes.MapGroup("/contacts/{id}").WithTags("Payouts");
        statements.MapGet("/statements", (string id, string? from, string? to, string? currency, HttpContext http, IActor actor, IGrainFactory grains,
                StatementQueries queries, IOptions<PayerOptions> payer, TimeProvider time) =>
            GetAsync(new Asked(id, from, to, currency), PaperAnswers.FormOf(http), http, actor, grains, queries, payer, time))
            .WithName("getMemberStatement").Produces<StatementView>()
            .WithSummary("A member's period: opening balance, every entry, closing balance. Days are those of Sydney, first and last included.")
            .WithDescription("Without dates the month so far. Accept may ask for text/html or application/pdf.");
        statements.MapGet("/statements.html", (string id, string? from, string? to, string? currency, HttpContext http, IActor actor, IGrainFactory grains,
                StatementQueries queries, IOptions<PayerOptions> payer, TimeProvider time) =>
            GetAsync(new Asked(id, from, to, currency), PaperForm.Html, http, actor, grains, queries, payer, time))
            .WithName("getMemberStatementPage").Produces<string>(200, "text/html");
        statements.MapGet("/statements.pdf", (string id, string? from, string? to, string? currency, HttpContext http, IActor actor, IGrainFactory grains,
                StatementQueries queries, IOptions<PayerOptions> payer, TimeProvider time) =>
            GetAsync(new Asked(id, from, to, currency), PaperForm.Pdf, http, actor, grains, queries, payer, time))
            .WithName("getMemberStatementPdf").Produces<byte[]>(200, "application/pdf");
    }

    private sealed record Asked(string Id, string? From, string? To, string? Currency);

    private static async Task<IResult> GetAsync(
        Asked asked, PaperForm form, HttpContext http, IActor actor, IGrainFactory grains, StatementQueries queries, IOptions<PayerOptions> payer,
        TimeProvider time)
    {
        var member = Answers.Id<ContactId>(asked.Id);
        if (actor.Required != member)
            await Staff.RequireAsync(grains, actor);
        var contact = await grains.GetGrain<IMemberGrain>(member.ToString()).Get() ?? throw Answers.NotFound($"There is no contact {member}.");
        var zone = TimeZoneInfo.FindSystemTimeZoneById(Region.National.ZoneId());
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), zone).DateTime);
        var to = Date(asked.To, "to") ?? today;
        var from = Date(asked.From, "from") ?? new DateOnly(to.Year, to.Month, 1);
        if (from > to)
            throw ProblemException.Field("from", $"from must not be after to: {from:yyyy-MM-dd} is after {to:yyyy-MM-dd}.");
        var statement = await ReadAsync(queries, member, CurrencyOf(asked.Currency ?? "AUD"), (from, to), zone, http.RequestAborted);
        return form == PaperForm.Json
            ? TypedResults.Ok(StatementView.Of(statement))
            : PaperAnswers.Of(
                http, PaperAnswers.Render(MemberStatementSheet.Of(statement, contact.Name, payer.Value.NameOnPapers), form), form,
                $"statement-{member}-{from:yyyy-MM-dd}-{to:yyyy-MM-dd}");
    }

    private static async Task<MemberStatement> ReadAsync(
        StatementQueries queries, ContactId member, Currency currency, (DateOnly From, DateOnly To) period, TimeZoneInfo zone,
        CancellationToken cancellationToken)
    {
        var (opening, leaves) = await queries.ReadAsync(
            member, currency.Code, Midnight(period.From, zone), Midnight(period.To.AddDays(1), zone), MaxLines + 1, cancellationToken);
        if (leaves.Count > MaxLines)
            throw ProblemException.Field("from", $"The period has more than {MaxLines} entries: ask for a shorter one.");
        return MemberStatement.Of(
            member, currency, period, zone, opening, leaves.Select(bytes => ((EntryLeaf)LeafEncoding.Decode(bytes), MerkleTree.LeafHash(bytes))));
    }

    private static DateTimeOffset Midnight(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight));
    }

    private static DateOnly? Date(string? text, string field) => text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year is > 1 and < 9999
            ? date
            : throw ProblemException.Field(field, $"{field} must be a date yyyy-MM-dd.");

    private static Currency CurrencyOf(string text) => Currency.TryParse(text, out var currency)
        ? currency
        : throw ProblemException.Field("currency", $"currency must be one that the engine knows, such as AUD, not '{text}'.");
}

/// <summary>What is owed, and what disputes hold of it, at one moment.</summary>
internal sealed record StatementBalanceView(long OwedMinor, long HeldMinor);

/// <summary>An entry of a statement; sequence and hash lead to the ledger.</summary>
internal sealed record StatementLineView(DateOnly On, string Kind, string Description, long OwedMinor, long HeldMinor, long Sequence, string Entry);

/// <summary>A member's period. opening + every line = closing, which is what the ledger says.</summary>
internal sealed record StatementView(
    string Member, string Currency, DateOnly From, DateOnly To, StatementBalanceView Opening, IReadOnlyDictionary<string, long> TotalsMinor,
    StatementBalanceView Closing, IReadOnlyList<StatementLineView> Lines)
{
    public static StatementView Of(MemberStatement statement) => new(
        statement.Member.ToString(), statement.Currency.Code, statement.From, statement.To, Of(statement.Opening),
        Enum.GetValues<StatementKind>().ToDictionary(Words.Of, statement.SumOf), Of(statement.Closing),
        [.. statement.Lines.Select(line => new StatementLineView(
            line.On, Words.Of(line.Kind), line.Description, line.OwedMinor, line.HeldMinor, line.Sequence, line.Entry.ToString()))]);

    private static StatementBalanceView Of(StatementBalance balance) => new(balance.OwedMinor, balance.HeldMinor);
}
