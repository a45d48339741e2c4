using System.Text;
using System.Text.Json;
using Commission.Domain.Agreements;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger.Log;

namespace Commission.Domain.Ledger.Evidence;

/// <summary>
/// Reads evidence packs that anybody may have written: bounded, strict, and only in the one canonical form, so that no byte of
/// a pack can be another without being noticed.
/// </summary>
public static class EvidencePackReader
{
    private const int MaxLeafBytes = ushort.MaxValue;
    private const int MaxKeyBytes = 200;
    private const int MaxTextLength = 200;

    /// <summary>Reads a pack.</summary>
    /// <exception cref="FormatException">The bytes are no pack; the message says why.</exception>
    public static EvidencePack Read(ReadOnlyMemory<byte> bytes) => Read(bytes, Read);

    /// <summary>Reads a pack of any kind: bounded, canonical, strict.</summary>
    internal static T Read<T>(ReadOnlyMemory<byte> bytes, Func<StrictNode, T> read)
    {
        if (bytes.Length > EvidencePack.MaxBytes)
            throw new FormatException($"A pack has at most {EvidencePack.MaxBytes} bytes, not {bytes.Length}.");
        using var json = CanonicalJson.Parse(bytes);
        if (!CanonicalJson.Canonicalize(json.RootElement).AsSpan().SequenceEqual(bytes.Span))
            throw new FormatException("The pack is not in canonical form.");
        try
        {
            return read(new StrictNode(json.RootElement, ""));
        }
        catch (StrictJsonException mistake)
        {
            throw new FormatException(mistake.Refusal.Text, mistake);
        }
    }

    /// <summary>The books of a pack, each once.</summary>
    internal static IReadOnlyList<EvidenceBook> Books(StrictNode node)
    {
        var books = Items(node, "books", Book);
        return books.DistinctBy(book => book.Book).Count() == books.Count ? books : throw StrictNode.Mistake("books", "each book once", "one twice");
    }

    private static EvidencePack Read(StrictNode node)
    {
        node.Allow("schema", "subject", "books", "keys", "ruleSets", "calculations", "agreements", "relyingParty", "statement");
        if (node.Text("schema") != EvidencePack.Schema)
            throw StrictNode.Mistake("schema", EvidencePack.Schema, node.Text("schema"));
        var books = Books(node);
        var keys = Items(node, "keys", Key);
        if (keys.DistinctBy(key => key.Id).Count() != keys.Count)
            throw StrictNode.Mistake("keys", "each key once", "one twice");
        return new EvidencePack(
            Subject(node.Get("subject")), books, keys, Items(node, "ruleSets", RuleSet),
            Items(node, "calculations", Calculation), Items(node, "agreements", Agreement), node.OptionalText("relyingParty"),
            Canonical(node, "statement"));
    }

    internal static IReadOnlyList<T> Items<T>(StrictNode node, string name, Func<StrictNode, T> read) => [.. node.Get(name).Items().Select(read)];

    private static EvidenceSubject Subject(StrictNode node)
    {
        switch (node.Text("kind"))
        {
            case "entry":
                node.Allow("kind", "sequence");
                return new EntrySubject(node.Integer("sequence", 0, CanonicalJson.MaxInteger));
            case "deal":
                node.Allow("kind", "deal");
                return new DealSubject(node.Id<DealId>("deal"));
            case "period":
                node.Allow("kind", "account", "currency", "from", "to");
                var (from, to) = (node.Date("from"), node.Date("to"));
                if (to < from)
                    throw StrictNode.Mistake("subject.to", "a date that is not before from", node.Text("to"));
                return new PeriodSubject(node.Text("account"), CurrencyOf(node), from, to);
            case var other:
                throw StrictNode.Mistake("subject.kind", "entry, deal or period", other);
        }
    }

    internal static Currency CurrencyOf(StrictNode node) => Currency.TryParse(node.Text("currency"), out var currency)
        ? currency
        : throw StrictNode.Mistake($"{node.Path}.currency", "a currency such as AUD", node.Text("currency"));

