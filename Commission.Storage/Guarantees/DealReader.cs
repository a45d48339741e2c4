using Commission.Domain;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Members;
using Commission.Domain.Rules;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Storage.Guarantees;

/// <summary>What the outbox still owes the books.</summary>
/// <param name="Handshakes">Deals whose handshakes wait.</param>
/// <param name="Entries">Deals whose entries wait.</param>
/// <param name="Transfers">Entries of payouts and disputes.</param>
/// <param name="Acts">What acts are about that wait for the administration book.</param>
internal sealed record WaitingRecords(HashSet<DealId> Handshakes, HashSet<DealId> Entries, List<EntryDraft> Transfers, HashSet<Guid> Acts);

/// <summary>Reads deals with what their checks need, over one connection.</summary>
internal sealed class DealReader(NpgsqlConnection connection, Serializer serializer)
{
    private const int MaxWaiting = 100_000;

    /// <summary>Contacts that are kept between batches: members come again and again, clients seldom.</summary>
    private const int MaxContacts = 20_000;

    /// <summary>Deals with a leaf in any of the books, after one, in the order of their ids.</summary>
    public Task<List<Guid>> ListDealsAsync(int[] bookIds, Guid? after, int limit, CancellationToken cancellationToken) => after is { } last
        ? connection.ReadAsync(
            "select distinct deal from book_entry where book_id = any($1) and deal > $3 order by deal limit $2",
            reader => reader.GetGuid(0), cancellationToken, bookIds, limit, last)
        : connection.ReadAsync(
            "select distinct deal from book_entry where book_id = any($1) order by deal limit $2",
            reader => reader.GetGuid(0), cancellationToken, bookIds, limit);

    /// <summary>Deals of some leaves of a book.</summary>
    public Task<List<Guid>> ListDealsAtAsync(int bookId, long[] places, CancellationToken cancellationToken) => connection.ReadAsync(
        "select distinct deal from book_entry where book_id = $1 and sequence = any($2)", reader => reader.GetGuid(0), cancellationToken, bookId, places);

