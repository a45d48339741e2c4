using Commission.Domain;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Aba;
using Commission.Domain.Payouts.Tax;
using Commission.Storage.Payouts;
using Npgsql;

namespace Commission.Storage.Guarantees;

/// <summary>Reads payouts as they stand, with all that is stored beside them, over one connection.</summary>
internal sealed class PayoutReader(NpgsqlConnection connection, PayeeVault vault)
{
    /// <summary>The entries that the ledger has of a batch or a dispute: payouts, reversals, holds, decisions.</summary>
    public async Task<BookedEntries> ReadBookedAsync(int ledger, Guid subject, IEnumerable<EntryDraft> waiting, CancellationToken cancellationToken)
    {
        var (booked, names) = (new BookedEntries(), new Dictionary<string, string>(StringComparer.Ordinal));
        var rows = await connection.ReadAsync(
            "select bytes from book_entry where deal = $1 and book_id = $2 order by sequence", reader => LeafOf(reader.GetFieldValue<byte[]>(0)),
            cancellationToken, subject, ledger);
        foreach (var leaf in rows.OfType<EntryLeaf>().Where(leaf => !leaf.Entry.Kind.IsCalculated()))
            booked.Add(new BookedEntry(leaf.Entry with { Debit = Shared(leaf.Entry.Debit, names), Credit = Shared(leaf.Entry.Credit, names) }, leaf.Sequence));
        foreach (var entry in waiting.Where(entry => entry.Deal.Value == subject))
            booked.Add(new BookedEntry(entry, null));
        return booked;
    }

    /// <summary>Items of a batch after a number, with their lines.</summary>
    public async Task<List<PayoutItemDossier>> ReadItemsAsync(Guid batch, int after, int limit, CancellationToken cancellationToken)
    {
        var items = await connection.ReadAsync(
            """
            select i.number, i.payee, i.amount_minor, i.gst_minor, i.withheld_minor, i.lines, i.lines_hash, i.destination, i.status, i.attempt, i.since,
                i.submission, i.salt, i.file_part, case when a.commitment = i.destination then a.account end
            from payout_item i left join payee_account a on a.payee = i.payee
            where i.batch = $1 and i.number > $2 order by i.number limit $3
            """, Item, cancellationToken, batch, after, limit);
        var lines = items.Count == 0 ? [] : await connection.ReadAsync(
            """
            select l.item, l.place, l.entry, l.amount_minor, l.holds, e.bytes
            from payout_line l left join book_entry e on e.book_id = l.book_id and e.sequence = l.sequence
            where l.batch = $1 and l.item between $2 and $3 order by l.item, l.place
            """,
            reader => (Item: reader.GetInt32(0), Line: Line(reader)), cancellationToken, batch, items[0].Item.Number, items[^1].Item.Number);
        var byItem = lines.ToLookup(line => line.Item, line => line.Line);
        return items.ConvertAll(row => row with { Lines = [.. byItem[row.Item.Number]] });
    }

    /// <summary>Entries that more than one line holds, whatever the database's constraint would say.</summary>
    public Task<List<(long Sequence, long Lines)>> ListHeldTwiceAsync(CancellationToken cancellationToken) => connection.ReadAsync(
        "select sequence, count(*) from payout_line where holds group by book_id, sequence having count(*) > 1 order by sequence limit 20",
        reader => (reader.GetInt64(0), reader.GetInt64(1)), cancellationToken);

    /// <summary>Lines that are stored for a batch.</summary>
    public Task<long> CountLinesAsync(Guid batch, CancellationToken cancellationToken) =>
        connection.ScalarAsync<long>("select count(*) from payout_line where batch = $1", cancellationToken, batch);

    /// <summary>What the rail has of a batch, by reference. What is wrong with it by itself is found here.</summary>
    public Task<Dictionary<string, RailRecord>> ReadRailAsync(PayoutBatchState batch, Findings findings, CancellationToken cancellationToken) =>
        batch.Rail == Rail.Aba ? ReadFilesAsync(batch, findings, cancellationToken) : ReadTransfersAsync(batch, findings, cancellationToken);

