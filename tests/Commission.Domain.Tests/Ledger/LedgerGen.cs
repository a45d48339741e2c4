using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using CsCheck;

namespace Commission.Domain.Tests.Ledger;

/// <summary>Random leaves and transfers.</summary>
internal static class LedgerGen
{
    public static readonly Gen<Hash> Hashes = Gen.Byte.Array[Hash.Size].Select(bytes => new Hash(bytes));

    private static readonly Gen<string> Names = Gen.Char["abcdefghij:-é€"].Array[1, 40].Select(chars => new string(chars));
    private static readonly Gen<Currency> Currencies = Gen.Int[0, 2].Select(i => new Currency(i switch { 0 => "AUD", 1 => "NZD", _ => "JPY" }));
    private static readonly Gen<Money> Amounts = Gen.Select(Gen.Long[1, Money.MaxMinor], Currencies, (minor, currency) => new Money(minor, currency));
    private static readonly Gen<DateTimeOffset> Times = Gen.Long[0, 4_000_000_000_000_000].Select(us => DateTimeOffset.UnixEpoch.AddTicks(us * 10));
    private static readonly Gen<EntrySide> Sides =
        Gen.Select(Names, Gen.Long, Hashes, Gen.Long, (name, sequence, previous, balance) => new EntrySide(name, sequence, previous, balance));

    public static readonly Gen<EntryLeaf> Entries =
        from place in Gen.Select(Names, Gen.Long, Hashes, Times)
        from sides in Gen.Select(Sides, Sides)
        from amount in Amounts
        from date in Gen.Int[0, DateOnly.MaxValue.DayNumber]
        from hashes in Hashes.Array[4]
        from kind in Gen.Int[1, 9]
        from ids in Gen.Select(Gen.Guid, Gen.Guid, Gen.Int)
        let entry = new EntryDraft(
            (EntryKind)kind, new DealId(ids.Item1), sides.Item1.Account, sides.Item2.Account, amount, DateOnly.FromDayNumber(date),
            hashes[0], hashes[1], hashes[2], new ContactId(ids.Item2), ids.Item3, hashes[3])
        select new EntryLeaf(place.Item1, place.Item2, place.Item3, place.Item4, entry, sides.Item1, sides.Item2);

    public static readonly Gen<HandshakeLeaf> Handshakes =
        from place in Gen.Select(Names, Gen.Long, Hashes, Times)
        from deal in Gen.Guid
        from step in Gen.Byte[1, 8]
        from blobs in Gen.Select(Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 300])
        select new HandshakeLeaf(
            place.Item1, place.Item2, place.Item3, place.Item4,
            new HandshakeDraft(new DealId(deal), (HandshakeStep)step, blobs.Item1, blobs.Item2));

    /// <summary>Transfers between a few accounts, so that their chains cross.</summary>
    public static readonly Gen<EntryDraft[]> Transfers = (
        from pair in Gen.Select(Gen.Int[0, 4], Gen.Int[0, 4]).Where((debit, credit) => debit != credit)
        from amount in Amounts
        from facts in Hashes
        select new EntryDraft(
            EntryKind.Accrual, new DealId(Guid.Empty), $"account:{pair.Item1}", $"account:{pair.Item2}", amount, new DateOnly(2026, 3, 2),
            Hash.Zero, facts, Hash.Zero, default, 0)).Array[1, 40];
}
