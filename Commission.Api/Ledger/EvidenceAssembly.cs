using System.Text;
using Commission.Api.Http;
using Commission.Api.Rules;
using Commission.Domain;
using Commission.Domain.Agreements;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Evidence;
using Commission.Domain.Ledger.Log;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces.Agreements;
using Commission.Grains.Interfaces.Members;
using Commission.Storage.Ledger;
using Commission.Storage.Ledger.Log;

namespace Commission.Api.Ledger;

/// <summary>
/// Gathers what a pack needs. Every leaf comes with its proof to the smallest checkpoint that covers the pack's part of its
/// book, cosigned if there is one, so that the same evidence is the same file however far the books have grown.
/// </summary>
internal sealed class EvidenceAssembly(
    LedgerQueries ledger, PeriodQueries periods, TileQueries tiles, CheckpointStore checkpoints, IGrainFactory grains, ApiSettings settings)
{
    private const int MaxEntries = 5_000;

    private sealed record Entry(EntryLeaf Leaf, byte[] Bytes, byte[]? Facts);

    private sealed record Step(HandshakeLeaf Leaf, byte[] Bytes);

    public async Task<EvidencePack> OfEntryAsync(long sequence, CancellationToken cancellationToken)
    {
        var found = await ledger.ReadLeavesAsync(Books.Ledger, sequence, 1, cancellationToken);
        if (found.Count == 0 || LeafEncoding.Decode(found[0].Bytes) is not EntryLeaf leaf || leaf.Sequence != sequence)
            throw Answers.NotFound($"The ledger has no entry {sequence}.");
        if (!leaf.Entry.Kind.IsCalculated())
        {
            throw ProblemException.Field(
                "sequence", $"Entry {sequence} is of a payout or a dispute. A payout's evidence is that of its item: /payout-batches/…/items/…/evidence.");
        }
        var (entries, steps) = await ReadDealAsync(leaf.Entry.Deal, cancellationToken);
        var calculations = new HashSet<Hash> { leaf.Entry.FactsHash };
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            if (calculations.Contains(entries[i].Leaf.Entry.FactsHash) && entries[i].Leaf.Entry.Corrects != Hash.Zero)
                calculations.Add(entries[i].Leaf.Entry.Corrects);
        }
        var needed = entries.FindAll(entry => calculations.Contains(entry.Leaf.Entry.FactsHash));
        return await PackAsync(new EntrySubject(sequence), needed, steps, cancellationToken);
    }

    public async Task<EvidencePack> OfDealAsync(DealId deal, CancellationToken cancellationToken)
    {
        var (entries, steps) = await ReadDealAsync(deal, cancellationToken);
        if (steps.Count == 0)
            throw Answers.NotFound($"There is no deal {deal} in the books.");
        return await PackAsync(new DealSubject(deal), entries, steps, cancellationToken);
    }

    public async Task<EvidencePack> OfPeriodAsync(PeriodSubject period, CancellationToken cancellationToken)
    {
        var place = await periods.FindAsync(Books.Ledger, period.Account, period.Currency.Code, period.Start, period.End, cancellationToken);
        var (first, last) = (place.First ?? place.Last + 1 ?? 1, place.Last ?? 0);
        if (last - first >= MaxEntries)
            throw ProblemException.Field("to", $"The period has more than {MaxEntries} entries: ask for a shorter one.");
        var after = Math.Max(first - 2, 0);
        var leaves = await ledger.ReadStatementAsync(Books.Ledger, period.Account, period.Currency.Code, after, (int)(last + 1 - after), cancellationToken);
        var entries = leaves.ConvertAll(bytes => new Entry((EntryLeaf)LeafEncoding.Decode(bytes), bytes, null));
        entries.Sort((a, b) => a.Leaf.Sequence.CompareTo(b.Leaf.Sequence));
        var statement = EvidenceStatement.Of(period, entries.ConvertAll(entry => entry.Leaf), []);
        var book = await BookAsync(Books.Ledger, entries.ConvertAll(entry => (entry.Leaf.Sequence, entry.Bytes)), cancellationToken);
        return new EvidencePack(period, [book], [], [], [], [], null, statement);
    }

    private async Task<EvidencePack> PackAsync(EvidenceSubject subject, List<Entry> entries, List<Step> steps, CancellationToken cancellationToken)
    {
        var chain = HandshakeChain.Order(steps.ConvertAll(step => step.Leaf));
        if (chain is null || (entries.Count > 0 && chain.Count < (int)HandshakeStep.Outcome))
            throw NotCovered(Books.Handshakes);
        var versions = await VersionsAsync(entries, cancellationToken);
        var agreements = await AgreementsAsync(versions.Documents);
        var acts = versions.Acts;
        foreach (var agreement in agreements)
            acts.AddRange(await ActsAsync(agreement.Id.Value, cancellationToken));
        var books = new List<EvidenceBook>();
        if (acts.Count > 0)
            books.Add(await BookAsync(Books.Administration, acts, cancellationToken));
        books.Add(await BookAsync(Books.Handshakes, steps.ConvertAll(step => (step.Leaf.Sequence, step.Bytes)), cancellationToken));
        if (entries.Count > 0)
            books.Add(await BookAsync(Books.Ledger, entries.ConvertAll(entry => (entry.Leaf.Sequence, entry.Bytes)), cancellationToken));
        return new EvidencePack(
            subject, books, await KeysAsync(chain), [.. versions.Documents.Select(document => document.Canonical)], Calculations(entries, versions.Documents),
            agreements, chain.Any(IsByPasskey) ? settings.RelyingParty : null, EvidenceStatement.Of(subject, entries.ConvertAll(entry => entry.Leaf), chain));
    }

    private async Task<(List<Entry> Entries, List<Step> Steps)> ReadDealAsync(DealId deal, CancellationToken cancellationToken)
    {
        var (entries, steps) = (new List<Entry>(), new List<Step>());
        foreach (var stored in await ledger.ReadDealAsync(deal, cancellationToken))
        {
            switch (LeafEncoding.Decode(stored.Bytes))
            {
                case EntryLeaf { Book: Books.Ledger } leaf:
                    entries.Add(new Entry(leaf, stored.Bytes, stored.Facts));
                    break;
                case HandshakeLeaf { Book: Books.Handshakes } leaf:
                    steps.Add(new Step(leaf, stored.Bytes));
                    break;
            }
        }
        return (entries, steps);
    }

    /// <summary>The documents that decided, and the acts that made them.</summary>
    private async Task<(List<RuleSetDocument> Documents, List<(long, byte[])> Acts)> VersionsAsync(List<Entry> entries, CancellationToken cancellationToken)
    {
        var (documents, acts) = (new List<RuleSetDocument>(), new List<(long, byte[])>());
        foreach (var entry in entries.DistinctBy(entry => entry.Leaf.Entry.RuleHash))
        {
            var vertical = await VerticalEndpoints.FindAsync(CalculationReplay.VerticalOf(entry.Leaf.Entry) ?? "", grains);
            var version = vertical.Versions.Last(version => version.Hash == entry.Leaf.Entry.RuleHash.ToString() && version.Approved is not null);
            documents.Add(RuleSetReader.Read(Encoding.UTF8.GetBytes(version.Document)).Document!);
            acts.AddRange(await ActsAsync(TypedId.Parse<RuleSetVersionId>(version.Id).Value, cancellationToken));
        }
        return (documents, acts);
    }

    private async Task<List<AgreementState>> AgreementsAsync(IEnumerable<RuleSetDocument> documents)
    {
        var agreements = new List<AgreementState>();
        foreach (var reference in documents.Select(document => document.GoverningAgreement).Distinct(StringComparer.Ordinal))
        {
            if (await grains.GetGrain<IAgreementGrain>(AgreementId.Derive(reference).ToString()).Get() is { Exists: true } agreement)
                agreements.Add(agreement);
        }
        return agreements;
    }

    public async Task<List<(long Index, byte[] Bytes)>> ActsAsync(Guid subject, CancellationToken cancellationToken)
    {
        var acts = new List<(long Index, byte[] Bytes)>();
        foreach (var stored in await ledger.ReadDealAsync(DealId.From(subject), cancellationToken))
        {
            if (LeafEncoding.Decode(stored.Bytes) is ActLeaf { Book: Books.Administration } leaf)
                acts.Add((leaf.Sequence, stored.Bytes));
        }
        return acts;
    }

    private static List<EvidenceCalculation> Calculations(List<Entry> entries, List<RuleSetDocument> documents) =>
    [
        .. entries.Where(entry => entry.Facts is not null).Select(entry =>
        {
            var document = documents.Find(document => document.Hash == entry.Leaf.Entry.RuleHash)!;
            var (calculation, refusal) = Calculator.Replay(document, entry.Facts!);
            return calculation is null
                ? throw new InvalidOperationException($"Entry {entry.Leaf.Sequence} cannot be calculated again: {refusal!.Text}")
                : new EvidenceCalculation(entry.Facts!, calculation.Explanation);
        }),
    ];

    /// <summary>The keys that the envelopes name. What a client's browser made stands in the handshake that brought it.</summary>
    private async Task<List<EvidenceKey>> KeysAsync(IEnumerable<HandshakeLeaf> chain)
    {
        var keys = new List<EvidenceKey>();
        foreach (var (owner, key) in chain.Select(SignerOf).OfType<(ContactId Owner, KeyId Key)>().Distinct())
        {
            if (await grains.GetGrain<IMemberGrain>(owner.ToString()).GetProfile() is not { } profile)
                continue;
            keys.AddRange(profile.Keys.Where(known => known.Id == key)
                .Select(known => new EvidenceKey(owner, known.SubjectPublicKeyInfo, known.ValidFrom, known.ValidTo)));
        }
        return keys;
    }

    private static bool IsByPasskey(HandshakeLeaf leaf) => SignatureEnvelopeReader.Read(leaf.Handshake.Envelope) is WebAuthnSignature;

    private static (ContactId Owner, KeyId Key)? SignerOf(HandshakeLeaf leaf)
    {
        using var json = CanonicalJson.Parse(leaf.Handshake.Payload);
        var signer = json.RootElement.TryGetProperty("attestedBy", out var service) ? service : json.RootElement.GetProperty("actor");
        var owner = TypedId.Parse<ContactId>(signer.GetString()!);
        return SignatureEnvelopeReader.Read(leaf.Handshake.Envelope) switch
        {
            Es256Signature signed => (owner, signed.Key),
            WebAuthnSignature signed => (owner, signed.Key),
            BulkSignature signed => (signed.Attestation.Service, signed.Attestation.Key),
            _ => null,
        };
    }

    public async Task<EvidenceBook> BookAsync(string book, List<(long Index, byte[] Bytes)> leaves, CancellationToken cancellationToken)
    {
        leaves.Sort((a, b) => a.Index.CompareTo(b.Index));
        if (await tiles.ReadHeadAsync(book, cancellationToken) is not { } head
            || await CheckpointAsync(head.BookId, leaves[^1].Index + 1, cancellationToken) is not { } checkpoint)
            throw NotCovered(book);
        var paths = await tiles.ProveInclusionsAsync(head.BookId, [.. leaves.Select(leaf => leaf.Index)], checkpoint.Size, cancellationToken);
        return new EvidenceBook(
            book, SignedNote.Read(Encoding.UTF8.GetBytes(checkpoint.Published)),
            [.. leaves.Select((leaf, i) => new EvidenceLeaf(leaf.Index, leaf.Bytes, paths[i]))]);
    }

    /// <summary>One that a witness cosigned shows more than one that none did.</summary>
    private async Task<StoredCheckpoint?> CheckpointAsync(int bookId, long size, CancellationToken cancellationToken) =>
        await checkpoints.FindCosignedAsync(bookId, size, cancellationToken) ?? await checkpoints.FindCoveringAsync(bookId, size, cancellationToken);

    public static ProblemException NotCovered(string book) =>
        new(new Refusal(EdgeCodes.NotCovered, $"No checkpoint of {book} covers this yet: one is signed about every second."));
}
