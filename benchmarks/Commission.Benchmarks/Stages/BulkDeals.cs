using System.Text;
using Commission.Benchmarks.Harness;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Grains.Interfaces.Deals;

namespace Commission.Benchmarks.Stages;

/// <summary>A deal with its lines in one or more bulk requests, in order.</summary>
internal sealed record BulkDeal(DealId Id, BulkSignature[] Lines);

/// <summary>Bulk requests of the network's service, signed in advance.</summary>
internal sealed class BulkDeals(Network network)
{
    private const int LinesPerRequest = 1_000;
    private int _deals;

    /// <summary>Deals so far: the number of the next one.</summary>
    public int Count => _deals;

    /// <summary>New deals that go to these stages (1 referred … 5 complete), each stage in a bulk request of its own.</summary>
    public BulkDeal[] Prepare(int count, params int[] stages)
    {
        var first = _deals;
        _deals += count;
        var deals = new BulkDeal[count];
        Parallel.For(0, (count + LinesPerRequest - 1) / LinesPerRequest, request =>
        {
            var from = request * LinesPerRequest;
            var to = Math.Min(count, from + LinesPerRequest);
            var signed = Array.ConvertAll(stages, stage => Sign([.. Enumerable.Range(first + from, to - from).Select(deal => Line(deal, stage))]));
            for (var i = from; i < to; i++)
                deals[i] = new BulkDeal(DealId.Derive(network.Service.Id, Key(first + i)), Array.ConvertAll(signed, lines => lines[i - from]));
        });
        return deals;
    }

    /// <summary>Brings a deal through all its lines, one after another.</summary>
    public static async Task AttestAsync(IGrainFactory grains, BulkDeal deal)
    {
        var grain = grains.GetGrain<IDealGrain>(deal.Id.ToString());
        foreach (var line in deal.Lines)
            await AttestAsync(grain, line);
    }

    public static async Task AttestAsync(IDealGrain grain, BulkSignature line)
    {
        while (true)
        {
            var result = await grain.Attest(line);
            if (result.Outcome is AttestOutcome.Created or AttestOutcome.Advanced)
                return;
            if (result.Refusal?.Code != RefusalCodes.Busy)
                throw new InvalidOperationException($"{result.Outcome}: {result.Refusal?.Text}");
            await Task.Delay(20);
        }
    }

    /// <summary>Makes deals, untimed.</summary>
    public async Task<BulkDeal[]> CreateAsync(EngineStage stage, int count, int stageReached) =>
        await CreateAsync(stage.Grains, stage.WhenBooksAreCompleteAsync, count, stageReached);

    public async Task<BulkDeal[]> CreateAsync(IGrainFactory grains, Func<Task> whenBooksAreComplete, int count, int stageReached)
    {
        var deals = Prepare(count, stageReached);
        await Load.RunAsync(count, 1_000, i => AttestAsync(grains, deals[i]));
        await whenBooksAreComplete();
        return deals;
    }

    private static string Key(int deal) => $"referral-{deal}";

    private BulkSignature[] Sign(byte[][] lines)
    {
        var service = network.Service;
        var leaves = Array.ConvertAll(lines, line => MerkleTree.LeafHash(line));
        var unsigned = new BulkAttestation(service.Id, service.KeyId, lines.Length, MerkleTree.Root(leaves), SignedDeals.Now(), []);
        var attestation = unsigned with { Signature = service.Sign(unsigned.SignedBytes()) };
        var paths = MerkleTree.AuditPaths(leaves);
        return [.. lines.Select((line, i) => new BulkSignature(attestation, i, paths[i], line))];
    }

    /// <summary>The line's canonical bytes: members in order, no white space.</summary>
    private byte[] Line(int deal, int stage)
    {
        var text = new StringBuilder("{");
        void Add(bool include, string name, string value)
        {
            if (include)
                text.Append(text.Length > 1 ? "," : "").Append('"').Append(name).Append("\":").Append(value);
        }
        Add(stage >= 2, "acknowledgedOn", "\"2026-01-12\"");
        Add(true, "client", $"\"{network.Customer(deal).Id}\"");
        Add(stage >= 5, "completedOn", "\"2026-02-12\"");
        Add(stage >= 4, "currency", "\"AUD\"");
        Add(stage >= 3, "intakeOn", "\"2026-01-15\"");
        Add(true, "key", $"\"{Key(deal)}\"");
        Add(true, "product", $"\"{Network.Product}\"");
        Add(true, "receiver", $"\"{network.Receiver(deal).Id}\"");
        Add(true, "referredOn", "\"2026-01-10\"");
        Add(true, "referrer", $"\"{network.Referrer(deal).Id}\"");
        Add(stage >= 4, "settledOn", "\"2026-02-10\"");
        Add(stage >= 4, "settledValueMinor", Report.Format($"{50_000_000 + deal}"));
        Add(true, "upline", $"\"{network.Upline(deal).Id}\"");
        Add(true, "vertical", $"\"{Network.Vertical}\"");
        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }
}
