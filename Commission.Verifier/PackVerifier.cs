using System.Globalization;
using System.Text.Json;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Evidence;
using Commission.Domain.Ledger.Log;
using static Commission.Verifier.Findings;

namespace Commission.Verifier;

/// <summary>Verifies one evidence pack: what it shows, what it does not, or the first thing that is wrong.</summary>
internal static class PackVerifier
{
    public static Findings Verify(ReadOnlyMemory<byte> bytes, Trust trust)
    {
        var findings = new Findings([], []);
        if (PayoutPackReader.IsOne(bytes))
        {
            var payout = Read(bytes, PayoutPackReader.Read);
            PayoutPackCheck.Verify(payout, VerifyBooks(payout.Books, trust, findings), findings);
            return findings;
        }
        var pack = Read(bytes, EvidencePackReader.Read);
        var leaves = VerifyBooks(pack.Books, trust, findings);
        IReadOnlyList<HandshakeLeaf> chain = [];
        if (pack.Subject is PeriodSubject period)
        {
            PeriodCheck.Verify(pack, period, leaves.Entries, findings);
        }
        else
        {
            var deal = DealOf(pack.Subject, leaves);
            var handshakes = new DealCheck(pack, deal);
            chain = handshakes.Verify(leaves.Handshakes, complete: leaves.Entries.Count > 0, findings);
            AuthorityCheck.Verify(pack, leaves, handshakes.Intent);
            CalculationCheck.Verify(pack, leaves, handshakes, findings);
        }
        var statement = EvidenceStatement.Of(pack.Subject, leaves.Entries, chain);
        Require(statement.AsSpan().SequenceEqual(pack.Statement), Failure.Statement, "What the pack says to people is not what its leaves say.");
        using var said = JsonDocument.Parse(statement);
        findings.Shown.Add(said.RootElement.GetProperty("text").GetString()!.TrimEnd('\n'));
        return findings;
    }

    private static T Read<T>(ReadOnlyMemory<byte> bytes, Func<ReadOnlyMemory<byte>, T> read)
    {
        try
        {
            return read(bytes);
        }
        catch (FormatException error)
        {
            throw new VerificationException(Failure.Unreadable, error.Message);
        }
    }

    private static PackLeaves VerifyBooks(IReadOnlyList<EvidenceBook> books, Trust trust, Findings findings)
    {
        var check = new CheckpointCheck(trust);
        var checkpoints = books.Select(book => (Book: book, Checkpoint: check.Verify(book.Book, book.Note))).ToArray();
        foreach (var (book, checkpoint) in checkpoints)
        {
            foreach (var leaf in book.Leaves)
            {
                Require(
                    TreeProof.VerifyInclusion(MerkleTree.LeafHash(leaf.Bytes), leaf.Index, checkpoint.Size, leaf.Path, checkpoint.Root),
                    Failure.Inclusion, $"{book.Book}: leaf {leaf.Index} is not in the book of {checkpoint.Size} leaves that was signed.");
            }
            findings.Shown.Add(string.Create(
                CultureInfo.InvariantCulture, $"{book.Book}: {book.Leaves.Count} leaves are in the signed book of {checkpoint.Size} leaves ({checkpoint.Origin})"));
        }
        foreach (var witness in trust.Witnesses)
            findings.Shown.Add($"witness {witness.Name} cosigned these books");
        var older = checkpoints.Count(each => check.GoesOn(each.Checkpoint));
        if (trust.Older is not null)
            Require(older > 0, Failure.Consistency, "The older checkpoint is of no book in the pack.");
        findings.NotShown.AddRange(NotShown(trust));
        var leaves = new PackLeaves(books);
        LinkCheck.Verify(leaves.Entries);
        LinkCheck.VerifyBookChains(books);
        return leaves;
    }

    /// <summary>What nobody can know from what was given.</summary>
    public static IEnumerable<string> NotShown(Trust trust)
    {
        if (trust.Witnesses.Count == 0)
            yield return "that others are shown the same books: no witness was named (--witness)";
        if (trust.Older is null)
            yield return "that the books go on from what they were before: no older checkpoint was given (--checkpoint)";
    }

    private static DealId DealOf(EvidenceSubject subject, PackLeaves leaves)
    {
        if (subject is not EntrySubject entry)
            return ((DealSubject)subject).Deal;
        var found = leaves.Entries.FirstOrDefault(leaf => leaf.Sequence == entry.Sequence);
        Require(found is not null, Failure.Completeness, $"The pack is about entry {entry.Sequence} of the ledger and does not hold it.");
        return found!.Entry.Deal;
    }
}

/// <summary>A pack's leaves, decoded by book.</summary>
internal sealed class PackLeaves
{
    public PackLeaves(IReadOnlyList<EvidenceBook> books)
    {
        foreach (var book in books)
        {
            foreach (var leaf in book.Leaves)
                Add(book.Book, leaf);
        }
    }

    public List<EntryLeaf> Entries { get; } = [];

    public List<HandshakeLeaf> Handshakes { get; } = [];

    public List<ActLeaf> Acts { get; } = [];

    private void Add(string book, EvidenceLeaf stored)
    {
        Leaf leaf;
        try
        {
            leaf = LeafEncoding.Decode(stored.Bytes);
        }
        catch (FormatException error)
        {
            throw new VerificationException(Failure.Link, $"{book}: leaf {stored.Index}: {error.Message}");
        }
        Require(leaf.Book == book && leaf.Sequence == stored.Index, Failure.Link, $"{book}: leaf {stored.Index} says that it is {leaf.Book} {leaf.Sequence}.");
        switch (book, leaf)
        {
            case (Books.Ledger, EntryLeaf entry):
                Entries.Add(entry);
                break;
            case (Books.Handshakes, HandshakeLeaf handshake):
                Handshakes.Add(handshake);
                break;
            case (Books.Administration, ActLeaf act):
                Acts.Add(act);
                break;
            default:
                throw new VerificationException(Failure.Link, $"{book}: leaf {stored.Index} does not belong into this book.");
        }
    }
}
