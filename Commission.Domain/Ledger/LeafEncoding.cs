using System.Buffers.Binary;
using System.Text;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;

namespace Commission.Domain.Ledger;

/// <summary>One side of an entry: a link in that account's own chain.</summary>
/// <param name="Account">Account name.</param>
/// <param name="Sequence">1, 2, 3 … without a gap, within the account.</param>
/// <param name="Previous">Leaf hash of the account's previous entry; zero for the first.</param>
/// <param name="BalanceMinor">Debits minus credits after this entry, minor units.</param>
public readonly record struct EntrySide(string Account, long Sequence, Hash Previous, long BalanceMinor);

/// <summary>A leaf as it stands in a book.</summary>
/// <param name="Book">The book's name.</param>
/// <param name="Sequence">Its place, from 0.</param>
/// <param name="Previous">Leaf hash of the book's previous leaf; zero for the first.</param>
/// <param name="PostedAt">When the book took it (UTC, microseconds).</param>
public abstract record Leaf(string Book, long Sequence, Hash Previous, DateTimeOffset PostedAt);

/// <summary>A ledger entry with its place in the book and in both account chains.</summary>
public sealed record EntryLeaf(
    string Book, long Sequence, Hash Previous, DateTimeOffset PostedAt, EntryDraft Entry, EntrySide Debit, EntrySide Credit)
    : Leaf(Book, Sequence, Previous, PostedAt);

/// <summary>A handshake with its place in the book.</summary>
public sealed record HandshakeLeaf(
    string Book, long Sequence, Hash Previous, DateTimeOffset PostedAt, HandshakeDraft Handshake)
    : Leaf(Book, Sequence, Previous, PostedAt)
{
    /// <summary>The handshake's hash, as the deal's next step names it.</summary>
    public Hash Hash => HandshakeHash.Of(Handshake.Payload, Handshake.Envelope);
}

/// <summary>An administrative act with its place in the book.</summary>
public sealed record ActLeaf(string Book, long Sequence, Hash Previous, DateTimeOffset PostedAt, ActDraft Act)
    : Leaf(Book, Sequence, Previous, PostedAt);

/// <summary>
/// Canonical bytes of leaves, version 1: fixed order, big-endian, every variable part with its length, every field
/// covered. The bytes are the truth; columns are projections. Source: docs/formats/entry.md.
/// </summary>
public static class LeafEncoding
{
    private const byte Version = 1;
    private const byte EntryType = 1;
    private const byte HandshakeType = 2;
    private const byte ActType = 3;
    private const int MaxBlobBytes = 1 << 20;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Encodes a leaf.</summary>
    public static byte[] Encode(Leaf leaf)
    {
        var writer = new Writer(leaf switch
        {
            EntryLeaf => 512,
            HandshakeLeaf handshake => 128 + handshake.Handshake.Payload.Length + handshake.Handshake.Envelope.Length,
            ActLeaf act => 128 + act.Act.Payload.Length,
            _ => throw new ArgumentOutOfRangeException(nameof(leaf)),
        });
        writer.Byte(Version);
        writer.Byte(leaf switch { EntryLeaf => EntryType, HandshakeLeaf => HandshakeType, _ => ActType });
        writer.Text(leaf.Book);
        writer.Long(leaf.Sequence);
        writer.Hash(leaf.Previous);
        writer.Long(Microseconds(leaf.PostedAt));
        if (leaf is EntryLeaf entry)
            Encode(entry, ref writer);
        else if (leaf is HandshakeLeaf handshake)
            Encode(handshake.Handshake, ref writer);
        else if (leaf is ActLeaf act)
            Encode(act.Act, ref writer);
        return writer.ToArray();
    }

    private static void Encode(ActDraft act, ref Writer writer)
    {
        writer.Id(act.Subject);
        writer.Byte((byte)act.Act);
        writer.Blob(act.Payload);
    }

    private static void Encode(EntryLeaf leaf, ref Writer writer)
    {
        var entry = leaf.Entry;
        writer.Byte((byte)entry.Kind);
        writer.Id(entry.Deal.Value);
        writer.Text(entry.Amount.Currency.Code);
        writer.Long(entry.Amount.Minor);
        writer.Int(entry.EffectiveOn.DayNumber);
        writer.Hash(entry.RuleHash);
        writer.Hash(entry.FactsHash);
        writer.Hash(entry.ExplanationHash);
        writer.Hash(entry.Corrects);
        writer.Id(entry.Actor.Value);
        writer.Int(entry.Ordinal);
        Encode(leaf.Debit, ref writer);
        Encode(leaf.Credit, ref writer);
    }

    private static void Encode(EntrySide side, ref Writer writer)
    {
        writer.Text(side.Account);
        writer.Long(side.Sequence);
        writer.Hash(side.Previous);
        writer.Long(side.BalanceMinor);
    }

    private static void Encode(HandshakeDraft handshake, ref Writer writer)
    {
        writer.Id(handshake.Deal.Value);
        writer.Byte((byte)handshake.Step);
        writer.Blob(handshake.Payload);
        writer.Blob(handshake.Envelope);
    }

