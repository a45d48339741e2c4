using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;

namespace Commission.Domain.Tests.Deals;

/// <summary>Bulk requests of the importer: real lines, one signature, audit paths.</summary>
internal sealed class BulkScenario
{
    public DealScenario Deal { get; } = new();

    public static JsonObject Line(string stage = "referred")
    {
        var line = new JsonObject
        {
            ["key"] = "opportunity-1",
            ["vertical"] = DealScenario.Vertical,
            ["product"] = DealScenario.Product,
            ["referrer"] = People.Referrer.Id.ToString(),
            ["upline"] = People.Upline.Id.ToString(),
            ["receiver"] = People.Receiver.Id.ToString(),
            ["client"] = People.Client.Id.ToString(),
            ["referredOn"] = "2025-06-01",
        };
        string[] stages = ["referred", "acknowledged", "intake", "settled", "complete"];
        var reached = Array.IndexOf(stages, stage);
        if (reached >= 1)
            line["acknowledgedOn"] = "2025-06-02";
        if (reached >= 2)
            line["intakeOn"] = "2025-06-05";
        if (reached >= 3)
            (line["settledOn"], line["settledValueMinor"], line["currency"]) = ("2025-07-01", 50_000_000, "AUD");
        if (reached >= 4)
            line["completedOn"] = "2025-07-03";
        return line;
    }

    public static JsonObject Withdrawn(string stage = "referred")
    {
        var line = Line(stage);
        (line["withdrawnOn"], line["reason"]) = ("2025-08-01", "client_left");
        return line;
    }

    public Decision<DealEvent> When(JsonObject line) => When(Sign(line));

    public Decision<DealEvent> When(AttestDeal command) =>
        DealMachine.Decide(Deal.State, command, Deal.Facts with { Signer = Deal.Facts.Signer ?? People.Importer.SigningKey }, Deal.Now);

    public BulkScenario Given(JsonObject line)
    {
        Deal.Then(When(line));
        return this;
    }

    /// <summary>Signs this line as the second of three.</summary>
    public AttestDeal Sign(JsonObject line, DateTimeOffset? at = null, Person? service = null)
    {
        var signer = service ?? People.Importer;
        byte[][] lines = [[.. "{\"key\":\"a\"}"u8], Bytes(line), [.. "{\"key\":\"c\"}"u8]];
        var leaves = lines.Select(bytes => MerkleTree.LeafHash(bytes)).ToArray();
        var unsigned = new BulkAttestation(signer.Id, signer.KeyId, lines.Length, MerkleTree.Root(leaves), at ?? Deal.Now, []);
        var signature = signer.Key.SignData(
            unsigned.SignedBytes(), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        var bulk = new BulkSignature(unsigned with { Signature = signature }, 1, MerkleTree.AuditPaths(leaves)[1], lines[1]);
        var (read, refusal) = HandshakePayloadReader.ReadLine(lines[1]);
        Assert.Null(refusal);
        return new AttestDeal(read!, bulk);
    }

    public static byte[] Bytes(JsonObject line) => CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(line.ToJsonString(JsonSerializerOptions.Default)));
}
