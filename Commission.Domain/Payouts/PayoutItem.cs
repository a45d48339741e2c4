using System.Buffers.Binary;
using System.Security.Cryptography;
using Commission.Domain.Ledger;

namespace Commission.Domain.Payouts;

/// <summary>Where an item stands.</summary>
[GenerateSerializer]
public enum PayoutItemStatus
{
    /// <summary>Not sent yet.</summary>
    Pending = 1,
    /// <summary>Sent, or about to be: the request was persisted and the money moved to clearing.</summary>
    Submitted = 2,
    /// <summary>The rail confirmed it.</summary>
    Paid = 3,
    /// <summary>The rail refused it, or it could not be sent; the money is back.</summary>
    Failed = 4,
    /// <summary>It came back; the money is back.</summary>
    Returned = 5,
    /// <summary>It is out of the batch, its entries are open again. Final.</summary>
    Released = 6,
}

/// <summary>
/// One payee's part of a batch: a row, not a part of the batch's state, for a batch may have 100,000. What decides about an item is
/// in it; its entries stand in rows of their own, bound by <see cref="LinesHash"/>.
/// </summary>
[GenerateSerializer, Immutable, Alias("PayoutItem")]
public sealed record PayoutItem
{
    /// <summary>Its number in the batch, from 1.</summary>
    [Id(0)] public int Number { get; init; }
    /// <summary>Who is paid.</summary>
    [Id(1)] public ContactId Payee { get; init; }
    /// <summary>What its entries add up to, as accrued.</summary>
    [Id(2)] public Tax.PayoutAmounts Amounts { get; init; }
    /// <summary>How many entries.</summary>
    [Id(3)] public int Lines { get; init; }
    /// <summary>What binds them: <see cref="PayoutLines.HashOf"/>.</summary>
    [Id(4)] public Hash LinesHash { get; init; }
    /// <summary>Commitment to where it is paid, as it was when the batch was drafted.</summary>
    [Id(5)] public Hash Destination { get; init; }
    /// <summary>Where it stands.</summary>
    [Id(6)] public PayoutItemStatus Status { get; init; } = PayoutItemStatus.Pending;
    /// <summary>Which attempt is under way or ended last, from 1.</summary>
    [Id(7)] public int Attempt { get; init; } = 1;
    /// <summary>Why it failed or came back, why it is being taken back or could not be; null otherwise.</summary>
    [Id(8)] public string? Reason { get; init; }
    /// <summary>When it came to stand so.</summary>
    [Id(9)] public DateTimeOffset Since { get; init; }
    /// <summary>Hash of the facts of the attempt's submission in the ledger; zero before it.</summary>
    [Id(10)] public Hash Submission { get; init; }
    /// <summary>32 random bytes: whoever has only the hash of an item cannot try out what it may say.</summary>
    [Id(11)] public Hash Salt { get; init; }

    /// <summary>The item as a leaf of its batch's tree.</summary>
    public Hash Leaf => MerkleTree.LeafHash(ToCanonical());

    /// <summary>The part that is approved, canonical JSON: docs/formats/payout.md.</summary>
    public byte[] ToCanonical() => new CanonicalObject()
        .Add("amountMinor", Amounts.AmountMinor)
        .Add("destination", Destination.ToString())
        .Add("gstMinor", Amounts.GstMinor)
        .Add("item", Number)
        .Add("lines", Lines)
        .Add("linesHash", LinesHash.ToString())
        .Add("payMinor", Amounts.PayMinor)
        .Add("payee", Payee.ToString())
        .Add("salt", Salt.ToString())
        .Add("withheldMinor", Amounts.WithheldMinor)
        .ToBytes();
}

/// <summary>What binds an item to its entries.</summary>
public static class PayoutLines
{
    /// <summary>SHA-256 of a domain separator, then for each entry its leaf hash and its amount as a big-endian i64, in their order.</summary>
    public static Hash HashOf(IEnumerable<(Hash Entry, long AmountMinor)> lines)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData("commission/payout-lines/v1\n"u8);
        Span<byte> bytes = stackalloc byte[Hash.Size + sizeof(long)];
        foreach (var (entry, amount) in lines)
        {
            entry.CopyTo(bytes);
            BinaryPrimitives.WriteInt64BigEndian(bytes[Hash.Size..], amount);
            sha.AppendData(bytes);
        }
        return new Hash(sha.GetHashAndReset());
    }
}
