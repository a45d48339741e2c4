using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Commission.Domain.Ledger;

/// <summary>
/// Re-reads a book from its bytes alone: places without a gap, every link of the book chain and of both account chains,
/// every balance. Feed leaves in order; the first fault stops it.
/// </summary>
/// <param name="book">The book's name.</param>
/// <param name="from">Where an earlier verification ended; the beginning when absent.</param>
public sealed class BookVerifier(string book, BookHead from = default)
{
    private readonly Dictionary<AccountKey, AccountHead> _accounts = [];
    private readonly HashSet<UInt128> _causes = [];

    /// <summary>Where the verified part ends.</summary>
    public BookHead Head { get; private set; } = from;

    /// <summary>Whether the fault is in the money: an amount, a balance or an account's chain, and not in the book's chain.</summary>
    public bool IsMoneyFault { get; private set; }

    /// <summary>Account heads as the entries imply them.</summary>
    public IReadOnlyDictionary<AccountKey, AccountHead> Accounts => _accounts;

    /// <summary>Tells where an account's chain ended before the first leaf; needed only when it does not start at the beginning.</summary>
    public void Know(AccountKey account, AccountHead head) => _accounts.TryAdd(account, head);

    /// <summary>Checks the next leaf; returns what is wrong with it, or null.</summary>
    public string? Next(ReadOnlySpan<byte> bytes)
    {
        Leaf leaf;
        try
        {
            leaf = LeafEncoding.Decode(bytes);
        }
        catch (FormatException error)
        {
            return $"leaf {Head.Size}: {error.Message}";
        }
        if (leaf.Book != book)
            return $"leaf {Head.Size}: belongs to book '{leaf.Book}', not '{book}'";
        if (leaf.Sequence != Head.Size)
            return $"leaf {Head.Size}: says it is number {leaf.Sequence}";
        if (leaf.Previous != Head.LastLeaf)
            return $"leaf {Head.Size}: does not follow the leaf before it";
        var hash = MerkleTree.LeafHash(bytes);
        if (leaf is EntryLeaf entry && Check(entry, hash) is { } fault)
        {
            IsMoneyFault = true;
            return $"leaf {Head.Size}: {fault}";
        }
        Head = new BookHead(Head.Size + 1, hash);
        return null;
    }

    private string? Check(EntryLeaf leaf, Hash hash)
    {
        if (leaf.Entry.Amount.Minor <= 0)
            return "its amount is not positive";
        if (leaf.Debit.Account == leaf.Credit.Account)
            return "it debits and credits one account";
        if (leaf.Entry.Kind.IsCorrection() == (leaf.Entry.Corrects == Hash.Zero))
            return leaf.Entry.Kind.IsCorrection() ? "it does not say what it corrects" : "it cannot correct anything";
        if (!_causes.Add(CauseOf(leaf.Entry)))
            return $"accrual {leaf.Entry.Ordinal} of {leaf.Entry.Deal} stands twice";
        return Check(leaf.Debit, leaf, leaf.Entry.Amount.Minor, hash) ?? Check(leaf.Credit, leaf, -leaf.Entry.Amount.Minor, hash);
    }

    private string? Check(EntrySide side, EntryLeaf leaf, long change, Hash hash)
    {
        var key = new AccountKey(side.Account, leaf.Entry.Amount.Currency);
        ref var kept = ref CollectionsMarshal.GetValueRefOrAddDefault(_accounts, key, out _);
        var before = kept;
        if (side.Sequence != before.Sequence + 1)
            return $"{side.Account} has a gap: entry {side.Sequence} follows {before.Sequence}";
        if (side.Previous != before.LastLeaf)
            return $"{side.Account} does not follow its previous entry";
        var balance = (Int128)before.BalanceMinor + change;
        if (side.BalanceMinor != balance)
            return $"{side.Account} states a balance of {side.BalanceMinor}, the entries give {balance}";
        kept = new AccountHead(side.Sequence, hash, side.BalanceMinor);
        return null;
    }

    /// <summary>
    /// What an entry stands for, in 128 bits: a book of millions has one for each. Equal entries are always seen; two that
    /// differ would have to collide in half of a SHA-256.
    /// </summary>
    private static UInt128 CauseOf(EntryDraft entry) =>
        entry.FactsHash.First ^ Unsafe.BitCast<Guid, UInt128>(entry.Deal.Value) ^ (UInt128)(uint)entry.Ordinal;
}
