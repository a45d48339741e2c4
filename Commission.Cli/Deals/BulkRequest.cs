using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Commission.Cli.Deals.Mappings;
using Commission.Cli.Http;
using Commission.Cli.Members;
using Commission.Domain;
using Commission.Domain.Ledger;

namespace Commission.Cli.Deals;

/// <summary>
/// A bulk of referrals with the attestation of the importing service: one signature over the Merkle root of the lines. It says
/// "this service vouches for these lines", and never that the members signed them.
/// </summary>
internal static class BulkRequest
{
    public static ApiRequest Create(IReadOnlyList<byte[]> lines, ImportService service, ServiceKey key, DateTimeOffset time)
    {
        var attestation = new JsonObject
        {
            ["version"] = 1,
            ["service"] = service.ContactId,
            ["key"] = service.KeyId,
            ["lines"] = lines.Count,
            ["root"] = MerkleTree.Root([.. lines.Select(line => MerkleTree.LeafHash(line))]).ToString(),
            ["time"] = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        };
        attestation["signature"] = Base64Url.Encode(key.Sign(Canonical(attestation)));

        using var body = new MemoryStream();
        body.Write(Canonical(new JsonObject { ["attestation"] = attestation }));
        body.WriteByte((byte)'\n');
        foreach (var line in lines)
        {
            body.Write(line);
            body.WriteByte((byte)'\n');
        }

        var bytes = body.ToArray();
        var idempotencyKey = $"import:{service.Source}:bulk:{ImportService.Digest(bytes)}";
        var request = ApiRequest.Post("api/v1/referrals/bulk", bytes, idempotencyKey, service.ContactId);
        return request with { ContentType = "application/x-ndjson" };
    }

    /// <summary>The canonical bytes of one line: what is hashed is what is sent.</summary>
    public static byte[] Line(Referral referral, string currency, ContactDirectory contacts)
    {
        var line = new JsonObject
        {
            ["key"] = referral.Key,
            ["vertical"] = referral.Vertical,
            ["product"] = referral.Product,
            ["referrer"] = contacts.IdOf(referral.Referrer),
            ["receiver"] = contacts.IdOf(referral.Receiver),
            ["client"] = contacts.IdOf(referral.Client),
            ["currency"] = currency,
        };
        if (referral.Upline is { } upline)
            line["upline"] = contacts.IdOf(upline);
        foreach (var (step, date) in referral.Dates)
            line[Member(step)] = date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (referral.SettledValueMinor is { } value)
            line["settledValueMinor"] = value;
        if (referral.Reason is { } reason)
            line["reason"] = reason;
        return Canonical(line);
    }

    private static byte[] Canonical(JsonObject json) => CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static string Member(Step step) => step.ToString().ToLowerInvariant() + "On";
}
