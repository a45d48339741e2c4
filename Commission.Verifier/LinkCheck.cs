using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Evidence;
using static Commission.Verifier.Findings;

namespace Commission.Verifier;

/// <summary>Leaves that follow each other name each other, and balances are what the entries give, as far as a pack holds neighbours.</summary>
internal static class LinkCheck
{
    private sealed record Seen(long Sequence, Hash Leaf, long BalanceMinor);

    public static void VerifyBookChains(IEnumerable<EvidenceBook> books)
    {
        foreach (var book in books)
        {
            for (var i = 0; i < book.Leaves.Count; i++)
            {
                var previous = LeafEncoding.Decode(book.Leaves[i].Bytes).Previous;
                if (book.Leaves[i].Index == 0)
                    Require(previous == Hash.Zero, Failure.Link, $"{book.Book}: the first leaf follows another.");
                else if (i > 0 && book.Leaves[i - 1].Index == book.Leaves[i].Index - 1)
                    Require(previous == MerkleTree.LeafHash(book.Leaves[i - 1].Bytes), Failure.Link, $"{book.Book}: leaf {book.Leaves[i].Index} does not follow the leaf before it.");
            }
        }
    }

    public static void Verify(IReadOnlyList<EntryLeaf> entries)
    {
        var accounts = new Dictionary<(string Account, Currency Currency), Seen>();
        foreach (var leaf in entries)
        {
            var amount = leaf.Entry.Amount;
            Require(amount.Minor > 0 && leaf.Debit.Account != leaf.Credit.Account, Failure.Link, $"Entry {leaf.Sequence} moves nothing.");
            var hash = MerkleTree.LeafHash(LeafEncoding.Encode(leaf));
            Verify(leaf, leaf.Debit, amount.Minor, hash, accounts);
            Verify(leaf, leaf.Credit, -amount.Minor, hash, accounts);
        }
    }

    private static void Verify(EntryLeaf leaf, EntrySide side, long change, Hash hash, Dictionary<(string, Currency), Seen> accounts)
    {
        var key = (side.Account, leaf.Entry.Amount.Currency);
        var before = side.Sequence == 1 ? new Seen(0, Hash.Zero, 0) : accounts.GetValueOrDefault(key);
        if (before is not null && before.Sequence == side.Sequence - 1)
        {
            Require(side.Previous == before.Leaf, Failure.Link, $"Entry {leaf.Sequence} does not follow the entry before it in {side.Account}.");
            Require(
                (Int128)side.BalanceMinor == (Int128)before.BalanceMinor + change, Failure.Link,
                $"Entry {leaf.Sequence} states a balance of {side.BalanceMinor} for {side.Account}; the entries give {(Int128)before.BalanceMinor + change}.");
        }
        Require(!accounts.TryGetValue(key, out var last) || last.Sequence < side.Sequence, Failure.Link, $"Entry {leaf.Sequence} goes back in {side.Account}.");
        accounts[key] = new Seen(side.Sequence, hash, side.BalanceMinor);
    }
}
