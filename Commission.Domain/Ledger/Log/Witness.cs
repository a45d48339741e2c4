using System.Globalization;
using System.Text;

namespace Commission.Domain.Ledger.Log;

/// <summary>What a log asks a witness to cosign (C2SP tlog-witness, add-checkpoint).</summary>
/// <param name="OldSize">The size that the proof leads from; 0 for none.</param>
/// <param name="Proof">Consistency proof from there (RFC 6962 section 2.1.2).</param>
/// <param name="Note">The signed checkpoint.</param>
public sealed record AddCheckpoint(long OldSize, IReadOnlyList<Hash> Proof, SignedNote Note)
{
    private const int MaxProof = 63;

    /// <summary>The request's body.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"old {OldSize}\n");
        foreach (var hash in Proof)
            text.Append(Convert.ToBase64String(hash.ToArray())).Append('\n');
        return text.Append('\n').Append(Note).ToString();
    }

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="FormatException">The bytes are no such request; the message says why.</exception>
    public static AddCheckpoint Read(ReadOnlySpan<byte> body)
    {
        var head = body.IndexOf("\n\n"u8);
        if (head < 0 || head > SignedNote.MaxBytes)
            throw new FormatException("The request has no checkpoint after an empty line.");
        var lines = Encoding.UTF8.GetString(body[..head]).Split('\n');
        if (!lines[0].StartsWith("old ", StringComparison.Ordinal)
            || !long.TryParse(lines[0].AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var old)
            || lines[0] != string.Create(CultureInfo.InvariantCulture, $"old {old}"))
            throw new FormatException("The first line must be 'old' and a decimal size.");
        if (lines.Length - 1 > MaxProof)
            throw new FormatException($"A consistency proof has at most {MaxProof} hashes.");
        var proof = lines[1..].Select(line => SignedNote.TryDecode(line, out var hash) && hash.Length == Hash.Size
            ? new Hash(hash)
            : throw new FormatException("The proof's hashes must be base64 of 32 bytes, one a line.")).ToArray();
        return new AddCheckpoint(old, proof, SignedNote.Read(body[(head + 2)..]));
    }
}

/// <summary>What a witness last cosigned of a log.</summary>
/// <param name="Size">Leaves; 0 when it never cosigned.</param>
/// <param name="Root">Their root.</param>
public sealed record Witnessed(long Size, Hash Root)
{
    /// <summary>Nothing yet.</summary>
    public static Witnessed Nothing { get; } = new(0, MerkleTree.Root([]));
}

/// <summary>A witness' answer.</summary>
/// <param name="Status">The HTTP status of C2SP tlog-witness: 200, 400, 403, 404, 409 or 422.</param>
/// <param name="Text">Why not; for 409 the size that it last cosigned.</param>
/// <param name="Next">What to remember before the cosignature goes out; null unless the status is 200.</param>
public sealed record WitnessAnswer(int Status, string Text, Witnessed? Next);

/// <summary>A witness cosigns what goes on from what it cosigned before, and never goes back. Pure.</summary>
public static class WitnessMachine
{
    /// <summary>Decides about a checkpoint.</summary>
    /// <param name="keys">The keys that it trusts for the checkpoint's origin; none when it does not know the log.</param>
    /// <param name="state">What it last cosigned of that log.</param>
    /// <param name="request">What the log asks.</param>
    public static WitnessAnswer Decide(IReadOnlyList<NoteKey> keys, Witnessed state, AddCheckpoint request)
    {
        Checkpoint checkpoint;
        try
        {
            checkpoint = Checkpoint.Read(request.Note.Text);
        }
        catch (FormatException error)
        {
            return new WitnessAnswer(400, error.Message, null);
        }
        var trusted = keys.Where(key => key.Name == checkpoint.Origin).ToArray();
        if (trusted.Length == 0)
            return new WitnessAnswer(404, $"The log {checkpoint.Origin} is not known here.", null);
        if (!trusted.Any(key => key.Signed(request.Note)))
            return new WitnessAnswer(403, "No trusted key of the log signed the checkpoint.", null);
        if (request.OldSize > checkpoint.Size)
            return new WitnessAnswer(400, "The old size is larger than the checkpoint's.", null);
        if (request.OldSize != state.Size)
            return new WitnessAnswer(409, state.Size.ToString(CultureInfo.InvariantCulture), null);
        var goesOn = state.Size == 0
            ? request.Proof.Count == 0 && (checkpoint.Size > 0 || checkpoint.Root == MerkleTree.Root([]))
            : TreeProof.VerifyConsistency(state.Size, checkpoint.Size, state.Root, checkpoint.Root, [.. request.Proof]);
        return goesOn
            ? new WitnessAnswer(200, "", new Witnessed(checkpoint.Size, checkpoint.Root))
            : new WitnessAnswer(422, "The checkpoint does not go on from the one that was cosigned before.", null);
    }
}