    private async Task<Dictionary<string, RailRecord>> ReadFilesAsync(PayoutBatchState batch, Findings findings, CancellationToken cancellationToken)
    {
        var files = await connection.ReadAsync(
            "select part, hash, content, records, pay_minor, process_on from payout_file where batch = $1 order by part",
            reader => new StoredPayoutFile(
                reader.GetInt32(0), BookReader.HashOf(reader.GetFieldValue<byte[]>(1)), reader.GetFieldValue<byte[]>(2), reader.GetInt32(3), reader.GetInt64(4),
                reader.GetFieldValue<DateOnly>(5)),
            cancellationToken, batch.Id.Value);
        var records = new Dictionary<string, RailRecord>(StringComparer.Ordinal);
        foreach (var (index, file) in files.Index())
        {
            var where = $"{batch.Id} file {file.Part}";
            findings.Saw("payout files");
            if (file.Part != index + 1)
                findings.Break(where, $"it stands where file {index + 1} should");
            if (Open(file) is not { } document)
            {
                findings.Break(where, "it is not what was stored, or no direct entry file");
                continue;
            }
            findings.BreakIf(where, document.Totals.Records != file.Records ? $"its row says {file.Records} records, it has {document.Totals.Records}"
                : document.Totals.CreditMinor != file.PayMinor ? $"its row says that it pays {file.PayMinor}, it pays {document.Totals.CreditMinor}"
                : document.Header.ProcessOn != file.ProcessOn ? $"its row says {file.ProcessOn:yyyy-MM-dd}, it is for {document.Header.ProcessOn:yyyy-MM-dd}"
                : null);
            foreach (var payment in document.Details.Where(detail => detail.Code != AbaDetail.Debit).GroupBy(detail => detail.Reference.Split('/')[0]))
            {
                var (pays, account) = (payment.Sum(detail => detail.AmountMinor), $"{payment.First().Bsb} {payment.First().Account}");
                var earlier = records.GetValueOrDefault(payment.Key);
                if (earlier is not null && payment.All(detail => !detail.Reference.Contains('/', StringComparison.Ordinal)))
                    findings.Break(where, $"{payment.Key} is paid in file {earlier.Part} too");
                records[payment.Key] = new RailRecord(payment.Key, pays + (earlier?.AmountMinor ?? 0), null, 0, earlier?.Part ?? file.Part, account);
            }
        }
        return records;
    }

    private async Task<Dictionary<string, RailRecord>> ReadTransfersAsync(PayoutBatchState batch, Findings findings, CancellationToken cancellationToken)
    {
        var transfers = await connection.ReadAsync(
            """
            select key, amount, currency, outcome, reversed_minor, revision <= told, subject, live from stripe_request
            where kind = 'transfer' and key >= $1 and key < $2 order by key
            """,
            reader => (
                Record: new RailRecord(
                    reader.GetString(0), reader.GetInt64(1), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetInt64(4), null,
                    reader.GetString(6), reader.GetBoolean(5)),
                Currency: reader.GetString(2),
                IsLive: reader.GetBoolean(7)),
            cancellationToken, $"{batch.Id}/", $"{batch.Id}0");
        var records = new Dictionary<string, RailRecord>(StringComparer.Ordinal);
        foreach (var (record, currency, isLive) in transfers)
        {
            if (isLive != batch.IsLive)
                findings.Break($"{batch.Id}", $"the transfer {record.Reference} was asked for in {StripeDestination.ModeOf(isLive)} mode");
            if (currency != batch.Currency.Code)
                findings.Break($"{batch.Id}", $"the transfer {record.Reference} is in {currency}, the batch in {batch.Currency}");
            if (!records.TryAdd(record.Reference, record))
                findings.Break($"{batch.Id}", $"the transfer {record.Reference} was asked for in test mode and in live mode");
        }
        return records;
    }

    private AbaDocument? Open(StoredPayoutFile file)
    {
        try
        {
            return AbaReader.Read(vault.OpenFile(file)).Document;
        }
        catch (Exception error) when (error is InvalidDataException or System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    private PayoutItemDossier Item(NpgsqlDataReader reader) => new(
        new PayoutItem
        {
            Number = reader.GetInt32(0),
            Payee = ContactId.From(reader.GetGuid(1)),
            Amounts = new PayoutAmounts(reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)),
            Lines = reader.GetInt32(5),
            LinesHash = BookReader.HashOf(reader.GetFieldValue<byte[]>(6)),
            Destination = BookReader.HashOf(reader.GetFieldValue<byte[]>(7)),
            Status = (PayoutItemStatus)reader.GetInt16(8),
            Attempt = reader.GetInt32(9),
            Since = reader.GetFieldValue<DateTimeOffset>(10),
            Submission = reader.IsDBNull(11) ? Hash.Zero : BookReader.HashOf(reader.GetFieldValue<byte[]>(11)),
            Salt = BookReader.HashOf(reader.GetFieldValue<byte[]>(12)),
        },
        reader.GetFieldValue<int?>(13), [], reader.IsDBNull(14) ? null : AccountOf(reader.GetFieldValue<byte[]>(14)));

    private string? AccountOf(byte[] account)
    {
        try
        {
            var open = vault.Open(account);
            return $"{open.Bsb} {open.Number}";
        }
        catch (Exception error) when (error is System.Security.Cryptography.CryptographicException or System.Text.Json.JsonException)
        {
            return "an account that cannot be read";
        }
    }

    private static PayoutLineDossier Line(NpgsqlDataReader reader)
    {
        var bytes = reader.IsDBNull(5) ? null : reader.GetFieldValue<byte[]>(5);
        return new PayoutLineDossier(
            reader.GetInt32(1), BookReader.HashOf(reader.GetFieldValue<byte[]>(2)), reader.GetInt64(3), reader.GetBoolean(4),
            bytes is null ? null : MerkleTree.LeafHash(bytes), bytes is null ? null : LeafOf(bytes) as EntryLeaf);
    }

    internal static Leaf? LeafOf(byte[] bytes)
    {
        try
        {
            return LeafEncoding.Decode(bytes);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string Shared(string name, Dictionary<string, string> names) => names.TryGetValue(name, out var known) ? known : names[name] = name;
}
