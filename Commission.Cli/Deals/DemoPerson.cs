using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Commission.Cli.Http;
using Commission.Domain;
using Commission.Domain.Deals;

namespace Commission.Cli.Deals;

/// <summary>A person of the demo, with a real P-256 key of its own.</summary>
internal sealed class DemoPerson(string name, ContactId id, Hash commitment, ECDsa key) : IDisposable
{
    public string Name { get; } = name;
    public ContactId Id { get; } = id;
    public Hash Commitment { get; } = commitment;
    public byte[] PublicKey { get; } = key.ExportSubjectPublicKeyInfo();
    public KeyId KeyId => KeyId.Derive(Id, PublicKey);

    /// <summary>Makes the contact and, unless its key only comes in by the magic link, registers the key.</summary>
    public static async Task<DemoPerson> JoinAsync(
        ApiClient api, string run, string type, string name, ContactId? upline, bool registerKey, CancellationToken cancellation)
    {
        var body = new JsonObject
        {
            ["type"] = type,
            ["name"] = name,
            ["email"] = $"{name.Replace(' ', '.').ToLowerInvariant()}@demo.example",
            ["upline"] = upline?.ToString(),
        };
        var contact = (await api.SendAsync(ApiRequest.Post("api/v1/contacts", body, $"demo:{run}:{name.Replace(' ', '-')}", null), cancellation)).Json();
        var person = new DemoPerson(
            name, TypedId.Parse<ContactId>(contact.GetProperty("id").GetString()!),
            Hash.TryParse(contact.GetProperty("commitment").GetString(), out var commitment) ? commitment : default,
            ECDsa.Create(ECCurve.NamedCurves.nistP256));
        if (registerKey)
        {
            var registration = new JsonObject { ["publicKey"] = Base64Url.Encode(person.PublicKey) };
            await api.SendAsync(ApiRequest.Post(
                $"api/v1/contacts/{person.Id}/keys", registration, $"demo:{run}:{name.Replace(' ', '-')}:key", person.Id.ToString()), cancellation);
        }
        return person;
    }

    /// <summary>Signs the payload's canonical bytes.</summary>
    public Es256Signature Sign(HandshakePayload payload) => new(
        KeyId, key.SignData(payload.ToCanonical(), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    /// <summary>The key as a verifier has it.</summary>
    public SigningKey Verifier() => new(KeyId, Id, DateTimeOffset.MinValue, null, key);

    public void Dispose() => key.Dispose();
}
