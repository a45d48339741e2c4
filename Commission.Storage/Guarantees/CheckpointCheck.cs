using System.Text;
using Commission.Domain;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger.Log;
using Commission.Storage.Ledger.Log;

namespace Commission.Storage.Guarantees;

/// <summary>The checkpoints of one book against its leaves, as these are read from the first to the last.</summary>
internal sealed class CheckpointCheck(BookReader reader, int bookId, string book, SignerMemory? signer, Findings immutable)
{
    private const int BatchSize = 1_000;

    private readonly Queue<StoredSignature> _waiting = new();
    private readonly List<byte[]> _keys = [];
    private readonly Dictionary<int, DateTimeOffset> _signedAt = [];
    private SignedHead? _remembered;
    private StoredSignature? _latest;
    private long _read;
    private bool _more = true;

    /// <summary>Begins where an earlier run ended: checkpoints up to there were compared then.</summary>
    public async Task BeginAsync(long from, Hash root, CancellationToken cancellationToken)
    {
        _keys.AddRange(await reader.ListKeysAsync(cancellationToken));
        _read = from == 0 ? -1 : from;
        if (signer is null)
            immutable.CouldNot("The signer cannot be asked here: neither its memory nor its present keys were compared.");
        else if (!signer.Last.TryGetValue(book, out _remembered))
            immutable.Note($"The signer remembers nothing of {book} yet.");
        foreach (var incarnation in await reader.ListIncarnationsAsync(bookId, cancellationToken))
        {
            _signedAt[incarnation.Number] = incarnation.StartedAt;
            if (incarnation.Number > 1)
                immutable.Break(
                    $"{book} incarnation {incarnation.Number}", $"it does not go on from what was signed before ({incarnation.SignedSize} leaves): {incarnation.Reason}");
            else if (incarnation.HasFormer)
                immutable.Break($"{book} incarnation 1", "it is the first, and names a signed state before it");
        }
        await FillAsync(cancellationToken);
        Reach(from, root);
    }

    /// <summary>The next size at which the root is needed, at most the limit.</summary>
    public async Task<long> NextSizeAsync(long size, long limit, CancellationToken cancellationToken)
    {
        await FillAsync(cancellationToken);
        var next = _waiting.TryPeek(out var checkpoint) && checkpoint.Size > size && checkpoint.Size < limit ? checkpoint.Size : limit;
        return _remembered is { } memory && memory.Size > size && memory.Size < next ? memory.Size : next;
    }

    /// <summary>The leaves up to a size have this root.</summary>
    public void Reach(long size, Hash root)
    {
        while (_waiting.TryPeek(out var checkpoint) && checkpoint.Size <= size)
        {
            Compare(_waiting.Dequeue(), size, root);
        }
        if (_remembered is { } memory && memory.Size == size)
        {
            immutable.Saw("signer's memories");
            if (memory.Root != root)
                immutable.Break(book, $"the signer remembers another root over the first {size} leaves: they were changed after they were signed");
            _remembered = null;
        }
    }

    /// <summary>The book ends here; whatever was signed beyond is gone.</summary>
    public async Task EndAsync(long size, CancellationToken cancellationToken)
    {
        await FillAsync(cancellationToken);
        while (_waiting.TryDequeue(out var beyond))
        {
            immutable.Break($"{book} checkpoint {beyond.Size}", $"it was signed over {beyond.Size} leaves, and the book has {size}");
            await FillAsync(cancellationToken);
        }
        foreach (var (cosigned, witness) in await reader.ListOddCosignaturesAsync(bookId, cancellationToken))
            immutable.Break($"{book} checkpoint {cosigned}", $"the cosignature of {witness} is of no such checkpoint, or by another witness, or older than it");
        if (_remembered is { } memory && memory.Size > size)
            immutable.Break(
                book,
                $"the signer remembers {memory.Size} leaves in incarnation {memory.Incarnation}, the book has {size}: its end was cut off, or an older state was restored");
        if (_latest is not null && signer is { Keys.Count: > 0 } && !IsSigned(_latest, signer.Keys))
            immutable.Break($"{book} checkpoint {_latest.Size}", "the latest checkpoint is not signed by a key that the signer holds");
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count > 0 || !_more)
            return;
        var batch = await reader.ReadCheckpointsAsync(bookId, _read, BatchSize, cancellationToken);

        // A size may stand in several incarnations: the last of a full batch is read again with its like.
        _more = batch.Count == BatchSize && batch[0].Size < batch[^1].Size;
        foreach (var checkpoint in batch.Where(checkpoint => !_more || checkpoint.Size < batch[^1].Size))
        {
            _waiting.Enqueue(checkpoint);
            _read = checkpoint.Size;
        }
    }

    private void Compare(StoredSignature stored, long size, Hash root)
    {
        immutable.Saw("checkpoints");
        _latest = stored;
        var where = $"{book} checkpoint {stored.Size}";
        if (stored.Size != size || BookReader.HashOf(stored.Root) != root)
            immutable.Break(where, "the leaves that it was signed over are not those that are there");
        if (!_signedAt.TryGetValue(stored.Incarnation, out var before))
            immutable.Break(where, $"it is of incarnation {stored.Incarnation}, and no such incarnation has begun");
        else if (stored.SignedAt < before)
            immutable.Break(where, $"it is said to be signed at {stored.SignedAt:O}, before a smaller one or the incarnation's beginning");
        _signedAt[stored.Incarnation] = stored.SignedAt;
        immutable.BreakIf(where, NoteFault(stored));
    }

    private string? NoteFault(StoredSignature stored)
    {
        try
        {
            var checkpoint = Checkpoint.Read(SignedNote.Read(Encoding.UTF8.GetBytes(stored.Note)).Text);
            if (checkpoint.Size != stored.Size || checkpoint.Root != BookReader.HashOf(stored.Root))
                return "its note states another size or root than its columns";
            if (signer is not null && checkpoint.Origin != signer.OriginOf(book, stored.Incarnation))
                return $"its note is of {checkpoint.Origin}, not of {signer.OriginOf(book, stored.Incarnation)}";
            immutable.Saw("signatures");
            return IsSigned(stored, _keys) ? null : "no key that ever signed has signed it";
        }
        catch (FormatException mistake)
        {
            return $"its note cannot be read: {mistake.Message}";
        }
    }

    private static bool IsSigned(StoredSignature stored, IReadOnlyList<byte[]> keys)
    {
        try
        {
            var note = SignedNote.Read(Encoding.UTF8.GetBytes(stored.Note));
            var origin = Checkpoint.Read(note.Text).Origin;
            return keys.Any(key => new NoteKey(origin, key).Signed(note));
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