    /// <summary>All that the books hold of some deals.</summary>
    public async Task<List<DealDossier>> ReadAsync(
        IReadOnlyDictionary<int, string> books, IReadOnlyCollection<DealId> deals, WaitingRecords waiting, Findings findings,
        CancellationToken cancellationToken)
    {
        var rows = await connection.ReadAsync(
            "select deal, book_id, sequence, bytes, facts from book_entry where deal = any($1) and book_id = any($2) order by deal, book_id, sequence",
            reader => (Deal: new DealId(reader.GetGuid(0)), Book: reader.GetInt32(1), Sequence: reader.GetInt64(2), Bytes: reader.GetFieldValue<byte[]>(3),
                Facts: reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4)),
            cancellationToken, deals.Select(deal => deal.Value).ToArray(), books.Keys.ToArray());
        return [.. rows.GroupBy(row => row.Deal).Select(deal =>
        {
            var (handshakes, entries) = (new List<HandshakeLeaf>(), new List<StoredEntry>());
            foreach (var row in deal)
            {
                var (leaf, fault) = Decode(row.Bytes);
                if (leaf is HandshakeLeaf handshake)
                    handshakes.Add(handshake);
                else if (leaf is EntryLeaf entry && entry.Entry.Kind.IsCalculated())
                    entries.Add(new StoredEntry(entry, row.Facts));
                else if (leaf is EntryLeaf)
                    continue; // Of a payout or a dispute, whose id stands where a deal's does.
                else
                    findings.Break($"{books[row.Book]} leaf {row.Sequence}", fault ?? "it is neither a handshake nor an entry");
            }
            return new DealDossier(deal.Key, handshakes, entries, waiting.Handshakes.Contains(deal.Key), waiting.Entries.Contains(deal.Key)).Link();
        }).Where(dossier => dossier.Entries.Count > 0 || dossier.HandshakeLeaves.Count > 0)];
    }

    /// <summary>Deals with records in the outbox: what they miss in the books is on its way.</summary>
    public async Task<WaitingRecords> ReadWaitingAsync(Findings findings, CancellationToken cancellationToken)
    {
        var waiting = new WaitingRecords([], [], [], []);
        var rows = await connection.ReadAsync(
            "select id, book, payload from outbox where book in ($1, $2, $3) order by id limit $4",
            reader => (Id: reader.GetInt64(0), Book: reader.GetString(1), Payload: reader.GetFieldValue<byte[]>(2)),
            cancellationToken, Books.Handshakes, Books.Ledger, Books.Administration, MaxWaiting);
        findings.Saw("outbox rows", rows.Count);
        if (rows.Count == MaxWaiting)
            findings.CouldNot($"More than {MaxWaiting} rows wait in the outbox: what payouts owe the ledger is not known.");
        foreach (var (id, _, payload) in rows)
        {
            if (RecordsOf(payload) is not { } records)
            {
                findings.Break($"outbox row {id}", "it cannot be read, so what it owes a book never arrives");
                continue;
            }
            waiting.Handshakes.UnionWith(records.OfType<HandshakeDraft>().Select(draft => draft.Deal));
            waiting.Entries.UnionWith(records.OfType<EntryDraft>().Select(draft => draft.Deal));
            waiting.Transfers.AddRange(records.OfType<EntryDraft>().Where(draft => !draft.Kind.IsCalculated()));
            waiting.Acts.UnionWith(records.OfType<ActDraft>().Select(draft => draft.Subject));
        }
        return waiting;
    }

    /// <summary>Verticals, agreements and approvals: there are few.</summary>
    public async Task LearnRulesAsync(KnownFacts known, IReadOnlyDictionary<string, int> bookIds, Findings findings, CancellationToken cancellationToken)
    {
        var verticals = await connection.ReadAsync(
            "select id, payload from vertical where payload is not null", reader => State<RuleSetState>(reader, findings), cancellationToken);
        foreach (var state in verticals.OfType<RuleSetState>())
            known.Verticals[state.Code] = state;
        var agreements = await connection.ReadAsync(
            "select reference, ended_at from agreement", reader => (reader.GetString(0), reader.GetFieldValue<DateTimeOffset?>(1)), cancellationToken);
        foreach (var (reference, ended) in agreements)
            known.Agreements[reference] = ended;
        if (!bookIds.TryGetValue(Books.Administration, out var administration))
            return;
        var acts = await connection.ReadAsync(
            "select bytes from book_entry where book_id = $1 and kind = $2 order by sequence", reader => Decode(reader.GetFieldValue<byte[]>(0)).Leaf,
            cancellationToken, administration, (short)AdministrativeAct.VersionApproved);
        foreach (var act in acts.OfType<ActLeaf>())
        {
            using var payload = CanonicalJson.Parse(act.Act.Payload);
            var root = payload.RootElement;
            known.Approvals.TryAdd(root.GetProperty("ruleHash").GetString()!, new RecordedApproval(
                root.GetProperty("actor").GetString()!, root.GetProperty("author").GetString()!, root.GetProperty("time").GetDateTimeOffset()));
        }
    }

    /// <summary>The contacts that the deals name, with their keys.</summary>
    public async Task LearnContactsAsync(KnownFacts known, IEnumerable<DealDossier> dossiers, Findings findings, CancellationToken cancellationToken)
    {
        if (known.Contacts.Count > MaxContacts)
            known.Contacts.Clear();
        var named = new HashSet<ContactId>();
        foreach (var handshake in dossiers.SelectMany(dossier => dossier.Chain))
        {
            named.Add(handshake.Actor);
            if (handshake.AttestedBy is { } service)
                named.Add(service);
            if (handshake.Intent is { } intent)
                named.UnionWith([intent.Receiver, intent.Client]);
        }
        named.ExceptWith(known.Contacts.Keys);
        var states = await connection.ReadAsync(
            "select id, payload from contact where id = any($1) and payload is not null", reader => State<MemberState>(reader, findings), cancellationToken,
            (object)named.Select(contact => contact.ToString()).ToArray());
        foreach (var state in states.OfType<MemberState>())
            known.Contacts[state.Id] = state;
    }

    private T? State<T>(NpgsqlDataReader reader, Findings findings) where T : class, new()
    {
        if (StoredState.Read<T>(serializer, reader.GetFieldValue<byte[]>(1)) is { } state)
            return state;
        findings.Break($"{reader.GetString(0)}", "its stored state cannot be read");
        return null;
    }

    private BookRecord[]? RecordsOf(byte[] payload)
    {
        try
        {
            return serializer.Deserialize<BookRecord[]>(payload);
        }
        catch (Exception error) when (error is SerializerException or ArgumentException or InvalidOperationException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static (Leaf? Leaf, string? Fault) Decode(byte[] bytes)
    {
        try
        {
            return (LeafEncoding.Decode(bytes), null);
        }
        catch (FormatException mistake)
        {
            return (null, mistake.Message);
        }
    }
}
