using Commission.Domain;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;

namespace Commission.Storage.Guarantees;

/// <summary>A book as an earlier run verified it.</summary>
/// <param name="Size">Leaves.</param>
/// <param name="Root">Root over them.</param>
public sealed record VerifiedBook(long Size, Hash Root);

/// <summary>G4 and G5 for one book, in one pass over its leaves: chain, columns, accounts, tree, checkpoints.</summary>
internal sealed class BookCheck(
    BookReader reader, StoredHead head, CheckpointCheck checkpoints, Findings money, Findings immutable, bool collectDeals)
{
    private const int PageSize = 2_000;
    private const int MaxFaults = 50;

    private readonly HashSet<AccountKey> _asked = [];
    private BookVerifier _verifier = new(head.Book);
    private TreeEdge _edge = TreeEdge.Empty;
    private long _from;
    private bool _faulty;

    /// <summary>Deals of the leaves that were read, if somebody wants them: a whole book has too many to remember.</summary>
    public HashSet<DealId> Deals { get; } = [];

    /// <summary>What the leaves that were read are about: deals, batches, disputes, payees; likewise.</summary>
    public HashSet<Guid> Subjects { get; } = [];

    public async Task<BookExtent> CheckAsync(VerifiedBook? verified, CancellationToken cancellationToken)
    {
        await BeginAsync(verified, cancellationToken);
        await checkpoints.BeginAsync(_from, _edge.Root, cancellationToken);
        for (var next = _from == 0 ? long.MinValue : _from; ;)
        {
            var page = await reader.ReadPageAsync(head.BookId, next, PageSize, cancellationToken);
            if (page.Count == 0)
                break;
            await CheckPageAsync(page, cancellationToken);
            next = page[^1].Columns.Sequence + 1;
            if (page.Count < PageSize || page[^1].Columns.Sequence == long.MaxValue)
                break;
        }
        CheckHead();
        await checkpoints.EndAsync(_edge.Size, cancellationToken);
        await CheckTileCountAsync(cancellationToken);
        await CheckAccountsAsync(cancellationToken);
        return new BookExtent(head.Book, _from, _edge.Size, _edge.Root);
    }

    private string Where => head.Book;

    /// <summary>Goes on from what an earlier run verified, if the book still has that root there.</summary>
    private async Task BeginAsync(VerifiedBook? verified, CancellationToken cancellationToken)
    {
        if (verified is null || verified.Size == 0)
            return;
        var partial = new List<Hash[]>();
        for (var level = 0; Tile.HashesOf(level, verified.Size) > 0; level++)
            partial.Add([.. await reader.ReadPartialAsync(head.BookId, level, verified.Size, cancellationToken)]);
        var last = await reader.ReadPageAsync(head.BookId, verified.Size - 1, 1, cancellationToken);
        try
        {
            var edge = TreeEdge.OfTiles(verified.Size, partial);
            if (edge.Root == verified.Root && last is [{ Columns.Sequence: var place, Bytes: var bytes }] && place == verified.Size - 1)
            {
                (_edge, _from) = (edge, verified.Size);
                _verifier = new BookVerifier(head.Book, new BookHead(verified.Size, MerkleTree.LeafHash(bytes)));
                immutable.Saw("leaves verified before", verified.Size);
                return;
            }
        }
        catch (InvalidOperationException)
        {
            // Told below: it is not the tree that was verified.
        }
        immutable.Break(Where, $"its first {verified.Size} leaves are not those that an earlier run verified");
    }

    private async Task CheckPageAsync(List<StoredRow> page, CancellationToken cancellationToken)
    {
        var leaves = page.ConvertAll(row => Decode(row.Bytes));
        if (_from > 0)
            await LearnAccountsAsync(leaves, cancellationToken);
        var hashes = new Hash[page.Count];
        for (var i = 0; i < page.Count; i++)
        {
            hashes[i] = MerkleTree.LeafHash(page[i].Bytes);
            CheckLeaf(page[i], leaves[i]);
        }
        immutable.Saw("leaves", page.Count);
        money.Saw("entries", leaves.Count(leaf => leaf is EntryLeaf));
        for (var done = 0; done < hashes.Length;)
        {
            var stop = await checkpoints.NextSizeAsync(_edge.Size, _edge.Size + hashes.Length - done, cancellationToken);
            var take = (int)(stop - _edge.Size);
            var (edge, tiles) = _edge.Append(hashes.Skip(done).Take(take));
            (_edge, done) = (edge, done + take);
            await CheckTilesAsync(tiles, cancellationToken);
            checkpoints.Reach(_edge.Size, _edge.Root);
        }
    }

    private void CheckLeaf(StoredRow row, Leaf? leaf)
    {
        if (leaf is not null)
        {
            money.BreakIf($"{Where} leaf {row.Columns.Sequence}", row.Columns.Fault(leaf));
            if (leaf is EntryLeaf entry)
                money.BreakIf($"{Where} leaf {row.Columns.Sequence}", EntryShape.Fault(entry.Entry));
            if (collectDeals)
                Subjects.Add(row.Columns.Deal);
            if (collectDeals && DealOf(leaf) is { } deal)
            {
                Deals.UnionWith([deal, new DealId(row.Columns.Deal)]);
                Subjects.Add(deal.Value);
            }
        }
        if (_faulty || _verifier.Next(row.Bytes) is not { } fault)
            return;
        _faulty = true;
        if (_verifier.IsMoneyFault)
            money.Break(Where, fault);
        immutable.Break(Where, $"{fault} (row {row.Columns.Sequence}); what follows cannot be chained");
    }

    private async Task LearnAccountsAsync(List<Leaf?> leaves, CancellationToken cancellationToken)
    {
        var unknown = leaves.OfType<EntryLeaf>()
            .SelectMany(leaf => new[] { leaf.Debit.Account, leaf.Credit.Account }.Select(account => new AccountKey(account, leaf.Entry.Amount.Currency)))
            .Where(_asked.Add).ToArray();
        if (unknown.Length == 0)
            return;
        foreach (var (key, known) in await reader.ReadHeadsBeforeAsync(head.BookId, _from, unknown, cancellationToken))
            _verifier.Know(key, known);
    }

    private async Task CheckTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken)
    {
        if (tiles.Count == 0)
            return;
        var stored = await reader.ReadTilesAsync(head.BookId, tiles, cancellationToken);
        foreach (var tile in tiles)
        {
            immutable.Saw("tiles");
            var where = $"{Where} tile {tile.Level}/{tile.Index}";
            if (!stored.TryGetValue((tile.Level, tile.Index), out var kept))
                immutable.Break(where, "it is not stored");
            else if (!kept.Hashes.SequenceEqual(tile.Hashes) || kept.Root != tile.Root)
                immutable.Break(where, "its hashes are not those of the leaves");
        }
    }

    private void CheckHead()
    {
        if (_edge.Size != head.Size)
            immutable.Break(Where, $"its head says {head.Size} leaves, {_edge.Size} are there");
        if (!_faulty && BookReader.HashOf(head.LastLeaf) != _verifier.Head.LastLeaf)
            immutable.Break(Where, "its head names another last leaf than the one that is there");
        if (!Ledger.TileQueries.BytesOf(_edge.Frontier()).AsSpan().SequenceEqual(head.Frontier))
            immutable.Break(Where, "the frontier in its head is not that of the leaves");
    }

    private async Task CheckTileCountAsync(CancellationToken cancellationToken)
    {
        var expected = 0L;
        for (var level = 1; Tile.HashesOf(level, _edge.Size) > 0; level++)
            expected += Tile.HashesOf(level, _edge.Size);
        var stored = await reader.CountTilesAsync(head.BookId, cancellationToken);
        if (stored != expected)
            immutable.Break(Where, $"{stored} tiles are stored, its leaves give {expected}");
    }

    /// <summary>Every account that was read to its end; the sum of all, whether read or not.</summary>
    private async Task CheckAccountsAsync(CancellationToken cancellationToken)
    {
        foreach (var (currency, sum) in await reader.ListUnevenAsync(head.BookId, cancellationToken))
            money.Break(Where, $"debits and credits in {currency} differ by {sum}");
        foreach (var currency in _verifier.Accounts.GroupBy(account => account.Key.Currency.Code).Where(_ => _from == 0))
        {
            var sum = currency.Aggregate(Int128.Zero, (total, account) => total + account.Value.BalanceMinor);
            if (sum != 0)
                money.Break(Where, $"the entries' debits and credits in {currency.Key} differ by {sum}");
        }
        if (_faulty)
            return;
        var stored = await reader.ListAccountsAsync(head.BookId, cancellationToken);
        money.Saw("accounts", stored.Count);
        var rest = _verifier.Accounts.ToDictionary(account => (account.Key.Name, account.Key.Currency.Code), account => account.Value);
        foreach (var (name, currency, kept) in stored)
        {
            var known = rest.Remove((name, currency), out var replayed);
            if ((known || _from == 0) && kept != replayed && money.Count < MaxFaults)
                money.Break($"{Where} account {name} {currency}", Difference(kept, replayed, known));
        }
        foreach (var ((name, currency), replayed) in rest)
            money.Break($"{Where} account {name} {currency}", $"it is not stored; its entries give {replayed.BalanceMinor}");
    }

    private static string Difference(AccountHead kept, AccountHead replayed, bool known) =>
        !known ? $"it is stored with a balance of {kept.BalanceMinor} and has no entry"
        : kept.BalanceMinor != replayed.BalanceMinor ? $"its balance is stored as {kept.BalanceMinor}, the entries give {replayed.BalanceMinor}"
        : kept.Sequence != replayed.Sequence ? $"it is stored with {kept.Sequence} entries, it has {replayed.Sequence}"
        : "its last entry is stored as another than the one that is there";

    private static DealId? DealOf(Leaf leaf) => leaf switch
    {
        EntryLeaf entry => entry.Entry.Deal,
        HandshakeLeaf handshake => handshake.Handshake.Deal,
        _ => null,
    };

    private static Leaf? Decode(byte[] bytes)
    {
        try
        {
            return LeafEncoding.Decode(bytes);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
