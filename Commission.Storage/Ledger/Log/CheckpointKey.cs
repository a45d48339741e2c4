using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Commission.Domain.Ledger.Log;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;

namespace Commission.Storage.Ledger.Log;

/// <summary>How a key signs checkpoints.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckpointKeyKind>))]
public enum CheckpointKeyKind
{
    /// <summary>ECDSA P-256, which every verifier of ours knows.</summary>
    Ecdsa = 0,
    /// <summary>Ed25519, which most tools for transparency logs know.</summary>
    Ed25519 = 1,
}

/// <summary>A private key that signs checkpoints.</summary>
internal abstract class CheckpointKey : IDisposable
{
    /// <summary>DER SubjectPublicKeyInfo.</summary>
    public abstract byte[] PublicKey { get; }

    public static CheckpointKey Create(CheckpointKeyKind kind) => kind == CheckpointKeyKind.Ecdsa
        ? new EcdsaKey(ECDsa.Create(ECCurve.NamedCurves.nistP256))
        : new Ed25519Key(new Ed25519PrivateKeyParameters(new SecureRandom()));

    /// <summary>Takes what <see cref="ExportPrivateKey"/> gave.</summary>
    public static CheckpointKey Import(CheckpointKeyKind kind, byte[] privateKey)
    {
        if (kind == CheckpointKeyKind.Ed25519)
            return new Ed25519Key(new Ed25519PrivateKeyParameters(privateKey));
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(privateKey, out _);
        return new EcdsaKey(key);
    }

    public abstract byte[] ExportPrivateKey();

    public abstract byte[] Sign(byte[] text);

    public virtual void Dispose()
    {
    }

    private sealed class EcdsaKey(ECDsa key) : CheckpointKey
    {
        public override byte[] PublicKey => key.ExportSubjectPublicKeyInfo();

        public override byte[] ExportPrivateKey() => key.ExportPkcs8PrivateKey();

        public override byte[] Sign(byte[] text) => key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

        public override void Dispose()
        {
            key.Dispose();
            base.Dispose();
        }
    }

    private sealed class Ed25519Key(Ed25519PrivateKeyParameters key) : CheckpointKey
    {
        public override byte[] PublicKey => [.. NoteKey.Ed25519Prefix, .. key.GeneratePublicKey().GetEncoded()];

        public override byte[] ExportPrivateKey() => key.GetEncoded();

        public override byte[] Sign(byte[] text)
        {
            var signer = new Ed25519Signer();
            signer.Init(forSigning: true, key);
            signer.BlockUpdate(text, 0, text.Length);
            return signer.GenerateSignature();
        }
    }
}