    private static EvidenceBook Book(StrictNode node)
    {
        node.Allow("book", "checkpoint", "leaves");
        var note = SignedNote.Read(Encoding.UTF8.GetBytes(node.Text("checkpoint")));
        Checkpoint.Read(note.Text);
        var leaves = Items(node, "leaves", Leaf);
        for (var i = 1; i < leaves.Count; i++)
        {
            if (leaves[i].Index <= leaves[i - 1].Index)
                throw StrictNode.Mistake($"{node.Path}.leaves[{i}].index", "places that rise", $"{leaves[i].Index}");
        }
        return new EvidenceBook(node.Text("book"), note, leaves);
    }

    private static EvidenceLeaf Leaf(StrictNode node)
    {
        node.Allow("bytes", "index", "path");
        return new EvidenceLeaf(node.Integer("index", 0, CanonicalJson.MaxInteger), node.Bytes("bytes", MaxLeafBytes), Path(node));
    }

    internal static Hash[] Path(StrictNode node)
    {
        var path = node.Bytes("path", TreeProof.MaxHashes * Hash.Size);
        if (path.Length % Hash.Size != 0)
            throw StrictNode.Mistake($"{node.Path}.path", "whole hashes", $"{path.Length} bytes");
        var hashes = new Hash[path.Length / Hash.Size];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = new Hash(path.AsSpan(i * Hash.Size, Hash.Size));
        return hashes;
    }

    private static EvidenceKey Key(StrictNode node)
    {
        node.Allow("owner", "publicKey", "validFrom", "validTo");
        return new EvidenceKey(
            node.Id<ContactId>("owner"), node.Bytes("publicKey", MaxKeyBytes), node.Time("validFrom"), node.Find("validTo") is null ? null : node.Time("validTo"));
    }

    private static byte[] RuleSet(StrictNode node)
    {
        node.Allow("document");
        return Canonical(node, "document");
    }

    private static EvidenceCalculation Calculation(StrictNode node)
    {
        node.Allow("explanation", "facts");
        return new EvidenceCalculation(Canonical(node, "facts"), Canonical(node, "explanation"));
    }

    internal static byte[] Canonical(StrictNode node, string name) => node.Get(name).Element is { ValueKind: JsonValueKind.Object } element
        ? CanonicalJson.Canonicalize(element)
        : throw StrictNode.Mistake(node.Get(name).Path, "an object", "another value");

    private static AgreementState Agreement(StrictNode node)
    {
        node.Allow("reference", "kind", "party", "partyCommitment", "schedule", "method", "time", "execution", "publicKey", "signature",
            "documentHash", "ipCommitment", "userAgentCommitment");
        return new AgreementState
        {
            Reference = Text(node, "reference"),
            Kind = One<AgreementKind>(node, "kind", kind => kind.Name()),
            Party = node.OptionalId<ContactId>("party"),
            PartyCommitment = node.Hash("partyCommitment"),
            Schedule = node.Text("schedule"),
            Execution = new Execution
            {
                Method = One<ExecutionMethod>(node, "method", method => method.Name()),
                Time = node.Time("time"),
                Reference = Text(node, "execution"),
                PublicKey = node.OptionalBytes("publicKey", MaxKeyBytes) ?? [],
                Signature = node.OptionalBytes("signature", 64) ?? [],
                DocumentHash = node.OptionalHash("documentHash"),
                IpCommitment = node.OptionalHash("ipCommitment"),
                UserAgentCommitment = node.OptionalHash("userAgentCommitment"),
            },
        };
    }

    private static string Text(StrictNode node, string name) => node.Text(name) is { Length: <= MaxTextLength } text
        ? text
        : throw StrictNode.Mistake(node.Get(name).Path, $"at most {MaxTextLength} characters", $"{node.Text(name).Length}");

    private static T One<T>(StrictNode node, string name, Func<T, string> word) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (word(value) == node.Text(name))
                return value;
        }
        throw StrictNode.Mistake(node.Get(name).Path, "one of " + string.Join(", ", Enum.GetValues<T>().Select(word)), node.Text(name));
    }
}
