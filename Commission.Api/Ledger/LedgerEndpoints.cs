using System.Globalization;
using System.Text.Json;
using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Storage.Ledger;

namespace Commission.Api.Ledger;

/// <summary>Reads of books and accounts.</summary>
internal static class LedgerEndpoints
{
    private const int MaxLeaves = 1_000;

    public static void MapLedger(this IEndpointRouteBuilder routes)
    {
        var books = routes.MapGroup("/books").WithTags("Ledger");
        books.MapGet("", ListBooksAsync).WithName("listBooks").Produces<Page<BookView>>();
        books.MapGet("/{book}", GetBookAsync).WithName("getBook").Produces<BookView>();
        books.MapGet("/{book}/head", GetBookAsync).WithName("getBookHead").Produces<BookView>();
        books.MapGet("/{book}/entries", ListLeavesAsync).WithName("listLeaves").Produces<Page<LeafView>>()
            .WithDescription("Leaves in the book's order. With facts=true, the first entry of each calculation brings its canonical facts (base64url), "
                + "of which the leaf has the hash: with the rule set document they give the same entries again.");
        var accounts = routes.MapGroup("/accounts").WithTags("Ledger");
        accounts.MapGet("", ListAccountsAsync).WithName("listAccounts").Produces<Page<BalanceView>>();
        accounts.MapGet("/{account}", GetAccountAsync).WithName("getAccount").Produces<AccountView>();
        accounts.MapGet("/{account}/statement", GetStatementAsync).WithName("getStatement").Produces<Page<StatementLine>>();
    }

    private static async Task<IResult> ListBooksAsync(LedgerQueries ledger, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Page<BookView>([.. (await ledger.ListBooksAsync(cancellationToken)).Select(BookView.Of)], null));

    private static async Task<IResult> GetBookAsync(string book, LedgerQueries ledger, CancellationToken cancellationToken) =>
        TypedResults.Ok(BookView.Of(await FindBookAsync(book, ledger, cancellationToken)));

    private static async Task<BookRow> FindBookAsync(string book, LedgerQueries ledger, CancellationToken cancellationToken) =>
        (await ledger.ListBooksAsync(cancellationToken)).Find(row => row.Book == book) ?? throw Answers.NotFound($"There is no book '{book}'.");

    private static async Task<IResult> ListLeavesAsync(
        string book, long? from, int? limit, bool? facts, LedgerQueries ledger, CancellationToken cancellationToken)
    {
        if (from < 0)
            throw ProblemException.Field("from", "from must not be negative.");
        if (limit is < 1 or > MaxLeaves)
            throw ProblemException.Field("limit", $"limit must be from 1 to {MaxLeaves}.");
        await FindBookAsync(book, ledger, cancellationToken);
        var size = limit ?? 100;
        var leaves = await ledger.ReadLeavesAsync(book, from ?? 0, size, cancellationToken);
        var next = leaves.Count == size ? ((from ?? 0) + size).ToString(CultureInfo.InvariantCulture) : null;
        return TypedResults.Ok(new Page<LeafView>([.. leaves.Select(leaf => LeafView.Of(leaf, facts ?? false))], next));
    }

    private static async Task<IResult> ListAccountsAsync(
        LedgerQueries ledger, string? book, string? prefix, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        var after = Cursor.Read(cursor, 2) ?? ["", ""];
        var size = Cursor.Limit(limit);
        var rows = await ledger.ListAccountsAsync(book ?? Books.Ledger, prefix ?? "", after[0], after[1], size, cancellationToken);
        var next = rows.Count == size ? Cursor.Write(rows[^1].Account, rows[^1].Currency) : null;
        return TypedResults.Ok(new Page<BalanceView>([.. rows.Select(BalanceView.Of)], next));
    }

    private static async Task<IResult> GetAccountAsync(string account, string? book, string? on, LedgerQueries ledger, CancellationToken cancellationToken)
    {
        DateOnly? date = on is null ? null
            : DateOnly.TryParseExact(on, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed)
                ? parsed
                : throw ProblemException.Field("on", "on must be a date yyyy-MM-dd.");
        var rows = date is null
            ? await ledger.ReadAccountAsync(book ?? Books.Ledger, account, cancellationToken)
            : await ledger.ReadAccountOnAsync(book ?? Books.Ledger, account, date.Value, cancellationToken);
        return rows.Count == 0
            ? throw Answers.NotFound($"There is no account '{account}'.")
            : TypedResults.Ok(new AccountView(account, date, [.. rows.Select(BalanceView.Of)]));
    }

    private static async Task<IResult> GetStatementAsync(
        string account, string? book, string? currency, string? cursor, int? limit, LedgerQueries ledger, CancellationToken cancellationToken)
    {
        var balances = await ledger.ReadAccountAsync(book ?? Books.Ledger, account, cancellationToken);
        if (balances.Count == 0)
            throw Answers.NotFound($"There is no account '{account}'.");
        if (currency is null && balances.Count > 1)
            throw ProblemException.Field("currency", "The account has several currencies: name one.");
        var after = Cursor.Read(cursor, 1) is not { } parts ? 0
            : long.TryParse(parts[0], out var sequence) ? sequence : throw Cursor.WrongCursor();
        var size = Cursor.Limit(limit);
        var leaves = await ledger.ReadStatementAsync(book ?? Books.Ledger, account, currency ?? balances[0].Currency, after, size, cancellationToken);
        var lines = leaves.ConvertAll(bytes => StatementLine.Of(account, (EntryLeaf)LeafEncoding.Decode(bytes)));
        var next = lines.Count == size ? Cursor.Write(lines[^1].AccountSequence.ToString(CultureInfo.InvariantCulture)) : null;
        return TypedResults.Ok(new Page<StatementLine>(lines, next));
    }
}

