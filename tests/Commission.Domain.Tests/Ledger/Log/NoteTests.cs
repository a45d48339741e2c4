using System.Security.Cryptography;
using System.Text;
using Commission.Domain.Ledger.Log;
using CsCheck;

namespace Commission.Domain.Tests.Ledger.Log;

/// <summary>Signed notes, checkpoints and proof files, as C2SP defines them.</summary>
public sealed class NoteTests
{
    private const string Name = "log.example/ledger/1";
    private static readonly ECDsa Private = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly NoteKey Key = new(Name, Private.ExportSubjectPublicKeyInfo());
    private static readonly Checkpoint At = new(Name, 8, Hash.Of("root"u8));

    private static SignedNote Sign(string text, string name = Name) => new(text,
        [new NoteSignature(name, Key.KeyId, Private.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))]);

    [Fact]
    public void A_checkpoint_signed_and_read_again_is_the_same_and_verifies()
    {
        var note = SignedNote.Read(Sign(At.Text).ToBytes());

        Assert.Equal(At, Checkpoint.Read(note.Text));
        Assert.True(Key.Signed(note));
        Assert.True(NoteKey.Parse(Key.ToString()).Signed(note));
    }

    [Fact]
    public void A_changed_text_another_key_and_another_name_do_not_verify()
    {
        var note = Sign(At.Text);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var stranger = new NoteKey(Name, other.ExportSubjectPublicKeyInfo());

        Assert.False(Key.Signed(note with { Text = note.Text.Replace("\n8\n", "\n9\n", StringComparison.Ordinal) }));
        Assert.False(stranger.Signed(note));
        Assert.False(Key.Signed(Sign(At.Text, "log.example/other")));
        Assert.False(Key.Signed(note with { Signatures = [.. note.Signatures, new NoteSignature(Name, Key.KeyId, [1, 2, 3])] }));
        Assert.True(Key.Signed(note with { Signatures = [new NoteSignature("witness.example", 7, [1]), .. note.Signatures] }));
    }

    /// <summary>The key in the documentation of Go's sumdb/note.</summary>
    [Fact]
    public void An_Ed25519_key_is_named_as_other_tools_name_it()
    {
        const string Published = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        var key = new NoteKey("PeterNeumann", [.. NoteKey.Ed25519Prefix, .. Convert.FromBase64String(Published.Split('+', 3)[2])[1..]]);
        Assert.Equal(Published, key.ToString());
        Assert.True(key.IsEd25519);
        Assert.Contains("0x01", Assert.Throws<FormatException>(() => NoteKey.Parse(Published)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_id_of_a_key_is_the_beginning_of_the_hash_of_its_public_key()
    {
        var spki = Convert.FromBase64String(
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(spki)[..4]), $"{new NoteKey("a", spki).KeyId:x8}");
        Assert.Equal($"a+{Convert.ToHexStringLower(SHA256.HashData(spki)[..4])}+{Convert.ToBase64String([2, .. spki])}", new NoteKey("a", spki).ToString());
    }

    [Theory]
    [InlineData("", "no signatures")]
    [InlineData("text\n\n", "1 to 100")]
    [InlineData("text\n\n— a", "no signatures")]
    [InlineData("text\n\n- a AAAAAAA=\n", "em dash")]
    [InlineData("text\n\n— a AAAA\n", "base64")]
    [InlineData("text\n\n— a AAAAAAB=\n", "base64")]
    [InlineData("text\n\n—  AAAAAAA=\n", "em dash")]
    [InlineData("text\n\n— a+b AAAAAAA=\n", "em dash")]
    [InlineData("te\txt\n\n— a AAAAAAA=\n", "control")]
    public void Bytes_that_are_no_note_are_refused_with_the_reason(string note, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => SignedNote.Read(Encoding.UTF8.GetBytes(note))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a\n8\n")]
    [InlineData("a\n08\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("a\n-8\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("a\n8\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n")]
    [InlineData("a\n8\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\n")]
    [InlineData("\n8\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    public void A_text_that_is_no_checkpoint_is_refused(string text) => Assert.Throws<FormatException>(() => Checkpoint.Read(text));

    [Theory]
    [InlineData("a+b")]
    [InlineData("a+00000000+AQID")]
    [InlineData("a+00000000+Ag==")]
    [InlineData("a b+00000000+AgID")]
    public void A_text_that_is_no_verifier_key_is_refused(string key) => Assert.Throws<FormatException>(() => NoteKey.Parse(key));

    [Fact]
    public void A_proof_file_read_again_is_the_same()
    {
        var proof = new LogProof(5, [Hash.Of("a"u8), Hash.Of("b"u8)], Sign(At.Text));
        var read = LogProof.Read(Encoding.UTF8.GetBytes(proof.ToString()));

        Assert.Equal((proof.Index, proof.ToString()), (read.Index, read.ToString()));
        Assert.StartsWith("c2sp.org/tlog-proof@v1\nindex 5\n", proof.ToString(), StringComparison.Ordinal);
        var extra = proof.ToString().Replace("index 5", "extra AAAA\nindex 5", StringComparison.Ordinal);
        Assert.Equal(proof.ToString(), LogProof.Read(Encoding.UTF8.GetBytes(extra)).ToString());
    }

    [Fact]
    public void Bent_notes_and_proofs_are_refused_or_do_not_verify_but_never_break_the_reader()
    {
        var proof = Encoding.UTF8.GetBytes(new LogProof(5, [Hash.Of("a"u8)], Sign(At.Text)).ToString());
        Gen.Select(Gen.Int[0, proof.Length - 1], Gen.Byte, Gen.Int[0, proof.Length]).Sample((at, value, length) =>
        {
            var bent = proof.ToArray();
            bent[at] = value;
            foreach (var bytes in new[] { bent, proof[..length], [.. proof[..at], .. bent[at..], .. bent] })
            {
                try
                {
                    var read = LogProof.Read(bytes);
                    if (Key.Signed(read.Checkpoint) && Checkpoint.Read(read.Checkpoint.Text) != At)
                        return false;
                }
                catch (FormatException)
                {
                    // Refused, which is what it must be.
                }
            }
            return true;
        }, iter: 3_000);
    }
}
