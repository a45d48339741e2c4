using System.Globalization;
using System.Text;

namespace Commission.Domain.Ledger.Log;

/// <summary>The size and root of a book at one time (C2SP tlog-checkpoint); signed, it is a note.</summary>
/// <param name="Origin">Names installation, book and incarnation.</param>
/// <param name="Size">Leaves.</param>
/// <param name="Root">RFC 6962 root over them.</param>
public sealed record Checkpoint(string Origin, long Size, Hash Root)
{
    /// <summary>The note's text.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Convert.ToBase64String(Root.ToArray())}\n");

    /// <summary>Reads a note's text. Extension lines are not ours to write, and are refused.</summary>
    /// <exception cref="FormatException">The text is no checkpoint; the message says why.</exception>
    public static Checkpoint Read(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length != 4 || lines[3].Length > 0 || lines[0].Length == 0)
            throw new FormatException("A checkpoint has three lines: origin, size and root.");
        if (!long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size.ToString(CultureInfo.InvariantCulture) != lines[1])
            throw new FormatException($"A checkpoint's size must be a decimal number without leading zeros, not '{lines[1]}'.");
        return SignedNote.TryDecode(lines[2], out var root) && root.Length == Hash.Size
            ? new Checkpoint(lines[0], size, new Hash(root))
            : throw new FormatException("A checkpoint's root must be base64 of 32 bytes.");
    }
}

/// <summary>
/// A proof in one file that some bytes are in a book (C2SP tlog-proof): the place, the path, and the checkpoint that they
/// lead to.
/// </summary>
/// <param name="Index">The leaf's place.</param>
/// <param name="Path">The inclusion proof, nearest sibling first.</param>
/// <param name="Checkpoint">The signed checkpoint.</param>
public sealed record LogProof(long Index, IReadOnlyList<Hash> Path, SignedNote Checkpoint)
{
    private const string FirstLine = "c2sp.org/tlog-proof@v1";

    /// <summary>The file's text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(FirstLine).Append(CultureInfo.InvariantCulture, $"\nindex {Index}\n");
        foreach (var hash in Path)
            text.Append(Convert.ToBase64String(hash.ToArray())).Append('\n');
        return text.Append('\n').Append(Checkpoint).ToString();
    }

    /// <summary>Reads a file. Extra data, which nothing authenticates, is skipped.</summary>
    /// <exception cref="FormatException">The bytes are no proof; the message says why.</exception>
    public static LogProof Read(ReadOnlySpan<byte> bytes)
    {
        var head = bytes.IndexOf("\n\n"u8);
        if (head < 0 || head > SignedNote.MaxBytes)
            throw new FormatException("The proof has no checkpoint after an empty line.");
        var lines = Encoding.UTF8.GetString(bytes[..head]).Split('\n');
        if (lines[0] != FirstLine)
            throw new FormatException($"A proof must begin with {FirstLine}.");
        var at = lines.Length > 1 && lines[1].StartsWith("extra ", StringComparison.Ordinal) ? 2 : 1;
        if (at >= lines.Length || !lines[at].StartsWith("index ", StringComparison.Ordinal)
            || !long.TryParse(lines[at].AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || lines[at] != string.Create(CultureInfo.InvariantCulture, $"index {index}"))
            throw new FormatException("A proof must state its index as a decimal number.");
        if (lines.Length - at - 1 > TreeProof.MaxHashes)
            throw new FormatException($"A proof has at most {TreeProof.MaxHashes} hashes.");
        var path = lines[(at + 1)..].Select(line => SignedNote.TryDecode(line, out var hash) && hash.Length == Hash.Size
            ? new Hash(hash)
            : throw new FormatException("A proof's hashes must be base64 of 32 bytes, one a line.")).ToArray();
        return new LogProof(index, path, SignedNote.Read(bytes[(head + 2)..]));
    }
}