/// <summary>A book's head: its size and the hash of its last leaf.</summary>
internal sealed record BookView(string Book, long Size, string LastLeaf, long Epoch)
{
    public static BookView Of(BookRow row) => new(row.Book, row.Size, row.LastLeaf.ToString(), row.Epoch);
}

/// <summary>A leaf: its bytes, which are the truth, and what they say.</summary>
internal sealed record LeafView(
    long Sequence, string Bytes, string Hash, DateTimeOffset PostedAt, EntryView? Entry, HandshakeLeafView? Handshake, ActLeafView? Act, string? Facts)
{
    public static LeafView Of(StoredLeaf stored, bool withFacts)
    {
        var bytes = stored.Bytes;
        var leaf = LeafEncoding.Decode(bytes);
        return new LeafView(
            leaf.Sequence, Base64Url.Encode(bytes), MerkleTree.LeafHash(bytes).ToString(), leaf.PostedAt,
            leaf is EntryLeaf entry ? EntryView.Of(entry, bytes) : null,
            leaf is HandshakeLeaf handshake
                ? new HandshakeLeafView(handshake.Handshake.Deal.ToString(), handshake.Handshake.Step.Name(), handshake.Hash.ToString())
                : null,
            leaf is ActLeaf act ? new ActLeafView(act.Act.Act.Name(), JsonElement.Parse(act.Act.Payload)) : null,
            withFacts && stored.Facts is { } facts ? Base64Url.Encode(facts) : null);
    }
}

/// <summary>What an act leaf says.</summary>
internal sealed record ActLeafView(string Act, JsonElement Payload);

/// <summary>What a handshake leaf says.</summary>
internal sealed record HandshakeLeafView(string Deal, string Handshake, string Hash);

/// <summary>An entry: one transfer. Balances are debits minus credits, after the entry.</summary>
internal sealed record EntryView(
    string Book, long Sequence, string Kind, string Deal, SideView Debit, SideView Credit, long AmountMinor, string Currency, DateOnly EffectiveOn,
    DateTimeOffset PostedAt, string RuleHash, string FactsHash, string ExplanationHash, string? Corrects, string Actor, int Ordinal, string LeafHash)
{
    public static EntryView Of(EntryLeaf leaf, byte[] bytes)
    {
        var entry = leaf.Entry;
        return new EntryView(
            leaf.Book, leaf.Sequence, entry.Kind.ToString(), entry.Deal.ToString(), SideView.Of(leaf.Debit), SideView.Of(leaf.Credit),
            entry.Amount.Minor, entry.Amount.Currency.Code, entry.EffectiveOn, leaf.PostedAt, entry.RuleHash.ToString(), entry.FactsHash.ToString(),
            entry.ExplanationHash.ToString(),
            entry.Corrects == Hash.Zero ? null : entry.Corrects.ToString(), entry.Actor.ToString(), entry.Ordinal, MerkleTree.LeafHash(bytes).ToString());
    }
}

/// <summary>One side of an entry.</summary>
internal sealed record SideView(string Account, long Sequence, string Previous, long BalanceMinor)
{
    public static SideView Of(EntrySide side) => new(side.Account, side.Sequence, side.Previous.ToString(), side.BalanceMinor);
}

/// <summary>
/// A balance: debits minus credits. Of a payable account also what is owed to its contact, or what the contact owes after a
/// clawback of what was paid: its next accruals make that good before anything is owed again.
/// </summary>
internal sealed record BalanceView(string Account, string Currency, long BalanceMinor, long Entries, long? OwedMinor, long? DebtMinor)
{
    public static BalanceView Of(AccountRow row)
    {
        var isPayable = row.Account.StartsWith(Accounts.PayablePrefix, StringComparison.Ordinal);
        return new BalanceView(
            row.Account, row.Currency, row.BalanceMinor, row.Sequence, isPayable ? Math.Max(0, -row.BalanceMinor) : null,
            isPayable ? Math.Max(0, row.BalanceMinor) : null);
    }
}

/// <summary>An account's balances now, or at the end of a date.</summary>
internal sealed record AccountView(string Account, DateOnly? On, IReadOnlyList<BalanceView> Balances);

/// <summary>One entry as its account sees it.</summary>
internal sealed record StatementLine(
    long AccountSequence, long Sequence, DateOnly EffectiveOn, DateTimeOffset PostedAt, string Deal, string CounterAccount, long DebitMinor,
    long CreditMinor, string Currency, long BalanceMinor)
{
    public static StatementLine Of(string account, EntryLeaf leaf)
    {
        var debited = leaf.Debit.Account == account;
        var (own, other) = debited ? (leaf.Debit, leaf.Credit) : (leaf.Credit, leaf.Debit);
        var amount = leaf.Entry.Amount;
        return new StatementLine(
            own.Sequence, leaf.Sequence, leaf.Entry.EffectiveOn, leaf.PostedAt, leaf.Entry.Deal.ToString(), other.Account,
            debited ? amount.Minor : 0, debited ? 0 : amount.Minor, amount.Currency.Code, own.BalanceMinor);
    }
}
