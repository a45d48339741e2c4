using Commission.Domain.Amounts;
using Commission.Domain.Ledger.Log;

namespace Commission.Domain.Ledger;

/// <summary>Where a book ends.</summary>
/// <param name="Size">Leaves so far.</param>
/// <param name="LastLeaf">Hash of the last leaf; zero when empty.</param>
[GenerateSerializer, Immutable, Alias("BookHead")]
public readonly record struct BookHead([property: Id(0)] long Size, [property: Id(1)] Hash LastLeaf);

/// <summary>Names one account of a book: each currency is an account of its own.</summary>
/// <param name="Name">Account name.</param>
/// <param name="Currency">Its currency.</param>
public readonly record struct AccountKey(string Name, Currency Currency);

/// <summary>Where an account's chain ends.</summary>
/// <param name="Sequence">Entries so far.</param>
/// <param name="LastLeaf">Leaf hash of its last entry.</param>
/// <param name="BalanceMinor">Debits minus credits.</param>
public readonly record struct AccountHead(long Sequence, Hash LastLeaf, long BalanceMinor);

/// <summary>A leaf with its bytes.</summary>
/// <param name="Leaf">The content.</param>
/// <param name="Bytes">Its canonical bytes.</param>
/// <param name="Hash">Its hash in the tree.</param>
public readonly record struct EncodedLeaf(Leaf Leaf, byte[] Bytes, Hash Hash);

/// <summary>What an append writes.</summary>
/// <param name="Leaves">New leaves, in order.</param>
/// <param name="Head">The book's new end.</param>
/// <param name="Accounts">New ends of the accounts that were touched.</param>
/// <param name="Tree">The edge of the book's tree after the leaves.</param>
/// <param name="Tiles">Tiles of the tree that they completed.</param>
public sealed record BookAppend(
    IReadOnlyList<EncodedLeaf> Leaves, BookHead Head, IReadOnlyDictionary<AccountKey, AccountHead> Accounts, TreeEdge Tree, IReadOnlyList<Tile> Tiles);

/// <summary>Gives records their place in a book and in their accounts' chains. Pure.</summary>
public static class BookMachine
{
    /// <summary>Most bytes of a leaf: its length in an entry bundle has 16 bits.</summary>
    public const int MaxLeafBytes = ushort.MaxValue;

    /// <summary>The accounts that the records touch: their heads must be at hand before <see cref="Append"/>.</summary>
    public static IReadOnlySet<AccountKey> AccountsOf(IEnumerable<BookRecord> records)
    {
        var keys = new HashSet<AccountKey>();
        foreach (var entry in records.OfType<EntryDraft>())
        {
            keys.Add(new AccountKey(entry.Debit, entry.Amount.Currency));
            keys.Add(new AccountKey(entry.Credit, entry.Amount.Currency));
        }
        return keys;
    }

    /// <summary>Encodes and chains the records after the head.</summary>
    /// <param name="book">The book's name.</param>
    /// <param name="head">Where it ends.</param>
    /// <param name="tree">The edge of its tree there.</param>
    /// <param name="accounts">Current heads; an account that is missing starts at zero.</param>
    /// <param name="records">What to append.</param>
    /// <param name="postedAt">When.</param>
    /// <exception cref="InvalidOperationException">An amount is not positive, both sides are one account, or facts are not those of their hash.</exception>
    /// <exception cref="OverflowException">A balance leaves 64 bits.</exception>
    public static BookAppend Append(
        string book, BookHead head, TreeEdge tree, IReadOnlyDictionary<AccountKey, AccountHead> accounts, IReadOnlyList<BookRecord> records,
        DateTimeOffset postedAt)
    {
        if (tree.Size != head.Size)
            throw new InvalidOperationException($"The book '{book}' has {head.Size} leaves, its tree {tree.Size}.");
        var leaves = new List<EncodedLeaf>(records.Count);
        var touched = new Dictionary<AccountKey, AccountHead>();
        foreach (var record in records)
        {
            Leaf leaf = record switch
            {
                EntryDraft entry => Entry(book, head, entry, postedAt, key => Find(key, touched, accounts)),
                HandshakeDraft handshake => new HandshakeLeaf(book, head.Size, head.LastLeaf, postedAt, handshake),
                ActDraft act => new ActLeaf(book, head.Size, head.LastLeaf, postedAt, act),
                _ => throw new ArgumentOutOfRangeException(nameof(records)),
            };
            var bytes = LeafEncoding.Encode(leaf);
            var hash = MerkleTree.LeafHash(bytes);
            if (leaf is EntryLeaf { Entry: var posted } placed)
            {
                touched[new AccountKey(posted.Debit, posted.Amount.Currency)] = After(placed.Debit, hash);
                touched[new AccountKey(posted.Credit, posted.Amount.Currency)] = After(placed.Credit, hash);
            }
            if (bytes.Length > MaxLeafBytes)
                throw new InvalidOperationException($"A leaf of the book '{book}' has {bytes.Length} bytes; entry bundles hold at most {MaxLeafBytes}.");
            leaves.Add(new EncodedLeaf(leaf, bytes, hash));
            head = new BookHead(head.Size + 1, hash);
        }
        var (next, tiles) = tree.Append(leaves.Select(leaf => leaf.Hash));
        return new BookAppend(leaves, head, touched, next, tiles);
    }

    private static AccountHead After(EntrySide side, Hash leaf) => new(side.Sequence, leaf, side.BalanceMinor);

    private static AccountHead Find(
        AccountKey key, Dictionary<AccountKey, AccountHead> touched, IReadOnlyDictionary<AccountKey, AccountHead> accounts) =>
        touched.TryGetValue(key, out var head) || accounts.TryGetValue(key, out head) ? head : default;

    private static EntryLeaf Entry(
        string book, BookHead head, EntryDraft entry, DateTimeOffset postedAt, Func<AccountKey, AccountHead> find)
    {
        if (entry.Amount.Minor <= 0)
            throw new InvalidOperationException($"An entry's amount must be positive, not {entry.Amount}.");
        if (entry.Debit == entry.Credit)
            throw new InvalidOperationException($"An entry cannot debit and credit {entry.Debit}.");
        if (entry.Facts is not null && Hash.Of(entry.Facts) != entry.FactsHash)
            throw new InvalidOperationException($"The facts of an entry of {entry.Deal} are not those of its hash.");
        var debit = find(new AccountKey(entry.Debit, entry.Amount.Currency));
        var credit = find(new AccountKey(entry.Credit, entry.Amount.Currency));
        return new EntryLeaf(book, head.Size, head.LastLeaf, postedAt, entry,
            new EntrySide(entry.Debit, debit.Sequence + 1, debit.LastLeaf, checked(debit.BalanceMinor + entry.Amount.Minor)),
            new EntrySide(entry.Credit, credit.Sequence + 1, credit.LastLeaf, checked(credit.BalanceMinor - entry.Amount.Minor)));
    }
}
