using Commission.Domain.Amounts;
using Commission.Domain.Ledger.Log;

namespace Commission.Domain.Payouts;

/// <summary>How money leaves.</summary>
[GenerateSerializer]
public enum Rail
{
    /// <summary>Stripe Connect.</summary>
    Stripe = 1,
    /// <summary>A direct entry file.</summary>
    Aba = 2,
}

/// <summary>What a batch holds, as its rows say: what is drafted, approved and submitted must be the same.</summary>
/// <param name="Items">Items that are not released.</param>
/// <param name="PayMinor">What they pay together.</param>
/// <param name="Hash">What binds batch and items: <see cref="BatchHeader"/>.</param>
[GenerateSerializer, Immutable, Alias("BatchContents")]
public readonly record struct BatchContents([property: Id(0)] int Items, [property: Id(1)] long PayMinor, [property: Id(2)] Hash Hash);

/// <summary>What an approval signs for: the batch, and the root of a tree over its items, so that one of them is proved without the others.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Rail">How its money leaves.</param>
/// <param name="Currency">Its one currency.</param>
/// <param name="Items">How many items.</param>
/// <param name="ItemsRoot">RFC 6962 root over their canonical JSON, in the order of their numbers.</param>
public sealed record BatchHeader(PayoutBatchId Batch, Rail Rail, Currency Currency, int Items, Hash ItemsRoot)
{
    /// <summary>The version of its form.</summary>
    public const int Version = 1;

    /// <summary>SHA-256 of a domain separator and the header's canonical JSON: docs/formats/payout.md.</summary>
    public Hash Hash => Hash.Of([.. "commission/payout-batch/v1\n"u8, .. ToCanonical().ToBytes()]);

    /// <summary>Canonical JSON. What the items pay together is not in it: one payee's proof would tell what the others are paid.</summary>
    public CanonicalObject ToCanonical() => new CanonicalObject()
        .Add("batch", Batch.ToString()).Add("currency", Currency.Code).Add("items", Items).Add("itemsRoot", ItemsRoot.ToString())
        .Add("rail", Rail.ToString().ToLowerInvariant()).Add("version", Version);
}

/// <summary>Goes through the rows of a batch once and gives its contents; 100,000 items need no more memory than one.</summary>
public sealed class BatchHasher(PayoutBatchId batch, Rail rail, Currency currency)
{
    private const int Together = 1_000;
    private readonly List<Hash> _leaves = new(Together);
    private TreeEdge _edge = TreeEdge.Empty;
    private int _items;
    private int _last;
    private long _payMinor;

    /// <summary>The contents of a batch whose items are at hand.</summary>
    public static BatchContents Of(PayoutBatchId batch, Rail rail, Currency currency, IEnumerable<PayoutItem> items)
    {
        var hasher = new BatchHasher(batch, rail, currency);
        foreach (var item in items)
            hasher.Add(item);
        return hasher.Finish();
    }

    /// <summary>Adds the next item; a released one is left out.</summary>
    /// <exception cref="InvalidOperationException">The items do not come in the order of their numbers.</exception>
    public void Add(PayoutItem item)
    {
        if (item.Number <= _last)
            throw new InvalidOperationException($"Item {item.Number} comes after item {_last}.");
        _last = item.Number;
        if (item.Status == PayoutItemStatus.Released)
            return;
        _leaves.Add(item.Leaf);
        if (_leaves.Count == Together)
            Flush();
        _payMinor = checked(_payMinor + item.Amounts.PayMinor);
        _items++;
    }

    /// <summary>What was added so far, as an approval signs for it.</summary>
    public BatchHeader Header()
    {
        Flush();
        return new BatchHeader(batch, rail, currency, _items, _edge.Root);
    }

    /// <summary>The contents.</summary>
    public BatchContents Finish() => new(_items, _payMinor, Header().Hash);

    private void Flush()
    {
        (_edge, _) = _edge.Append(_leaves);
        _leaves.Clear();
    }
}
