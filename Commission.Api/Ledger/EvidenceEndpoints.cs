using System.Globalization;
using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Evidence;
using Commission.Domain.Payouts;
using Commission.Storage.Ledger;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Commission.Api.Ledger;

/// <summary>Evidence packs: files that prove an entitlement to whoever has them, without asking us. docs/formats/pack.md.</summary>
internal static class EvidenceEndpoints
{
    public static void MapEvidence(this IEndpointRouteBuilder routes)
    {
        var evidence = routes.MapGroup("").WithTags("Evidence");
        evidence.MapGet("/books/{book}/entries/{sequence}/evidence", EntryAsync).WithName("getEntryEvidence").Produces<byte[]>(200, "application/json")
            .WithDescription("The evidence pack of one entry of the ledger. 409 with Retry-After until a checkpoint covers it.");
        evidence.MapGet("/deals/{id}/evidence", DealAsync).WithName("getDealEvidence").Produces<byte[]>(200, "application/json")
            .WithDescription("The evidence pack of a deal with all its entries. 409 with Retry-After until checkpoints cover them.");
        evidence.MapGet("/accounts/{account}/evidence", PeriodAsync).WithName("getStatementEvidence").Produces<byte[]>(200, "application/json")
            .WithDescription("The evidence pack of the entries of an account that were posted from one day to another (UTC, both included).");
        evidence.MapGet("/payout-batches/{id}/items/{number}/evidence", PayoutAsync).WithName("getPayoutEvidence").Produces<byte[]>(200, "application/json")
            .WithDescription("The pack that proves one item of a payout without the others. 409 with Retry-After until checkpoints cover it.");
    }

    private static async Task<IResult> PayoutAsync(string id, int number, PayoutEvidence payouts, CancellationToken cancellationToken)
    {
        var pack = await payouts.OfItemAsync(Answers.Id<PayoutBatchId>(id), number, cancellationToken);
        return TypedResults.Bytes(pack.ToBytes(), "application/json");
    }

    private static async Task<IResult> EntryAsync(string book, long sequence, EvidenceAssembly assembly, CancellationToken cancellationToken)
    {
        if (book != Books.Ledger)
            throw ProblemException.Field("book", $"book must be {Books.Ledger}: evidence of a handshake is that of its deal.");
        if (sequence < 0)
            throw ProblemException.Field("sequence", "sequence must not be negative.");
        return Pack(await assembly.OfEntryAsync(sequence, cancellationToken));
    }

    private static async Task<IResult> DealAsync(string id, EvidenceAssembly assembly, CancellationToken cancellationToken) =>
        Pack(await assembly.OfDealAsync(Answers.Id<DealId>(id), cancellationToken));

    private static async Task<IResult> PeriodAsync(
        string account, string? from, string? to, string? currency, LedgerQueries ledger, EvidenceAssembly assembly, CancellationToken cancellationToken)
    {
        var (start, end) = (Date(from, "from"), Date(to, "to"));
        if (end < start)
            throw ProblemException.Field("to", "to must not be before from.");
        var balances = await ledger.ReadAccountAsync(Books.Ledger, account, cancellationToken);
        if (balances.Count == 0)
            throw Answers.NotFound($"There is no account '{account}'.");
        if (currency is null && balances.Count > 1)
            throw ProblemException.Field("currency", "The account has several currencies: name one.");
        if (balances.Find(balance => balance.Currency == (currency ?? balances[0].Currency)) is not { } balance
            || !Currency.TryParse(balance.Currency, out var known))
            throw Answers.NotFound($"There is no account '{account}' in {currency}.");
        return Pack(await assembly.OfPeriodAsync(new PeriodSubject(account, known, start, end), cancellationToken));
    }

    private static DateOnly Date(string? text, string field) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw ProblemException.Field(field, $"{field} must be a date yyyy-MM-dd.");

    private static FileContentHttpResult Pack(EvidencePack pack) => TypedResults.Bytes(pack.ToBytes(), "application/json");
}
