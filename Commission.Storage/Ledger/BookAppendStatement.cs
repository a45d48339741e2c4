using Commission.Domain.Ledger;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Ledger;

/// <summary>The one statement of an append.</summary>
internal static class BookAppendStatement
{
    internal const string Sql = """
        with h as (
            update book_head set size = $5, last_leaf = $6, frontier = $27
            where id = $1 and epoch = $2 and size = $3 and last_leaf = $4
            returning 1),
        d as (delete from outbox where id = any($7) returning 1),
        a as (
            insert into book_account as s (book_id, id, name, currency, sequence, balance, last_leaf)
            select $1, t.* from h, unnest($8::int[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::bytea[])
                as t(id, name, currency, sequence, balance, last_leaf)
            on conflict (book_id, id) do update
            set sequence = excluded.sequence, balance = excluded.balance, last_leaf = excluded.last_leaf),
        e as (
            insert into book_entry (book_id, sequence, bytes, deal, kind, posted_at,
                debit, debit_sequence, credit, credit_sequence, amount, effective_on, facts)
            select $1, t.sequence, t.bytes, t.deal, t.kind, $14, t.debit, t.debit_sequence, t.credit, t.credit_sequence, t.amount, t.effective_on, t.facts
            from h, unnest($15::bigint[], $16::bytea[], $17::uuid[], $18::smallint[], $19::int[], $20::bigint[], $21::int[], $22::bigint[],
                $23::bigint[], $24::date[], $25::bytea[])
                as t(sequence, bytes, deal, kind, debit, debit_sequence, credit, credit_sequence, amount, effective_on, facts)),
        t as (
            insert into book_tile (book_id, level, index, hashes, root)
            select $1, t.* from h, unnest($28::smallint[], $29::bigint[], $30::bytea[], $31::bytea[]) as t(level, index, hashes, root))
        select 1 / (select count(*) from h)::int, 1 / (case when (select count(*) from d) = $26 then 1 else 0 end)
        """;

    public static void AddParameters(
        NpgsqlCommand command, BookHold hold, BookHead from, BookAppend append, IReadOnlyDictionary<AccountKey, int> accountIds, IReadOnlyList<long> outboxIds)
    {
        AddHead(command, hold, from, append, outboxIds);
        AddAccounts(command, append, accountIds);
        AddEntries(command, append, accountIds);
        Add(command, NpgsqlDbType.Bigint, (long)outboxIds.Count);
        AddTree(command, append);
    }

    private static void AddTree(NpgsqlCommand command, BookAppend append)
    {
        var tiles = append.Tiles.ToArray();
        Add(command, NpgsqlDbType.Bytea, TileQueries.BytesOf(append.Tree.Frontier()));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Smallint, Array.ConvertAll(tiles, tile => (short)tile.Level));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(tiles, tile => tile.Index));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, Array.ConvertAll(tiles, tile => TileQueries.BytesOf(tile.Hashes)));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, Array.ConvertAll(tiles, tile => tile.Root.ToArray()));
    }

    private static void AddHead(NpgsqlCommand command, BookHold hold, BookHead from, BookAppend append, IReadOnlyList<long> outboxIds)
    {
        Add(command, NpgsqlDbType.Integer, hold.BookId);
        Add(command, NpgsqlDbType.Bigint, hold.Epoch);
        Add(command, NpgsqlDbType.Bigint, from.Size);
        Add(command, NpgsqlDbType.Bytea, from.LastLeaf.ToArray());
        Add(command, NpgsqlDbType.Bigint, append.Head.Size);
        Add(command, NpgsqlDbType.Bytea, append.Head.LastLeaf.ToArray());
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, outboxIds.ToArray());
    }

    private static void AddAccounts(NpgsqlCommand command, BookAppend append, IReadOnlyDictionary<AccountKey, int> accountIds)
    {
        var accounts = append.Accounts.ToArray();
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Integer, Array.ConvertAll(accounts, account => accountIds[account.Key]));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, Array.ConvertAll(accounts, account => account.Key.Name));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, Array.ConvertAll(accounts, account => account.Key.Currency.Code));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(accounts, account => account.Value.Sequence));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(accounts, account => account.Value.BalanceMinor));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, Array.ConvertAll(accounts, account => account.Value.LastLeaf.ToArray()));
    }

    private static void AddEntries(NpgsqlCommand command, BookAppend append, IReadOnlyDictionary<AccountKey, int> accountIds)
    {
        var leaves = append.Leaves.ToArray();
        var entries = Array.ConvertAll(leaves, leaf => leaf.Leaf as EntryLeaf);
        int? Account(string? name, EntryLeaf? entry) => entry is null ? null : accountIds[new AccountKey(name!, entry.Entry.Amount.Currency)];
        Add(command, NpgsqlDbType.TimestampTz, leaves[0].Leaf.PostedAt.UtcDateTime);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(leaves, leaf => leaf.Leaf.Sequence));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, Array.ConvertAll(leaves, leaf => leaf.Bytes));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Uuid, Array.ConvertAll(leaves, DealOf));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Smallint, Array.ConvertAll(leaves, KindOf));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Integer, Array.ConvertAll(entries, entry => Account(entry?.Debit.Account, entry)));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(entries, entry => entry?.Debit.Sequence));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Integer, Array.ConvertAll(entries, entry => Account(entry?.Credit.Account, entry)));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(entries, entry => entry?.Credit.Sequence));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(entries, entry => entry?.Entry.Amount.Minor));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Date, Array.ConvertAll(entries, entry => entry?.Entry.EffectiveOn));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, Array.ConvertAll(entries, entry => entry?.Entry.Facts));
    }

    private static Guid DealOf(EncodedLeaf leaf) => leaf.Leaf switch
    {
        EntryLeaf entry => entry.Entry.Deal.Value,
        HandshakeLeaf handshake => handshake.Handshake.Deal.Value,
        ActLeaf act => act.Act.Subject,
        _ => throw new ArgumentOutOfRangeException(nameof(leaf)),
    };

    private static short KindOf(EncodedLeaf leaf) => leaf.Leaf switch
    {
        EntryLeaf entry => (short)entry.Entry.Kind,
        HandshakeLeaf handshake => (short)handshake.Handshake.Step,
        ActLeaf act => (short)act.Act.Act,
        _ => throw new ArgumentOutOfRangeException(nameof(leaf)),
    };

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object value) =>
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value });
}
