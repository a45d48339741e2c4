using System.Security.Cryptography;
using System.Text.Json;
using Commission.Domain.Ledger;

namespace Commission.Domain.Deals;

/// <summary>A key ready to verify, with whose it is and when it counts.</summary>
/// <param name="Id">The key's id.</param>
/// <param name="Owner">Whose key it is.</param>
/// <param name="ValidFrom">First instant at which a signature counts.</param>
/// <param name="ValidTo">First instant at which it no longer counts, or null.</param>
/// <param name="PublicKey">The imported key. Importing costs more than verifying, so callers keep it.</param>
public sealed record SigningKey(KeyId Id, ContactId Owner, DateTimeOffset ValidFrom, DateTimeOffset? ValidTo, ECDsa PublicKey);

/// <summary>Checks signatures over payload bytes. Pure: the key is given.</summary>
public static class SignatureVerification
{
    private const byte UserPresent = 0x01;
    private const int AuthenticatorDataHeader = 37;

    /// <summary>Verifies a signature over the payload bytes.</summary>
    /// <param name="key">The signer's key.</param>
    /// <param name="payload">Canonical payload bytes.</param>
    /// <param name="envelope">The signature.</param>
    /// <param name="relyingParty">The WebAuthn relying party id that assertions must be for.</param>
    public static bool Verify(SigningKey key, ReadOnlySpan<byte> payload, SignatureEnvelope envelope, string relyingParty) => envelope switch
    {
        Es256Signature signed => signed.Signature.Length == 64 && key.PublicKey.VerifyData(
            payload, signed.Signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
        WebAuthnSignature assertion => VerifyAssertion(key, payload, assertion, relyingParty),
        BulkSignature bulk => VerifyBulk(key, bulk),
        _ => false,
    };

    /// <summary>Verifies the bulk signature itself, without a line.</summary>
    public static bool VerifyBulkHeader(SigningKey key, BulkAttestation attestation) =>
        attestation.Signature.Length == 64 && key.PublicKey.VerifyData(
            attestation.SignedBytes(), attestation.Signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>Whether the line stands at its place under the signed root.</summary>
    public static bool IsUnderRoot(BulkSignature bulk) => bulk.Attestation.Root == MerkleTree.RootFromPath(
        MerkleTree.LeafHash(bulk.Line), bulk.Index, bulk.Attestation.Lines, bulk.Path);

    private static bool VerifyBulk(SigningKey key, BulkSignature bulk) => IsUnderRoot(bulk) && VerifyBulkHeader(key, bulk.Attestation);

    private static bool VerifyAssertion(SigningKey key, ReadOnlySpan<byte> payload, WebAuthnSignature assertion, string relyingParty)
    {
        if (assertion.AuthenticatorData.Length < AuthenticatorDataHeader
            || (assertion.AuthenticatorData[32] & UserPresent) == 0
            || !assertion.AuthenticatorData.AsSpan(0, 32).SequenceEqual(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(relyingParty)))
            || !IsAssertionOver(assertion.ClientDataJson, payload))
            return false;
        byte[] signed = [.. assertion.AuthenticatorData, .. SHA256.HashData(assertion.ClientDataJson)];
        return key.PublicKey.VerifyData(signed, assertion.Signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static bool IsAssertionOver(byte[] clientDataJson, ReadOnlySpan<byte> payload)
    {
        try
        {
            using var client = CanonicalJson.Parse(clientDataJson);
            return client.RootElement.ValueKind == JsonValueKind.Object
                && client.RootElement.TryGetProperty("type", out var type) && type.ValueEquals("webauthn.get")
                && client.RootElement.TryGetProperty("challenge", out var challenge)
                && challenge.ValueKind == JsonValueKind.String
                && CanonicalJson.TextOf(challenge, "challenge") == Base64Url.Encode(SHA256.HashData(payload));
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException)
        {
            return false;
        }
    }
}
