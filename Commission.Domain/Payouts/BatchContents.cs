using System.Buffers.Binary;
using System.Security.Cryptography;
using Commission.Domain.Amounts;

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
/// <param name="Hash">What binds batch and items: <see cref="BatchHasher"/>.</param>
[GenerateSerializer, Immutable, Alias("BatchContents")]
public readonly record struct BatchContents([property: Id(0)] int Items, [property: Id(1)] long PayMinor, [property: Id(2)] Hash Hash);

/// <summary>
/// Goes through the rows of a batch once and gives its contents; 100,000 items need no more memory than one. The hash is SHA-256 of a
/// domain separator and, each after its length as a big-endian u32, the batch's canonical JSON and those of its items in the order of
/// their numbers: docs/formats/payout.md.
/// </summary>
public sealed class BatchHasher : IDisposable
{
    private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _items;
    private int _last;
    private long _payMinor;

    /// <summary>Begins with the batch itself.</summary>
    public BatchHasher(PayoutBatchId batch, Rail rail, Currency currency)
    {
        _sha.AppendData("commission/payout-batch/v1\n"u8);
        Append(new CanonicalObject()
            .Add("batch", batch.ToString()).Add("currency", currency.Code).Add("rail", rail.ToString().ToLowerInvariant()).Add("version", 1).ToBytes());
    }

    /// <summary>The contents of a batch whose items are at hand.</summary>
    public static BatchContents Of(PayoutBatchId batch, Rail rail, Currency currency, IEnumerable<PayoutItem> items)
    {
        using var hasher = new BatchHasher(batch, rail, currency);
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
        Append(item.ToCanonical());
        _payMinor = checked(_payMinor + item.Amounts.PayMinor);
        _items++;
    }

    /// <summary>The contents.</summary>
    public BatchContents Finish() => new(_items, _payMinor, new Hash(_sha.GetHashAndReset()));

    /// <inheritdoc />
    public void Dispose() => _sha.Dispose();

    private void Append(byte[] bytes)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        _sha.AppendData(length);
        _sha.AppendData(bytes);
    }
}
