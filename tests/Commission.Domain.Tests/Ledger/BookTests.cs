using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Commission.Domain.Tests.Deals;
using CsCheck;

namespace Commission.Domain.Tests.Ledger;

public sealed class BookTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 1, 0, 0, TimeSpan.Zero);
    private static readonly EntryDraft Draft = Transfer("receivable:X", "income:platform-fee", 5);

    private static EntryDraft Transfer(string debit, string credit, long minor) => new(
        EntryKind.Accrual, default, debit, credit, new Money(minor, Currency.Aud), new DateOnly(2026, 3, 2), Hash.Zero, Hash.Zero, Hash.Zero,
        default, 0);

    private static BookAppend Append(params IReadOnlyList<BookRecord> records) =>
        BookMachine.Append(Books.Ledger, default, TreeEdge.Empty, new Dictionary<AccountKey, AccountHead>(), records, Now);

    private static (string? Fault, BookHead Head) Verify(IEnumerable<byte[]> leaves)
    {
        var verifier = new BookVerifier(Books.Ledger);
        var fault = leaves.Select(bytes => verifier.Next(bytes)).FirstOrDefault(problem => problem is not null);
        return (fault, verifier.Head);
    }

    [Fact]
    public void An_appended_book_verifies_and_balances() => LedgerGen.Transfers.Sample(drafts =>
    {
        var append = Append(drafts);
        var verifier = new BookVerifier(Books.Ledger);
        Assert.All(append.Leaves, leaf => Assert.Null(verifier.Next(leaf.Bytes)));
        Assert.Equal(append.Head, verifier.Head);
        Assert.Equal(append.Accounts.ToHashSet(), verifier.Accounts.ToHashSet());
        foreach (var currency in append.Accounts.GroupBy(account => account.Key.Currency))
            Assert.Equal(0, currency.Sum(account => (decimal)account.Value.BalanceMinor));
        Assert.All(append.Accounts, account => Assert.Equal(BalanceOf(drafts, account.Key), account.Value.BalanceMinor));
    });

    private static long BalanceOf(EntryDraft[] drafts, AccountKey account) => drafts
        .Where(draft => draft.Amount.Currency == account.Currency)
        .Sum(draft => (draft.Debit == account.Name ? draft.Amount.Minor : 0) - (draft.Credit == account.Name ? draft.Amount.Minor : 0));

    [Fact]
    public void Where_batches_are_cut_does_not_matter() => Gen.Select(LedgerGen.Transfers, Gen.Int[0, 40]).Sample((drafts, cut) =>
    {
        var whole = Append(drafts);
        var first = Append(drafts[..Math.Min(cut, drafts.Length)]);
        var second = BookMachine.Append(Books.Ledger, first.Head, first.Tree, first.Accounts, drafts[Math.Min(cut, drafts.Length)..], Now);
        Assert.Equal((whole.Head, whole.Tree.Root), (second.Head, second.Tree.Root));
    });

    [Fact]
    public void Every_flipped_byte_is_reported() => Gen.Select(LedgerGen.Transfers, Gen.Int[0, 1_000_000], Gen.Byte[1, 255]).Sample((drafts, place, change) =>
    {
        var (head, leaves) = (Append(drafts).Head, Append(drafts).Leaves.Select(leaf => leaf.Bytes.ToArray()).ToArray());
        var leaf = leaves[place % leaves.Length];
        leaf[place / leaves.Length % leaf.Length] ^= change;
        var (fault, found) = Verify(leaves);
        return fault is not null || found != head;
    });

    [Fact]
    public void A_flip_before_the_last_leaf_needs_no_head_to_be_found()
    {
        var leaves = Append(Draft, Draft with { Ordinal = 1 }).Leaves.Select(leaf => leaf.Bytes).ToArray();
        for (var place = 0; place < leaves[0].Length; place++)
        {
            leaves[0][place] ^= 1;
            Assert.NotNull(Verify(leaves).Fault);
            leaves[0][place] ^= 1;
        }
        Assert.Null(Verify(leaves).Fault);
    }

    [Fact]
    public void Every_swap_deletion_and_duplicate_is_reported() => Gen.Select(LedgerGen.Transfers, Gen.Int[0, 39])
        .Where((drafts, at) => at < drafts.Length).Sample((drafts, at) =>
    {
        var append = Append(drafts);
        byte[][] leaves = [.. append.Leaves.Select(leaf => leaf.Bytes)];
        Assert.NotEqual(append.Head, Verify([.. leaves[..at], .. leaves[(at + 1)..]]).Head);
        Assert.NotNull(Verify([.. leaves[..at], leaves[at], .. leaves[at..]]).Fault);
        if (at > 0)
            Assert.NotNull(Verify([.. leaves[..(at - 1)], leaves[at], leaves[at - 1], .. leaves[(at + 1)..]]).Fault);
    });

    [Fact]
    public void A_leaf_of_another_book_is_reported()
    {
        var other = BookMachine.Append(Books.Handshakes, default, TreeEdge.Empty, new Dictionary<AccountKey, AccountHead>(), [Draft], Now);
        Assert.Contains("belongs to book", Verify([other.Leaves[0].Bytes]).Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gap", 2, 5, "gap")]
    [InlineData("balance", 1, 6, "balance")]
    public void A_forged_side_is_reported(string what, long sequence, long balance, string expected)
    {
        var leaf = (EntryLeaf)Append(Draft).Leaves[0].Leaf;
        var forged = leaf with { Debit = leaf.Debit with { Sequence = sequence, BalanceMinor = balance } };
        var fault = Verify([LeafEncoding.Encode(forged)]).Fault;
        Assert.True(fault?.Contains(expected, StringComparison.Ordinal), what);
    }

    [Fact]
    public void A_forged_account_chain_is_reported()
    {
        var leaf = (EntryLeaf)Append(Draft).Leaves[0].Leaf;
        Assert.Contains("does not follow its previous", Forged(leaf with { Credit = leaf.Credit with { Previous = Hash.Of("x"u8) } }), StringComparison.Ordinal);
        Assert.Contains("not positive", Forged(leaf with { Entry = leaf.Entry with { Amount = new Money(-5, Currency.Aud) } }), StringComparison.Ordinal);
        Assert.Contains("one account", Forged(leaf with { Credit = leaf.Credit with { Account = leaf.Debit.Account } }), StringComparison.Ordinal);
        Assert.Contains("says it is number", Forged(leaf with { Sequence = 1 }), StringComparison.Ordinal);
        Assert.Contains("leaf before it", Forged(leaf with { Previous = Hash.Of("x"u8) }), StringComparison.Ordinal);
    }

    private static string Forged(EntryLeaf leaf) => Verify([LeafEncoding.Encode(leaf)]).Fault!;

    [Fact]
    public void A_balance_that_wraps_around_is_reported()
    {
        var top = Transfer("a", "b", long.MaxValue);
        var first = Append(top);
        Assert.Throws<OverflowException>(() => Append(top, top with { Ordinal = 1 }));
        var next = new EntryLeaf(Books.Ledger, 1, first.Head.LastLeaf, Now, top with { Ordinal = 1 },
            new EntrySide("a", 2, first.Head.LastLeaf, -2), new EntrySide("b", 2, first.Head.LastLeaf, 2));
        Assert.Contains("states a balance", Verify([first.Leaves[0].Bytes, LeafEncoding.Encode(next)]).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void An_accrual_that_stands_twice_is_reported() =>
        Assert.Contains("stands twice", Verify(Append(Draft, Draft).Leaves.Select(leaf => leaf.Bytes)).Fault, StringComparison.Ordinal);

    [Fact]
    public void A_transfer_that_is_none_is_a_bug()
    {
        Assert.Throws<InvalidOperationException>(() => Append(Draft with { Amount = new Money(0, Currency.Aud) }));
        Assert.Throws<InvalidOperationException>(() => Append(Draft with { Amount = new Money(-1, Currency.Aud) }));
        Assert.Throws<InvalidOperationException>(() => Append(Draft with { Debit = Draft.Credit }));
    }

    [Fact]
    public void Each_currency_of_an_account_has_its_own_chain()
    {
        var yen = Draft with { Amount = new Money(5, new Currency("JPY")), Ordinal = 1 };
        var append = Append(Draft, yen);
        Assert.Equal(4, BookMachine.AccountsOf([Draft, yen]).Count);
        Assert.Equal(BookMachine.AccountsOf([Draft, yen]).ToHashSet(), append.Accounts.Keys.ToHashSet());
        Assert.All(append.Accounts.Values, head => Assert.Equal(1, head.Sequence));
    }

    [Fact]
    public void Handshakes_chain_in_their_book_and_touch_no_account()
    {
        var deal = new DealScenario().Given(HandshakeStep.Outcome);
        var append = BookMachine.Append(
            Books.Handshakes, default, TreeEdge.Empty, new Dictionary<AccountKey, AccountHead>(), DealRecords.Handshakes(deal.State, deal.Events), Now);
        var verifier = new BookVerifier(Books.Handshakes);
        Assert.All(append.Leaves, leaf => Assert.Null(verifier.Next(leaf.Bytes)));
        Assert.Empty(append.Accounts);
        Assert.Equal(deal.State.Steps.Select(step => step.Hash), append.Leaves.Select(leaf => ((HandshakeLeaf)leaf.Leaf).Hash));
    }
}
