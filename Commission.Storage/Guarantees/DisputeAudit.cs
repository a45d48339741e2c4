using Commission.Domain.Disputes;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Storage.Disputes;
using Commission.Storage.GroupCommit;
using Npgsql;

namespace Commission.Storage.Guarantees;

/// <summary>G6 for disputes: every undecided one, every one that was touched, and when everything is read, all of them.</summary>
internal sealed class DisputeAudit(
    NpgsqlConnection connection, CheckContext context, IReadOnlyDictionary<string, int> books, WaitingRecords waiting, Findings findings)
{
    private const int SpotChecks = 20;
    private readonly PayoutReader _reader = new(connection, context.Vault);
    private readonly ActReader _acts = new(connection, books, waiting);

    private int Ledger => books.GetValueOrDefault(Books.Ledger, -1);

    /// <summary>Checks.</summary>
    /// <param name="touched">What has new leaves in the books; null to check everything.</param>
    /// <param name="totals">Gets what undecided disputes hold.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task CheckAsync(IReadOnlyCollection<Guid>? touched, PayoutTotals totals, CancellationToken cancellationToken)
    {
        var rows = await connection.ReadAsync(
            """
            select id, payload from dispute where $1 or status in (1, 2, 3, 4) or uuid = any($2)
            union select * from (select id, payload from dispute where status not in (1, 2, 3, 4) and not $1 order by random() limit $3) spots
            order by id
            """,
            reader => (Id: reader.GetString(0), Payload: reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1)), cancellationToken,
            touched is null, touched?.ToArray() ?? [], SpotChecks);
        foreach (var (id, payload) in rows)
        {
            if (payload is null || StoredState.Read<DisputeState>(context.Serializer, payload) is not { Exists: true } state || state.Id.ToString() != id)
            {
                findings.Break(id, "its stored state cannot be read, or is another dispute's");
                continue;
            }
            await StateColumns.CompareAsync(
                connection, DisputeTable.Table, [id], [new Journaled<DisputeState> { State = state }], findings, cancellationToken);
            var dossier = await ReadAsync(state, cancellationToken);
            DisputeCheck.Check(
                dossier, await _reader.ReadBookedAsync(Ledger, state.Id.Value, waiting.Transfers, cancellationToken), context.Limits, findings);
            foreach (var held in state.Contested.Where(entry => state.IsPending && entry.IsHeld))
                totals.AddCredited(Accounts.Disputed(state.Member), held.Amount.Currency.Code, held.Amount.Minor);
        }
        await CheckStraysAsync(touched, cancellationToken);
    }

    private async Task<DisputeDossier> ReadAsync(DisputeState state, CancellationToken cancellationToken)
    {
        var entries = await connection.ReadAsync(
            """
            select d.place, d.pending, e.bytes from dispute_entry d left join book_entry e on e.book_id = d.book_id and e.sequence = d.sequence
            where d.dispute = $1 order by d.place
            """,
            reader =>
            {
                var bytes = reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2);
                return new DisputedEntryDossier(
                    reader.GetInt32(0), reader.GetBoolean(1), bytes is null ? null : MerkleTree.LeafHash(bytes),
                    bytes is null ? null : PayoutReader.LeafOf(bytes) as EntryLeaf);
            },
            cancellationToken, state.Id.Value);
        var messages = await connection.ReadAsync(
            "select body from dispute_message where dispute = $1 order by number", reader => DisputeTexts.HashOf(reader.GetString(0)), cancellationToken,
            state.Id.Value);
        return new DisputeDossier(state, entries, messages, await _acts.ReadAsync(state.Id.Value, cancellationToken));
    }

    private async Task CheckStraysAsync(IReadOnlyCollection<Guid>? touched, CancellationToken cancellationToken)
    {
        var unknown = await connection.ReadAsync(
            """
            select distinct e.deal from book_entry e
            where e.book_id = $1 and e.kind in (7, 8, 9) and ($2 or e.deal = any($3)) and not exists (select from dispute d where d.uuid = e.deal)
            union select distinct dispute from dispute_entry e where not exists (select from dispute d where d.uuid = e.dispute)
            union select distinct dispute from dispute_message m where not exists (select from dispute d where d.uuid = m.dispute) limit 20
            """,
            reader => DisputeId.From(reader.GetGuid(0)), cancellationToken, Ledger, touched is null, touched?.ToArray() ?? []);
        foreach (var dispute in unknown)
            findings.Break("dispute", $"there are transfers, entries or messages of {dispute}, and there is no such dispute");
        var twice = await connection.ReadAsync(
            "select sequence from dispute_entry where pending group by book_id, sequence having count(*) > 1 order by sequence limit 20",
            reader => reader.GetInt64(0), cancellationToken);
        foreach (var sequence in twice)
            findings.Break($"{Books.Ledger} leaf {sequence}", "two undecided disputes are about it");
    }
}
