using System.Globalization;
using System.Text;
using System.Text.Json;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using static Commission.Verifier.Findings;

namespace Commission.Verifier;

/// <summary>
/// Verifies a whole exported book (<c>commission ledger export --format leaves</c>): a first line with the checkpoint, then one
/// line for each leaf. Every leaf is hashed again, so that nothing but the checkpoint's signature is believed.
/// </summary>
internal sealed class BookFile
{
    private const string Schema = "commission/book/v1";
    private const int MaxLineLength = 128 * 1024;
    private const int Chunk = 4096;

    private readonly Dictionary<DealId, List<HandshakeLeaf>> _deals = [];
    private readonly List<Hash> _pending = [];
    private TreeEdge _tree = TreeEdge.Empty;

    public static Findings Verify(TextReader file, Trust trust, string? account) => new BookFile().Read(file, trust, account);

    private Findings Read(TextReader file, Trust trust, string? account)
    {
        var (book, note) = Header(ReadLine(file));
        var (check, findings) = (new CheckpointCheck(trust), new Findings([], []));
        var checkpoint = check.Verify(book, note);
        var older = Older(trust, checkpoint);
        var verifier = new BookVerifier(book);
        while (ReadLine(file) is { } line)
            Add(verifier, Bytes(line, verifier.Head.Size), older);
        Flush();
        Require(verifier.Head.Size == checkpoint.Size, Failure.Completeness, $"{book}: the file has {verifier.Head.Size} leaves, the signed book {checkpoint.Size}.");
        Require(_tree.Root == checkpoint.Root, Failure.Inclusion, $"{book}: the leaves are not those that were signed.");
        Conclude(verifier, book, account, findings);
        findings.Shown.Insert(0, string.Create(
            CultureInfo.InvariantCulture, $"{book}: {checkpoint.Size} leaves hashed again; their root is the signed one ({checkpoint.Origin})"));
        findings.NotShown.AddRange(PackVerifier.NotShown(trust));
        return findings;
    }

    private void Add(BookVerifier verifier, byte[] bytes, Checkpoint? older)
    {
        var fault = verifier.Next(bytes);
        Require(fault is null, Failure.Link, fault ?? "");
        _pending.Add(verifier.Head.LastLeaf);
        if (LeafEncoding.Decode(bytes) is HandshakeLeaf leaf)
        {
            if (!_deals.TryGetValue(leaf.Handshake.Deal, out var deal))
                _deals[leaf.Handshake.Deal] = deal = [];
            deal.Add(leaf);
        }
        if (verifier.Head.Size == older?.Size)
        {
            Flush();
            Require(_tree.Root == older.Root, Failure.Consistency, $"{older.Origin}: the book does not go on from the older checkpoint of size {older.Size}: it was changed.");
        }
        else if (_pending.Count == Chunk)
        {
            Flush();
        }
    }

    private void Flush()
    {
        _tree = _tree.Append(_pending).Next;
        _pending.Clear();
    }

    private void Conclude(BookVerifier verifier, string book, string? account, Findings findings)
    {
        foreach (var (deal, leaves) in _deals)
            Require(HandshakeChain.Order(leaves) is not null, Failure.Handshake, $"The handshakes of {deal} are no chain.");
        foreach (var currency in verifier.Accounts.GroupBy(each => each.Key.Currency))
            Require(currency.Sum(each => (decimal)each.Value.BalanceMinor) == 0, Failure.Link, $"Debits and credits in {currency.Key} differ.");
        if (_deals.Count > 0)
            findings.Shown.Add(string.Create(CultureInfo.InvariantCulture, $"{book}: the handshakes of {_deals.Count} deals are chained"));
        if (verifier.Accounts.Count > 0)
            findings.Shown.Add(string.Create(CultureInfo.InvariantCulture, $"{book}: {verifier.Accounts.Count} accounts have no gap, and balances are what entries give"));
        if (account is null)
            return;
        var own = verifier.Accounts.Where(each => each.Key.Name == account).OrderBy(each => each.Key.Currency.Code, StringComparer.Ordinal).ToArray();
        Require(own.Length > 0, Failure.Completeness, $"{book} has no account {account}.");
        foreach (var (key, head) in own)
        {
            findings.Shown.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{account}: all {head.Sequence} entries in {key.Currency} are there; owed: {new Domain.Amounts.Money(-head.BalanceMinor, key.Currency)}"));
        }
    }

    private static Checkpoint? Older(Trust trust, Checkpoint checkpoint)
    {
        if (trust.Older is null)
            return null;
        var older = new CheckpointCheck(trust).Signed(trust.Older);
        Require(older.Origin == checkpoint.Origin, Failure.Consistency, $"The older checkpoint is of {older.Origin}.");
        Require(older.Size <= checkpoint.Size, Failure.Consistency, $"The book has {checkpoint.Size} leaves, and had {older.Size} before: its end was cut off.");
        return older;
    }

    private static (string Book, SignedNote Note) Header(string? line)
    {
        try
        {
            using var json = CanonicalJson.Parse(Encoding.UTF8.GetBytes(line ?? ""));
            var header = json.RootElement;
            Require(
                header.ValueKind == JsonValueKind.Object && header.TryGetProperty("schema", out var schema) && schema.ValueEquals(Schema), Failure.Unreadable,
                $"The file does not begin with a {Schema} header.");
            var note = SignedNote.Read(Encoding.UTF8.GetBytes(header.GetProperty("checkpoint").GetString() ?? ""));
            Checkpoint.Read(note.Text);
            return (header.GetProperty("book").GetString() ?? "", note);
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw new VerificationException(Failure.Unreadable, $"The header cannot be read: {error.Message}");
        }
    }

    private static byte[] Bytes(string line, long index)
    {
        // Written in one way only: {"bytes":"…"}.
        const string Before = "{\"bytes\":\"", After = "\"}";
        byte[] bytes = [];
        Require(
            line.StartsWith(Before, StringComparison.Ordinal) && line.EndsWith(After, StringComparison.Ordinal)
            && Base64Url.TryDecode(line[Before.Length..^After.Length], ushort.MaxValue, out bytes), Failure.Unreadable, $"Line {index + 2} is no leaf.");
        return bytes;
    }

    /// <summary>A line without its end, bounded: whoever made the file does not decide how much memory is taken.</summary>
    private static string? ReadLine(TextReader file)
    {
        var line = new StringBuilder();
        for (var c = file.Read(); c >= 0; c = file.Read())
        {
            if (c == '\n')
                return line.ToString();
            Require(line.Length < MaxLineLength, Failure.Unreadable, $"A line has more than {MaxLineLength} characters.");
            line.Append((char)c);
        }
        Require(line.Length == 0, Failure.Unreadable, "The file ends within a line.");
        return null;
    }
}
