using System.Security.Cryptography;
using System.Text.Json;
using Commission.Domain.Deals;

namespace Commission.Domain.Rules.Simulation;

/// <summary>What all silos must know of a simulation's world: the service that attests its traffic, and its rules.</summary>
public sealed class SimulatedWorld
{
    private const int MaxKeyBytes = 200;
    private const int MaxDocumentBytes = 64 * 1024 * 1024;
    private readonly Dictionary<Hash, RuleSetDocument> _byHash;
    private readonly Dictionary<string, RuleSetDocument> _byVertical;

    private SimulatedWorld(ContactId service, SigningKey signer, IReadOnlyList<RuleSetDocument> rules)
    {
        (Service, Signer) = (service, signer);
        _byHash = rules.ToDictionary(document => document.Hash);
        _byVertical = rules.ToDictionary(document => document.Vertical, StringComparer.Ordinal);
    }

    /// <summary>Who attests everything in it.</summary>
    public ContactId Service { get; }

    /// <summary>The service's key.</summary>
    public SigningKey Signer { get; }

    /// <summary>The rules of a vertical, or null.</summary>
    public RuleSetDocument? FindDocument(string vertical) => _byVertical.GetValueOrDefault(vertical);

    /// <summary>The rules with this hash, or null.</summary>
    public RuleSetDocument? FindDocument(Hash hash) => _byHash.GetValueOrDefault(hash);

    /// <summary>The world as it is stored.</summary>
    /// <param name="service">Who attests.</param>
    /// <param name="subjectPublicKeyInfo">Its public key (DER).</param>
    /// <param name="rules">One document per vertical.</param>
    public static byte[] Write(ContactId service, byte[] subjectPublicKeyInfo, IEnumerable<RuleSetDocument> rules) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        service = service.ToString(),
        key = Base64Url.Encode(subjectPublicKeyInfo),
        rules = rules.Select(document => Base64Url.Encode(document.Canonical)).ToArray(),
    });

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidOperationException">The bytes are no world.</exception>
    public static SimulatedWorld Read(byte[] bytes)
    {
        using var json = JsonDocument.Parse(bytes);
        var service = TypedId.Parse<ContactId>(json.RootElement.GetProperty("service").GetString()!);
        var spki = Decode(json.RootElement.GetProperty("key"), MaxKeyBytes);
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(spki, out _);
        return new SimulatedWorld(
            service, new SigningKey(KeyId.Derive(service, spki), service, DateTimeOffset.MinValue, null, key),
            [.. json.RootElement.GetProperty("rules").EnumerateArray().Select(rules => Document(Decode(rules, MaxDocumentBytes)))]);
    }

    private static RuleSetDocument Document(byte[] canonical) =>
        RuleSetReader.Read(canonical) is { Document: { } document } ? document : throw new InvalidOperationException("A world's rule set cannot be read.");

    private static byte[] Decode(JsonElement text, int maxBytes) => Base64Url.TryDecode(text.GetString(), maxBytes, out var bytes)
        ? bytes
        : throw new InvalidOperationException("A world's bytes cannot be read.");
}
