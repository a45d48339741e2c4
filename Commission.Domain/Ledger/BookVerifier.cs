namespace Commission.Domain.Ledger;

/// <summary>
/// Re-reads a book from its bytes alone: places without a gap, every link of the book chain and of both account chains,
/// every balance. Feed leaves in order; the first fault stops it.
/// </summary>
public sealed class BookVerifier(string book)
{
    private readonly Dictionary<AccountKey, AccountHead> _accounts = [];
    private readonly HashSet<(DealId Deal, Hash Facts, int Ordinal)> _causes = [];

    /// <summary>Where the verified part ends.</summary>
    public BookHead Head { get; private set; }

    /// <summary>Account heads as the entries imply them.</summary>
    public IReadOnlyDictionary<AccountKey, AccountHead> Accounts => _accounts;

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
            return $"leaf {Head.Size}: {fault}";
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
        if (!_causes.Add((leaf.Entry.Deal, leaf.Entry.FactsHash, leaf.Entry.Ordinal)))
            return $"accrual {leaf.Entry.Ordinal} of {leaf.Entry.Deal} stands twice";
        return Check(leaf.Debit, leaf, leaf.Entry.Amount.Minor, hash) ?? Check(leaf.Credit, leaf, -leaf.Entry.Amount.Minor, hash);
    }

    private string? Check(EntrySide side, EntryLeaf leaf, long change, Hash hash)
    {
        var key = new AccountKey(side.Account, leaf.Entry.Amount.Currency);
        var before = _accounts.GetValueOrDefault(key);
        if (side.Sequence != before.Sequence + 1)
            return $"{side.Account} has a gap: entry {side.Sequence} follows {before.Sequence}";
        if (side.Previous != before.LastLeaf)
            return $"{side.Account} does not follow its previous entry";
        var balance = (Int128)before.BalanceMinor + change;
        if (side.BalanceMinor != balance)
            return $"{side.Account} states a balance of {side.BalanceMinor}, the entries give {balance}";
        _accounts[key] = new AccountHead(side.Sequence, hash, side.BalanceMinor);
        return null;
    }
}
