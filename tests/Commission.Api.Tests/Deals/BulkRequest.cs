using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Domain.Ledger;

namespace Commission.Api.Tests.Deals;

/// <summary>An attested bulk request of a service; what the attestation says can be bent.</summary>
internal sealed class BulkRequest(Network network, Person service)
{
    public JsonObject Line(string key, string stage = "referred")
    {
        var line = new JsonObject
        {
            ["key"] = key,
            ["vertical"] = network.Vertical,
            ["product"] = Network.Product,
            ["referrer"] = network.Referrer.ToString(),
            ["upline"] = network.Upline.ToString(),
            ["receiver"] = network.Receiver.ToString(),
            ["client"] = network.Client.ToString(),
            ["referredOn"] = "2025-06-01",
        };
        var reached = Array.IndexOf(["referred", "acknowledged", "intake", "settled", "complete"], stage);
        if (reached >= 1)
            line["acknowledgedOn"] = "2025-06-02";
        if (reached >= 2)
            line["intakeOn"] = "2025-06-05";
        if (reached >= 3)
            (line["settledOn"], line["settledValueMinor"], line["currency"]) = ("2025-07-01", Network.SettledValue, "AUD");
        if (reached >= 4)
            line["completedOn"] = "2025-07-03";
        return line;
    }

    public Task<Answer> SendAsync(params IReadOnlyList<JsonNode> lines) => SendAsync([.. lines.Select(line => line.ToJsonString())]);

    public Task<Answer> SendAsync(IReadOnlyList<string> lines, Action<JsonObject>? change = null, Action<JsonObject>? tamper = null, Person? caller = null) =>
        PostAsync(Text(lines, change, tamper), caller ?? service);

    /// <summary>The body: the attestation and the lines.</summary>
    public string Text(IReadOnlyList<string> lines, Action<JsonObject>? change = null, Action<JsonObject>? tamper = null)
    {
        var attestation = new JsonObject
        {
            ["version"] = 1,
            ["service"] = service.ToString(),
            ["key"] = service.KeyId.ToString(),
            ["lines"] = lines.Count,
            ["root"] = MerkleTree.Root(lines.Select(LeafOf).ToArray()).ToString(),
            ["time"] = Network.Text(Network.Now),
        };
        change?.Invoke(attestation);
        attestation["signature"] = service.SignBytes(Person.CanonicalBytes(attestation));
        tamper?.Invoke(attestation);
        return string.Join('\n', lines.Prepend(new JsonObject { ["attestation"] = attestation }.ToJsonString()));
    }

    public Task<Answer> PostAsync(string text, Person? caller, string contentType = "application/x-ndjson") =>
        network.Engine.SendAsync(Request(text, caller) with { ContentType = contentType });

    public static Request Request(string text, Person? caller) => new(
        "/api/v1/referrals/bulk", Encoding.UTF8.GetBytes(text), caller?.ToString(), Engine.Unique("key-"), "application/x-ndjson");

    /// <summary>Over canonical bytes, or over the bytes as sent where there are none or the line is oversized.</summary>
    private static Hash LeafOf(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line);
        try
        {
            return MerkleTree.LeafHash(bytes.Length > 16 * 1024 ? bytes : CanonicalJson.Canonicalize(bytes));
        }
        catch (FormatException)
        {
            return MerkleTree.LeafHash(bytes);
        }
    }
}
