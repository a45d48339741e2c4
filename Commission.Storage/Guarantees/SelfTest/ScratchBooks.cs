using System.Security.Cryptography;
using System.Text;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Commission.Storage.Ledger;
using Commission.Storage.Ledger.Log;
using Npgsql;

namespace Commission.Storage.Guarantees.SelfTest;

/// <summary>A record of a copied book, and when the book took it.</summary>
internal sealed record CopiedRecord(BookRecord Record, DateTimeOffset PostedAt);

/// <summary>The records of the copied books, by book. A break makes another one of them.</summary>
internal sealed record CopiedBooks(IReadOnlyList<CopiedRecord> Handshakes, IReadOnlyList<CopiedRecord> Ledger, IReadOnlyList<CopiedRecord> Administration)
{
    public IEnumerable<(string Book, IReadOnlyList<CopiedRecord> Records)> All =>
        [(Books.Administration, Administration), (Books.Handshakes, Handshakes), (Books.Ledger, Ledger)];
}

/// <summary>
/// The tables of the scratch schema. They live in a transaction that is never committed, and books are written there by the
/// same machine and statement as the real ones.
/// </summary>
internal sealed class ScratchBooks(NpgsqlConnection connection) : IDisposable
{
    private const string Installation = "self-test";
    private static readonly string[] Emptied = ["book_head", "book_account", "book_entry", "book_tile"];

    private static readonly string[] Tables =
    [
        .. Emptied, "book_checkpoint", "book_cosignature", "book_incarnation", "log_key", "outbox", "outbox_parked", "deal", "contact", "vertical", "agreement",
        .. ScratchPayouts.Tables,
    ];

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Dictionary<string, SignedHead> _signed = new(StringComparer.Ordinal);

    /// <summary>What the signer of the copies knows.</summary>
    public SignerMemory Memory => new([_key.ExportSubjectPublicKeyInfo()], new Dictionary<string, SignedHead>(_signed, StringComparer.Ordinal), Origin);

    public async Task MakeTablesAsync(CancellationToken cancellationToken)
    {
        foreach (var table in Tables)
            await connection.ExecuteAsync($"create table {ScratchConnection.Schema}.{table} (like public.{table} including defaults)", cancellationToken);
        await connection.ExecuteAsync("create unique index on book_account (book_id, id)", cancellationToken);
        await connection.ExecuteAsync("create index on book_entry (book_id, sequence)", cancellationToken);
        await connection.ExecuteAsync("insert into log_key (public_key) values ($1)", cancellationToken, _key.ExportSubjectPublicKeyInfo());
    }

    /// <summary>Writes the books anew, with fresh hashes.</summary>
    public async Task WriteAsync(CopiedBooks books, CancellationToken cancellationToken)
    {
        foreach (var table in Emptied)
            await connection.ExecuteAsync($"truncate {table}", cancellationToken);
        var number = 0;
        foreach (var (book, records) in books.All)
            await WriteAsync(++number, book, records, cancellationToken);
    }

    /// <summary>Signs where each book ends and where its half is, and remembers it.</summary>
    public async Task SignAsync(CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("truncate book_checkpoint, book_incarnation", cancellationToken);
        _signed.Clear();
        var reader = new BookReader(connection);
        foreach (var head in await reader.ListBooksAsync(cancellationToken))
        {
            await connection.ExecuteAsync("insert into book_incarnation (book_id, number, reason) values ($1, 1, '')", cancellationToken, head.BookId);
            var rows = await reader.ReadPageAsync(head.BookId, 0, int.MaxValue, cancellationToken);
            foreach (var size in new[] { rows.Count / 2, rows.Count }.Distinct())
                await SignAsync(head, size, MerkleTree.Root([.. rows.Take(size).Select(row => MerkleTree.LeafHash(row.Bytes))]), cancellationToken);
        }
    }

    /// <summary>Takes back what was remembered since: the transaction did so with the tables.</summary>
    public void Remember(SignerMemory memory)
    {
        _signed.Clear();
        foreach (var (book, head) in memory.Last)
            _signed[book] = head;
    }

    public void Dispose() => _key.Dispose();

    private async Task SignAsync(StoredHead head, long size, Hash root, CancellationToken cancellationToken)
    {
        var checkpoint = new Checkpoint(Origin(head.Book, 1), size, root);
        var signature = _key.SignData(Encoding.UTF8.GetBytes(checkpoint.Text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var line = new NoteSignature(checkpoint.Origin, new NoteKey(checkpoint.Origin, _key.ExportSubjectPublicKeyInfo()).KeyId, signature);
        await connection.ExecuteAsync(
            "insert into book_checkpoint (book_id, incarnation, size, root, note) values ($1, 1, $2, $3, $4)", cancellationToken,
            head.BookId, size, root.ToArray(), new SignedNote(checkpoint.Text, [line]).ToString());
        _signed[head.Book] = new SignedHead(1, size, root);
    }

    private static string Origin(string book, int incarnation) => $"{Installation}/{book}/{incarnation}";

    private async Task WriteAsync(int bookId, string book, IReadOnlyList<CopiedRecord> records, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            "insert into book_head (id, book, size, last_leaf, frontier, epoch) values ($1, $2, 0, $3, '', 1)", cancellationToken, bookId, book, Hash.Zero.ToArray());
        var (head, edge) = (default(BookHead), TreeEdge.Empty);
        var (accounts, ids) = (new Dictionary<AccountKey, AccountHead>(), new Dictionary<AccountKey, int>());
        for (var at = 0; at < records.Count;)
        {
            var postedAt = records[at].PostedAt;
            BookRecord[] together = [.. records.Skip(at).TakeWhile(record => record.PostedAt == postedAt).Select(record => record.Record)];
            foreach (var key in BookMachine.AccountsOf(together))
                ids.TryAdd(key, ids.Count + 1);
            var append = BookMachine.Append(book, head, edge, accounts, together, postedAt);
            await using var command = new NpgsqlCommand(BookAppendStatement.Sql, connection);
            BookAppendStatement.AddParameters(command, new BookHold(book, bookId, 1, head), head, append, ids, []);
            await command.ExecuteNonQueryAsync(cancellationToken);
            foreach (var (key, account) in append.Accounts)
                accounts[key] = account;
            (head, edge, at) = (append.Head, append.Tree, at + together.Length);
        }
    }
}
