using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Guarantees;
using Commission.Storage.Deals;
using Commission.Storage.GroupCommit;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Storage.Guarantees;

/// <summary>Reads the rows of deals: the state that the engine goes on from, and the columns that lists are made of.</summary>
internal sealed class DealStateReader(NpgsqlConnection connection, Serializer serializer)
{
    /// <summary>States by deal. What cannot be read, and columns that say otherwise, are found here.</summary>
    public async Task<Dictionary<DealId, DealState>> ReadAsync(IReadOnlyCollection<DealId> deals, Findings findings, CancellationToken cancellationToken)
    {
        var rows = await connection.ReadAsync(
            $"select id, payload from {DealTable.Name} where id = any($1) and payload is not null",
            reader => (Id: reader.GetString(0), Payload: reader.GetFieldValue<byte[]>(1)), cancellationToken,
            (object)deals.Select(deal => deal.ToString()).ToArray());
        var (states, ids, journaled) = (new Dictionary<DealId, DealState>(), new List<string>(), new List<object>());
        foreach (var (id, payload) in rows)
        {
            if (StoredState.Read<DealState>(serializer, payload) is not { Steps.Length: > 0 } state)
            {
                findings.Break(id, "its stored state cannot be read");
                continue;
            }
            states[TypedId.Parse<DealId>(id)] = state;
            ids.Add(id);
            journaled.Add(new Journaled<DealState> { State = state });
        }
        await StateColumns.CompareAsync(connection, DealTable.Table, ids, journaled, findings, cancellationToken);
        return states;
    }

    /// <summary>Deals after one whose intent, or outcome if they are complete, is not in the handshakes book.</summary>
    public async Task<(List<(string Deal, bool IsComplete)> Missing, string? Last)> ListUnbookedAsync(
        int handshakes, string after, int limit, CancellationToken cancellationToken)
    {
        var rows = await connection.ReadAsync(
            $"select id, status from {DealTable.Name} where id > $1 order by id limit $2",
            reader => (Id: reader.GetString(0), IsComplete: reader.GetInt16(1) == (short)DealStatus.Complete), cancellationToken, after, limit);
        var known = rows.Select(row => TypedId.TryParse<DealId>(row.Id, out var deal) ? deal.Value : Guid.Empty).ToArray();
        var steps = rows.Select(row => (short)(row.IsComplete ? HandshakeStep.Outcome : HandshakeStep.Intent)).ToArray();
        var missing = await connection.ReadAsync(
            """
            select k.place::int from unnest($1::uuid[], $2::smallint[]) with ordinality as k(deal, kind, place)
            where not exists (select from book_entry e where e.deal = k.deal and e.book_id = $3 and e.kind = k.kind) order by k.place
            """,
            reader => rows[reader.GetInt32(0) - 1], cancellationToken, known, steps, handshakes);
        return (missing, rows.Count == limit ? rows[^1].Id : null);
    }
}