    /// <summary>Decodes a leaf.</summary>
    /// <exception cref="FormatException">The bytes are no leaf of version 1, or hold more than a leaf.</exception>
    public static Leaf Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new Reader(bytes);
        if (reader.Byte() != Version)
            throw new FormatException("Not a leaf of version 1.");
        var type = reader.Byte();
        var (book, sequence, previous, postedAt) = (reader.Text(), reader.Long(), reader.Hash(), Time(reader.Long()));
        Leaf leaf = type switch
        {
            EntryType => DecodeEntry(book, sequence, previous, postedAt, ref reader),
            HandshakeType => new HandshakeLeaf(book, sequence, previous, postedAt, DecodeHandshake(ref reader)),
            ActType => new ActLeaf(book, sequence, previous, postedAt, DecodeAct(ref reader)),
            _ => throw new FormatException($"Unknown leaf type {type}."),
        };
        reader.End();
        return leaf;
    }

    private static EntryLeaf DecodeEntry(string book, long sequence, Hash previous, DateTimeOffset postedAt, ref Reader reader)
    {
        var kind = reader.Byte() is var known and >= (byte)EntryKind.Accrual and <= (byte)EntryKind.DisputeAdjustment
            ? (EntryKind)known
            : throw new FormatException("Unknown kind of entry.");
        var deal = DealId.From(reader.Id());
        var currency = Currency.TryParse(reader.Text(), out var parsed) ? parsed : throw new FormatException("Unknown currency.");
        var amount = new Money(reader.Long(), currency);
        var effectiveOn = Date(reader.Int());
        var (rule, facts, explanation, corrects) = (reader.Hash(), reader.Hash(), reader.Hash(), reader.Hash());
        var actor = ContactId.From(reader.Id());
        var ordinal = reader.Int();
        var (debit, credit) = (DecodeSide(ref reader), DecodeSide(ref reader));
        var entry = new EntryDraft(
            kind, deal, debit.Account, credit.Account, amount, effectiveOn, rule, facts, explanation, actor, ordinal, corrects);
        return new EntryLeaf(book, sequence, previous, postedAt, entry, debit, credit);
    }

    private static EntrySide DecodeSide(ref Reader reader) => new(reader.Text(), reader.Long(), reader.Hash(), reader.Long());

    private static HandshakeDraft DecodeHandshake(ref Reader reader) =>
        new(DealId.From(reader.Id()), Step(reader.Byte()), reader.Blob(), reader.Blob());

    private static ActDraft DecodeAct(ref Reader reader)
    {
        var subject = reader.Id();
        var act = reader.Byte() is var known && Enum.IsDefined((AdministrativeAct)known)
            ? (AdministrativeAct)known
            : throw new FormatException("Unknown act.");
        return new ActDraft(act, subject, reader.Blob());
    }

    private static HandshakeStep Step(byte step) => step is >= (byte)HandshakeStep.Intent and <= (byte)HandshakeStep.Expiry
        ? (HandshakeStep)step
        : throw new FormatException($"Unknown step {step}.");

    private static DateOnly Date(int dayNumber) => dayNumber >= 0 && dayNumber <= DateOnly.MaxValue.DayNumber
        ? DateOnly.FromDayNumber(dayNumber)
        : throw new FormatException("The date is out of range.");

    private static long Microseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    private static DateTimeOffset Time(long microseconds)
    {
        try
        {
            return DateTimeOffset.UnixEpoch.AddTicks(checked(microseconds * TimeSpan.TicksPerMicrosecond));
        }
        catch (Exception error) when (error is OverflowException or ArgumentOutOfRangeException)
        {
            throw new FormatException("The time is out of range.", error);
        }
    }

    private ref struct Writer(int capacity)
    {
        private byte[] _buffer = new byte[capacity];
        private int _length;

        private Span<byte> Take(int count)
        {
            if (_length + count > _buffer.Length)
                Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
            _length += count;
            return _buffer.AsSpan(_length - count, count);
        }

        public void Byte(byte value) => Take(1)[0] = value;
        public void Int(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);
        public void Long(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(8), value);
        public void Hash(Hash value) => value.CopyTo(Take(Domain.Hash.Size));
        public void Id(Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

        public void Text(string value)
        {
            var count = StrictUtf8.GetByteCount(value);
            if (count > byte.MaxValue)
                throw new FormatException($"'{value}' is longer than 255 bytes.");
            Byte((byte)count);
            StrictUtf8.GetBytes(value, Take(count));
        }

        public void Blob(byte[] value)
        {
            if (value.Length > MaxBlobBytes)
                throw new FormatException($"A part of {value.Length} bytes is too large.");
            Int(value.Length);
            value.CopyTo(Take(value.Length));
        }

        public readonly byte[] ToArray() => _buffer.AsSpan(0, _length).ToArray();
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        private ReadOnlySpan<byte> Take(int count)
        {
            if (count < 0 || count > _rest.Length)
                throw new FormatException("The bytes end too early.");
            var taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }

        public byte Byte() => Take(1)[0];
        public int Int() => BinaryPrimitives.ReadInt32BigEndian(Take(4));
        public long Long() => BinaryPrimitives.ReadInt64BigEndian(Take(8));
        public Hash Hash() => new(Take(Domain.Hash.Size));
        public Guid Id() => new(Take(16), bigEndian: true);

        public string Text()
        {
            var text = Take(Byte());
            try
            {
                return KnownTexts.Find(text) ?? KnownTexts.Keep(text, StrictUtf8.GetString(text));
            }
            catch (DecoderFallbackException error)
            {
                throw new FormatException("A text is not UTF-8.", error);
            }
        }

        public byte[] Blob() => Int() is var length && length <= MaxBlobBytes
            ? Take(length).ToArray()
            : throw new FormatException("A part is too large.");

        public readonly void End()
        {
            if (_rest.Length > 0)
                throw new FormatException($"{_rest.Length} bytes too many.");
        }
    }
}
