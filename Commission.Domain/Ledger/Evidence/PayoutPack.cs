using Commission.Domain.Payouts;

namespace Commission.Domain.Ledger.Evidence;

/// <summary>A ledger entry that an item pays, as a payout pack names it.</summary>
/// <param name="Sequence">Its place in the ledger.</param>
/// <param name="AmountMinor">What it adds to what is owed.</param>
public sealed record PaidLine(long Sequence, long AmountMinor);

/// <summary>
/// All that is needed to check one payee's part of one payout batch without asking anybody, and nothing of the other payees:
/// docs/formats/pack.md, "Payouts".
/// </summary>
/// <param name="Books">Parts of the administration book and of the ledger.</param>
/// <param name="Header">The batch, as it was approved.</param>
/// <param name="Item">The item: only what is approved of it.</param>
/// <param name="Index">Its place in the batch's tree, from 0.</param>
/// <param name="Path">Its path to the root of that tree, nearest sibling first.</param>
/// <param name="Lines">The entries that it pays, in their order.</param>
/// <param name="Statement">What it says to people, canonical JSON.</param>
public sealed record PayoutPack(
    IReadOnlyList<EvidenceBook> Books, BatchHeader Header, PayoutItem Item, long Index, IReadOnlyList<Hash> Path, IReadOnlyList<PaidLine> Lines,
    byte[] Statement)
{
    /// <summary>The format's name.</summary>
    public const string Schema = "commission/payout-pack/v1";

    /// <summary>The file: RFC 8785 bytes.</summary>
    public byte[] ToBytes() => new CanonicalObject()
        .Add("schema", Schema)
        .Add("books", [.. Books.Select(EvidencePack.Of)])
        .Add("batch", Header.ToCanonical())
        .AddCanonical("item", Item.ToCanonical())
        .Add("index", Index)
        .Add("path", Base64Url.Encode(EvidencePack.BytesOf([.. Path])))
        .Add("lines", [.. Lines.Select(line => new CanonicalObject().Add("amountMinor", line.AmountMinor).Add("sequence", line.Sequence))])
        .AddCanonical("statement", Statement)
        .ToBytes();
}
