using Commission.Domain;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Storage.Guarantees.SelfTest;

/// <summary>Reads the latest deals out of the real tables, which it names by their schema, and copies what their checks need.</summary>
internal sealed class BookCopier(NpgsqlConnection connection, Serializer serializer)
{
    private const int TailLeaves = 1_000;

    /// <summary>Copies the latest deals: those with money first. Nothing when there is no complete deal.</summary>
    public async Task<(CopiedBooks Books, IReadOnlyList<DealDossier> Deals)> CopyAsync(int maxDeals, CancellationToken cancellationToken)
    {
        var deals = await connection.ReadAsync(
            """
            select deal from (
                (select e.deal, 0 as rank from public.book_entry e join public.book_head h on h.id = e.book_id
                 where h.book = $1 order by e.sequence desc limit $3)
                union all
                (select e.deal, 1 from public.book_entry e join public.book_head h on h.id = e.book_id
                 where h.book = $2 order by e.sequence desc limit $3)) tail
            group by deal order by min(rank), deal limit $4
            """,
            reader => reader.GetGuid(0), cancellationToken, Books.Ledger, Books.Handshakes, TailLeaves, maxDeals);
        var rows = await connection.ReadAsync(
            """
            select e.bytes, e.facts from public.book_entry e join public.book_head h on h.id = e.book_id
            where (h.book in ($1, $2) and e.deal = any($4)) or (h.book = $3 and e.kind = $5)
            order by h.book, e.sequence
            """,
            reader => (Leaf: LeafEncoding.Decode(reader.GetFieldValue<byte[]>(0)), Facts: reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1)),
            cancellationToken, Books.Ledger, Books.Handshakes, Books.Administration, deals.ToArray(), (short)AdministrativeAct.VersionApproved);
        var waiting = rows.Count == 0 ? [] : await WaitingAsync(cancellationToken);
        var books = new CopiedBooks(
            [.. rows.Select(row => row.Leaf).OfType<HandshakeLeaf>().Where(leaf => !waiting.Contains(leaf.Handshake.Deal))
                .Select(leaf => new CopiedRecord(leaf.Handshake, leaf.PostedAt))],
            [.. rows.Where(row => row.Leaf is EntryLeaf entry && !waiting.Contains(entry.Entry.Deal))
                .Select(row => new CopiedRecord(((EntryLeaf)row.Leaf).Entry with { Facts = row.Facts }, row.Leaf.PostedAt))],
            [.. rows.Select(row => row.Leaf).OfType<ActLeaf>().Select(leaf => new CopiedRecord(leaf.Act, leaf.PostedAt))]);
        var dossiers = rows.Where(row => row.Leaf is HandshakeLeaf or EntryLeaf).GroupBy(row => DealOf(row.Leaf)).Where(deal => !waiting.Contains(deal.Key))
            .Select(deal => new DealDossier(
                deal.Key, [.. deal.Select(row => row.Leaf).OfType<HandshakeLeaf>()],
                [.. deal.Where(row => row.Leaf is EntryLeaf).Select(row => new StoredEntry((EntryLeaf)row.Leaf, row.Facts))], false, false).Link())
            .ToList();
        await CopyTablesAsync(dossiers, cancellationToken);
        return (books, dossiers);
    }

    /// <summary>Deals that are still on their way to the books are left out: a copy of half a deal proves nothing.</summary>
    private async Task<HashSet<DealId>> WaitingAsync(CancellationToken cancellationToken)
    {
        var payloads = await connection.ReadAsync(
            "select payload from public.outbox where book in ($1, $2)", reader => reader.GetFieldValue<byte[]>(0), cancellationToken, Books.Ledger, Books.Handshakes);
        return [.. payloads.SelectMany(payload => serializer.Deserialize<BookRecord[]>(payload)!).Select(record => record switch
        {
            HandshakeDraft handshake => handshake.Deal,
            EntryDraft entry => entry.Deal,
            _ => default,
        })];
    }

    private async Task CopyTablesAsync(List<DealDossier> dossiers, CancellationToken cancellationToken)
    {
        var contacts = dossiers.SelectMany(dossier => dossier.Chain)
            .SelectMany(handshake => new[] { handshake.Actor, handshake.AttestedBy, handshake.Intent?.Receiver, handshake.Intent?.Client }).OfType<ContactId>()
            .Distinct().Select(contact => contact.ToString()).ToArray();
        var deals = dossiers.ConvertAll(dossier => dossier.Deal.ToString()).ToArray();
        await connection.ExecuteAsync("insert into contact select * from public.contact where id = any($1)", cancellationToken, (object)contacts);
        await connection.ExecuteAsync("insert into deal select * from public.deal where id = any($1)", cancellationToken, (object)deals);
        await connection.ExecuteAsync("insert into vertical select * from public.vertical", cancellationToken);
        await connection.ExecuteAsync("insert into agreement select * from public.agreement", cancellationToken);
    }

    private static DealId DealOf(Leaf leaf) => leaf is HandshakeLeaf handshake ? handshake.Handshake.Deal : ((EntryLeaf)leaf).Entry.Deal;
}
