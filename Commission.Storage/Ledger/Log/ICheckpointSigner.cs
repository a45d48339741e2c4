using Commission.Domain;

namespace Commission.Storage.Ledger.Log;

/// <summary>The last checkpoint that was signed for a book, as the signer remembers it outside the database.</summary>
/// <param name="Incarnation">The book's incarnation.</param>
/// <param name="Size">Leaves.</param>
/// <param name="Root">Root over them.</param>
public sealed record SignedHead(int Incarnation, long Size, Hash Root);

/// <summary>
/// Holds the keys that sign checkpoints, and remembers what it signed: both outside the database, so that whoever can change
/// the one cannot forge the other. The file based one serves one machine; a key management service can take its place.
/// </summary>
public interface ICheckpointSigner
{
    /// <summary>
    /// Public keys (DER SubjectPublicKeyInfo) that sign now, those of ECDSA P-256 first: one, or two while a rotation overlaps; as
    /// many of Ed25519 where that is switched on.
    /// </summary>
    ValueTask<IReadOnlyList<byte[]>> ListKeysAsync(CancellationToken cancellationToken);

    /// <summary>Signs bytes: ECDSA with SHA-256, DER; or Ed25519.</summary>
    ValueTask<byte[]> SignAsync(byte[] publicKey, byte[] text, CancellationToken cancellationToken);

    /// <summary>What was signed last for a book, or null.</summary>
    /// <param name="log">The book's name in its installation.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<SignedHead?> ReadLastAsync(string log, CancellationToken cancellationToken);

    /// <summary>Remembers, durably, before the checkpoint is seen by anybody.</summary>
    ValueTask RememberAsync(string log, SignedHead head, CancellationToken cancellationToken);

    /// <summary>Makes a new key. The one before signs beside it for as long as those who trust it need to learn the new one.</summary>
    /// <param name="request">Who asks twice by this name gets the key of the first time.</param>
    /// <param name="overlap">How long both sign.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The new ECDSA public key.</returns>
    ValueTask<byte[]> ReplaceAsync(string request, TimeSpan overlap, CancellationToken cancellationToken);
}
