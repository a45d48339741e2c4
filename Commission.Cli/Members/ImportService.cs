using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Commission.Cli.Http;

namespace Commission.Cli.Members;

/// <summary>The contact that imports a source and signs for it: it has an id, a registered key, and the names it gives to requests.</summary>
internal sealed record ImportService(string Source, string ContactId, string KeyId)
{
    /// <summary>The same source finds the same contact again; a new key file only registers one more key.</summary>
    public static async Task<ImportService> RegisterAsync(ApiClient api, string source, ServiceKey key, CancellationToken cancellation)
    {
        var body = NewContact("INTERNAL", $"import:{source}", null, []);
        var contact = await api.SendAsync(ApiRequest.Post("api/v1/contacts", body, $"import:{source}:service", null), cancellation);
        var id = contact.Id();

        var publicKey = new JsonObject { ["publicKey"] = key.PublicKey };
        var registration = ApiRequest.Post(
            $"api/v1/contacts/{id}/keys", publicKey, $"import:{source}:key:{Digest(Base64Url.DecodeFromChars(key.PublicKey))}", id);
        return new ImportService(source, id, (await api.SendAsync(registration, cancellation)).Id());
    }

    /// <summary>Derived from what the contact is, not from this run: a second run gets the same contact.</summary>
    public string ContactKey(ContactName contact) =>
        $"import:{Source}:{contact.Type.ToLowerInvariant()}:{Digest(Encoding.UTF8.GetBytes(contact.Name))}";

    public static string Digest(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public static JsonObject NewContact(string type, string name, string? upline, IEnumerable<string> authorisedServices) => new()
    {
        ["type"] = type,
        ["name"] = name,
        ["email"] = null,
        ["phone"] = null,
        ["upline"] = upline,
        ["authorisedServices"] = new JsonArray([.. authorisedServices.Select(service => JsonValue.Create(service))]),
    };
}
