using Commission.Domain.Ledger.Log;
using static Commission.Verifier.Findings;

namespace Commission.Verifier;

/// <summary>Whose checkpoints are believed.</summary>
/// <param name="Keys">Keys of logs. One key serves all books of its installation.</param>
/// <param name="Witnesses">Witnesses that must have cosigned.</param>
/// <param name="Older">A checkpoint that the verifier held before, or null.</param>
/// <param name="Proof">The consistency proof between the two, where one is needed.</param>
internal sealed record Trust(IReadOnlyList<NoteKey> Keys, IReadOnlyList<NoteKey> Witnesses, SignedNote? Older, ConsistencyProof? Proof);

/// <summary>RFC 6962 section 2.1.2, as the log's API gives it.</summary>
internal sealed record ConsistencyProof(long First, long Second, Domain.Hash[] Hashes);

/// <summary>Who signed a checkpoint, and whether it agrees with one that was held before.</summary>
internal sealed class CheckpointCheck(Trust trust)
{
    /// <summary>The checkpoint, once its signature and all witnesses are seen.</summary>
    public Checkpoint Verify(string book, SignedNote note)
    {
        var checkpoint = Signed(note);
        Require(checkpoint.Origin.Split('/') is [.., var named, _] && named == book, Failure.Signature, $"{book}: the checkpoint is of another book: {checkpoint.Origin}.");
        foreach (var witness in trust.Witnesses)
            Require(witness.Signed(note), Failure.Witness, $"{book}: {witness.Name} did not cosign the checkpoint of size {checkpoint.Size}.");
        return checkpoint;
    }

    /// <summary>Whether the older checkpoint is of this book and leads to the same leaves; false when it is of another book.</summary>
    public bool GoesOn(Checkpoint checkpoint)
    {
        if (trust.Older is null || Signed(trust.Older) is not { } older || older.Origin != checkpoint.Origin)
            return false;
        var (first, second) = older.Size <= checkpoint.Size ? (older, checkpoint) : (checkpoint, older);
        Require(
            first.Size == second.Size || first.Size == 0 || (trust.Proof is { } proof && (proof.First, proof.Second) == (first.Size, second.Size)),
            Failure.Consistency, $"{checkpoint.Origin}: a proof from {first.Size} to {second.Size} leaves is needed.");
        var hashes = first.Size == second.Size || first.Size == 0 ? [] : trust.Proof!.Hashes;
        Require(
            TreeProof.VerifyConsistency(first.Size, second.Size, first.Root, second.Root, hashes),
            Failure.Consistency, $"{checkpoint.Origin}: the book of size {second.Size} does not go on from the one of size {first.Size}: it was changed.");
        return true;
    }

    /// <summary>The checkpoint, once the key is seen to have signed it.</summary>
    public Checkpoint Signed(SignedNote note)
    {
        var checkpoint = Checkpoint.Read(note.Text);
        Require(
            trust.Keys.Any(key => Installation(key.Name) == Installation(checkpoint.Origin) && (key with { Name = checkpoint.Origin }).Signed(note)),
            Failure.Signature, $"The checkpoint of {checkpoint.Origin} is not signed by the key.");
        return checkpoint;
    }

    /// <summary>What comes before book and incarnation.</summary>
    private static string Installation(string origin) => origin.Split('/') is { Length: >= 3 } parts ? string.Join('/', parts[..^2]) : origin;
}
