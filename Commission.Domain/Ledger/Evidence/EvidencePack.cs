using System.Globalization;
using Commission.Domain.Agreements;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Ledger.Log;

namespace Commission.Domain.Ledger.Evidence;

/// <summary>What an evidence pack is about.</summary>
public abstract record EvidenceSubject;

/// <summary>One entry of the ledger, with all that it rests on.</summary>
/// <param name="Sequence">Its place in the ledger.</param>
public sealed record EntrySubject(long Sequence) : EvidenceSubject;

/// <summary>One deal: its handshakes and the entries that it gave so far.</summary>
/// <param name="Deal">The deal.</param>
public sealed record DealSubject(DealId Deal) : EvidenceSubject;

/// <summary>All entries of one account in one currency that were posted in a period, both days included (UTC).</summary>
/// <param name="Account">Account name.</param>
/// <param name="Currency">The currency.</param>
/// <param name="From">First day.</param>
/// <param name="To">Last day.</param>
public sealed record PeriodSubject(string Account, Currency Currency, DateOnly From, DateOnly To) : EvidenceSubject
{
    /// <summary>The first instant of the period.</summary>
    public DateTimeOffset Start => new(From, TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>The first instant after it.</summary>
    public DateTimeOffset End => To == DateOnly.MaxValue ? DateTimeOffset.MaxValue : new(To.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
}

/// <summary>A leaf with the proof that it is in the book.</summary>
/// <param name="Index">Its place.</param>
/// <param name="Bytes">Its canonical bytes.</param>
/// <param name="Path">The inclusion proof to the book's checkpoint, nearest sibling first.</param>
public sealed record EvidenceLeaf(long Index, byte[] Bytes, Hash[] Path);

/// <summary>The part of a book that a pack holds.</summary>
/// <param name="Book">The book's name.</param>
/// <param name="Note">The signed checkpoint with its cosignatures.</param>
/// <param name="Leaves">Leaves, in the book's order.</param>
public sealed record EvidenceBook(string Book, SignedNote Note, IReadOnlyList<EvidenceLeaf> Leaves);

/// <summary>A signer's public key as the engine has it registered.</summary>
/// <param name="Owner">Whose it is.</param>
/// <param name="PublicKey">DER SubjectPublicKeyInfo.</param>
/// <param name="ValidFrom">First instant at which a signature counts.</param>
/// <param name="ValidTo">First instant at which it no longer counts, or null.</param>
public sealed record EvidenceKey(ContactId Owner, byte[] PublicKey, DateTimeOffset ValidFrom, DateTimeOffset? ValidTo)
{
    /// <summary>The key's id, derived from owner and bytes.</summary>
    public KeyId Id { get; } = KeyId.Derive(Owner, PublicKey);
}

/// <summary>What one calculation was made from, and how it explains itself.</summary>
/// <param name="Facts">Canonical facts.</param>
/// <param name="Explanation">Canonical explanation.</param>
public sealed record EvidenceCalculation(byte[] Facts, byte[] Explanation);

/// <summary>
/// All that is needed to check one entitlement without asking anybody: docs/formats/pack.md. What it states for people is
/// computed again by whoever verifies it, never trusted.
/// </summary>
/// <param name="Subject">What it is about.</param>
/// <param name="Books">Parts of books.</param>
/// <param name="Keys">Keys of those who signed.</param>
/// <param name="RuleSets">Canonical rule set documents.</param>
/// <param name="Calculations">Facts and explanations.</param>
/// <param name="Agreements">The agreements that the rule sets cite: only what their anchors cover, and no drawn signature.</param>
/// <param name="RelyingParty">The host that passkeys are registered for; null when no handshake was signed with one.</param>
/// <param name="Statement">What it says to people, canonical JSON.</param>
public sealed record EvidencePack(
    EvidenceSubject Subject, IReadOnlyList<EvidenceBook> Books, IReadOnlyList<EvidenceKey> Keys, IReadOnlyList<byte[]> RuleSets,
    IReadOnlyList<EvidenceCalculation> Calculations, IReadOnlyList<AgreementState> Agreements, string? RelyingParty, byte[] Statement)
{
    /// <summary>The format's name.</summary>
    public const string Schema = "commission/evidence-pack/v1";

    /// <summary>Largest pack that is read.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>The file: RFC 8785 bytes.</summary>
    public byte[] ToBytes() => new CanonicalObject()
        .Add("schema", Schema)
        .Add("subject", Of(Subject))
        .Add("books", [.. Books.Select(Of)])
        .Add("keys", [.. Keys.Select(Of)])
        .Add("ruleSets", [.. RuleSets.Select(document => new CanonicalObject().AddCanonical("document", document))])
        .Add("calculations", [.. Calculations.Select(calculation => new CanonicalObject()
            .AddCanonical("explanation", calculation.Explanation).AddCanonical("facts", calculation.Facts))])
        .Add("agreements", [.. Agreements.Select(Of)])
        .Add("relyingParty", RelyingParty)
        .AddCanonical("statement", Statement)
        .ToBytes();

    private static CanonicalObject Of(EvidenceSubject subject) => subject switch
    {
        EntrySubject entry => new CanonicalObject().Add("kind", "entry").Add("sequence", entry.Sequence),
        DealSubject deal => new CanonicalObject().Add("kind", "deal").Add("deal", deal.Deal.ToString()),
        PeriodSubject period => new CanonicalObject().Add("kind", "period").Add("account", period.Account).Add("currency", period.Currency.Code)
            .Add("from", Date(period.From)).Add("to", Date(period.To)),
        _ => throw new ArgumentOutOfRangeException(nameof(subject)),
    };

    internal static CanonicalObject Of(EvidenceBook book) => new CanonicalObject()
        .Add("book", book.Book)
        .Add("checkpoint", book.Note.ToString())
        .Add("leaves", [.. book.Leaves.Select(leaf => new CanonicalObject()
            .Add("bytes", Base64Url.Encode(leaf.Bytes)).Add("index", leaf.Index).Add("path", Base64Url.Encode(BytesOf(leaf.Path))))]);

    private static CanonicalObject Of(EvidenceKey key) => new CanonicalObject()
        .Add("owner", key.Owner.ToString()).Add("publicKey", Base64Url.Encode(key.PublicKey))
        .Add("validFrom", Ceiling(key.ValidFrom)).Add("validTo", key.ValidTo is { } end ? Ceiling(end) : null);

    private static CanonicalObject Of(AgreementState agreement)
    {
        var execution = agreement.Execution!;
        return new CanonicalObject()
            .Add("reference", agreement.Reference).Add("kind", agreement.Kind.Name()).Add("party", agreement.Party?.ToString())
            .Add("partyCommitment", agreement.PartyCommitment.ToString()).Add("schedule", agreement.Schedule)
            .Add("method", execution.Method.Name()).Add("time", Time(execution.Time)).Add("execution", execution.Reference)
            .Add("publicKey", Bytes(execution.PublicKey)).Add("signature", Bytes(execution.Signature))
            .Add("documentHash", execution.DocumentHash?.ToString()).Add("ipCommitment", execution.IpCommitment?.ToString())
            .Add("userAgentCommitment", execution.UserAgentCommitment?.ToString());
    }

    private static string? Bytes(byte[] bytes) => bytes.Length == 0 ? null : Base64Url.Encode(bytes);

    internal static byte[] BytesOf(Hash[] path)
    {
        var bytes = new byte[path.Length * Hash.Size];
        for (var i = 0; i < path.Length; i++)
            path[i].CopyTo(bytes.AsSpan(i * Hash.Size));
        return bytes;
    }

    private static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(HandshakePayload.TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>Signatures state whole milliseconds, so an interval's ends rounded up hold exactly the same ones.</summary>
    private static string Ceiling(DateTimeOffset time)
    {
        var over = time.UtcTicks % TimeSpan.TicksPerMillisecond;
        return Time(over == 0 ? time : time.AddTicks(TimeSpan.TicksPerMillisecond - over));
    }
}
