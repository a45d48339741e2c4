using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain;

namespace Commission.Api.Tests;

/// <summary>A contact with a key pair; the key may be registered or brought along.</summary>
public sealed record Person(ContactId Id, string Commitment, ECDsa Key)
{
    public string? Email { get; init; }

    public byte[] PublicKey { get; } = Key.ExportSubjectPublicKeyInfo();

    public string PublicKeyText => Base64Url.Encode(PublicKey);

    public KeyId KeyId => KeyId.Derive(Id, PublicKey);

    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The same contact with another key.</summary>
    public Person WithNewKey() => new(Id, Commitment, NewKey());

    public JsonObject Sign(JsonObject payload) => new()
    {
        ["alg"] = "ES256",
        ["key"] = KeyId.ToString(),
        ["signature"] = SignBytes(CanonicalBytes(payload)),
    };

    public string SignBytes(byte[] bytes) =>
        Base64Url.Encode(Key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public override string ToString() => Id.ToString();

    /// <summary>What has no canonical form can still be signed as it stands.</summary>
    public static byte[] CanonicalBytes(JsonNode payload)
    {
        var bytes = Encoding.UTF8.GetBytes(payload.ToJsonString());
        try
        {
            return CanonicalJson.Canonicalize(bytes);
        }
        catch (FormatException)
        {
            return bytes;
        }
    }
}
