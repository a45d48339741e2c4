using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Commission.Domain.Ledger.Log;

/// <summary>One signature line of a note.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">First four bytes that name the key together with its name.</param>
/// <param name="Signature">The signature, without the key's id.</param>
public sealed record NoteSignature(string Name, uint KeyId, byte[] Signature)
{
    /// <summary>The line with its end.</summary>
    public override string ToString()
    {
        var bytes = new byte[4 + Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Signature.CopyTo(bytes, 4);
        return $"— {Name} {Convert.ToBase64String(bytes)}\n";
    }
}

/// <summary>A text signed by one or more keys (C2SP signed-note).</summary>
/// <param name="Text">The text, ending with a line feed.</param>
/// <param name="Signatures">Its signatures.</param>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>Largest note that is read.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Most signatures that are read.</summary>
    public const int MaxSignatures = 100;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The note as it is sent.</summary>
    public override string ToString() => $"{Text}\n{string.Concat(Signatures)}";

    /// <summary>The bytes as they are sent.</summary>
    public byte[] ToBytes() => Utf8.GetBytes(ToString());

    /// <summary>Reads a note.</summary>
    /// <exception cref="FormatException">The bytes are no note; the message says why.</exception>
    public static SignedNote Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
            throw new FormatException($"The note has more than {MaxBytes} bytes.");
        string note;
        try
        {
            note = Utf8.GetString(bytes);
        }
        catch (ArgumentException error)
        {
            throw new FormatException("The note is not UTF-8.", error);
        }
        if (note.Any(c => c < ' ' && c != '\n'))
            throw new FormatException("The note has control characters.");
        var end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || !note.EndsWith('\n'))
            throw new FormatException("The note has no signatures after an empty line.");
        var lines = note[(end + 2)..].Split('\n')[..^1];
        if (lines.Length is 0 or > MaxSignatures)
            throw new FormatException($"A note has 1 to {MaxSignatures} signatures, not {lines.Length}.");
        return new SignedNote(note[..(end + 1)], [.. lines.Select(ReadLine)]);
    }

    private static NoteSignature ReadLine(string line)
    {
        var parts = line.Split(' ');
        if (parts.Length != 3 || parts[0] != "—" || !NoteKey.IsName(parts[1]))
            throw new FormatException("A signature line must be an em dash, a key's name and base64, with single spaces.");
        return TryDecode(parts[2], out var bytes) && bytes.Length > 4
            ? new NoteSignature(parts[1], BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes[4..])
            : throw new FormatException("A signature is not base64 of a key id and a signature.");
    }

    /// <summary>Decodes base64 in its one canonical form: whatever decodes is written so again.</summary>
    internal static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        var buffer = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, buffer, out var written) || Convert.ToBase64String(buffer, 0, written) != text)
            return false;
        bytes = buffer[..written];
        return true;
    }
}

/// <summary>
/// A key of notes (C2SP signed-note). ECDSA P-256 with SHA-256 over the note's text, DER, is type 0x02; its id is the beginning of
/// the SHA-256 of its SubjectPublicKeyInfo. Ed25519 is type 0x01: it is named here, and verified by tools of others only.
/// </summary>
/// <param name="Name">Its name: no spaces, no plus.</param>
/// <param name="SubjectPublicKeyInfo">The public key (DER).</param>
public sealed record NoteKey(string Name, byte[] SubjectPublicKeyInfo)
{
    private const byte Ed25519 = 0x01;
    private const byte Ecdsa = 0x02;
    private const int MaxNameLength = 200;
    private const int Ed25519KeyBytes = 32;

    /// <summary>What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410 section 4).</summary>
    public static ReadOnlySpan<byte> Ed25519Prefix => [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    /// <summary>The id that signature lines carry.</summary>
    public uint KeyId => BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(
        IsEd25519 ? [.. Encoding.UTF8.GetBytes(Name), (byte)'\n', .. TypeAndKey] : SubjectPublicKeyInfo));

    /// <summary>Whether it is an Ed25519 key, which <see cref="Signed"/> cannot verify.</summary>
    public bool IsEd25519 =>
        SubjectPublicKeyInfo.Length == Ed25519Prefix.Length + Ed25519KeyBytes && SubjectPublicKeyInfo.AsSpan().StartsWith(Ed25519Prefix);

    private byte[] TypeAndKey => IsEd25519 ? [Ed25519, .. SubjectPublicKeyInfo.AsSpan(Ed25519Prefix.Length)] : [Ecdsa, .. SubjectPublicKeyInfo];

    /// <summary>The key as a text that verifiers are configured with: name, id, type and key.</summary>
    public override string ToString() => $"{Name}+{KeyId:x8}+{Convert.ToBase64String(TypeAndKey)}";

    /// <summary>Whether a text can name a key.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+');

    /// <summary>Reads what <see cref="ToString"/> writes of an ECDSA key.</summary>
    /// <exception cref="FormatException">The text is no such key; the message says why.</exception>
    public static NoteKey Parse(string text)
    {
        var parts = text.Split('+', 3);
        if (parts.Length != 3 || !IsName(parts[0]))
            throw new FormatException("A verifier key must be a name, an id and base64, joined by plus signs.");
        if (!SignedNote.TryDecode(parts[2], out var material) || material.Length < 2)
            throw new FormatException("A verifier key must end with base64 of its type and key.");
        if (material[0] != Ecdsa)
            throw new FormatException($"Keys of type 0x{material[0]:x2} are not supported: this verifies ECDSA P-256 (0x02).");
        var key = new NoteKey(parts[0], material[1..]);
        if (parts[1] != $"{key.KeyId:x8}")
            throw new FormatException($"The verifier key's id is {parts[1]}, its key gives {key.KeyId:x8}.");
        using var imported = key.Import() ?? throw new FormatException("The verifier key holds no ECDSA P-256 key.");
        return key;
    }

    /// <summary>Whether one of the note's signatures is this key's; false as well when a line in its name does not verify.</summary>
    public bool Signed(SignedNote note)
    {
        var mine = note.Signatures.Where(signature => signature.Name == Name && signature.KeyId == KeyId).ToArray();
        if (mine.Length == 0)
            return false;
        using var key = Import();
        var text = Encoding.UTF8.GetBytes(note.Text);
        return key is not null
            && mine.All(line => key.VerifyData(text, line.Signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    private ECDsa? Import()
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(SubjectPublicKeyInfo, out var read);
            if (read == SubjectPublicKeyInfo.Length && key.KeySize == 256)
                return key;
        }
        catch (CryptographicException)
        {
            // Told below: it is no key.
        }
        key.Dispose();
        return null;
    }
}
