using System.Security.Cryptography;
using Commission.Benchmarks.Harness;
using Commission.Benchmarks.Stages;
using Commission.Domain.Deals;
using Commission.Grains.Interfaces.Deals;
using Commission.Storage.Secrets;
using Microsoft.Extensions.DependencyInjection;

namespace Commission.Benchmarks.Deals;

/// <summary>
/// Complete deals with five individually signed handshakes, against the bare verification of those five signatures with
/// keys that are at hand, but for the client's, which comes with H2 and must be imported.
/// </summary>
internal sealed class DealsSigned : IBenchmark
{
    private const int Concurrency = 1_000;

    public string Name => "deals-signed";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using var stage = await EngineStage.StartAsync("deals_signed");
        var network = await Network.CreateAsync(stage.Grains);
        var deals = new SignedDeals(network, await stage.Services.GetRequiredService<ClusterSecrets>().GetAsync("magic-link"));
        var clock = await CpuClock.StartAsync(stage.Database);
        var results = await Contest.RunAsync(options, clock, Engine(stage, deals), Bare(network, deals));
        var (ours, bare) = (results[0], results[1]);
        report.Add(new Row(
            "Complete deals, five signed handshakes: CPU per deal ÷ CPU of the five verifications",
            Report.Spread([.. ours.Rounds.Select(round => round.PerSecond)], "N0", "/s"),
            Report.Spread([.. bare.Rounds.Select(round => round.PerSecond)], "N0", "/s") + " bare verification",
            ours.CpuMicroseconds / bare.CpuMicroseconds, "×", Report.Format($"{ours.CpuMicroseconds:N0} / {bare.CpuMicroseconds:N0} µs"),
            Goal.Max(2, "×"), ours.Bound, new Dictionary<string, double[]>(StringComparer.Ordinal)
            {
                ["oursCpuMicroseconds"] = [.. ours.Rounds.Select(round => round.CpuMicroseconds)],
                ["bareCpuMicroseconds"] = [.. bare.Rounds.Select(round => round.CpuMicroseconds)],
                ["oursPerSecond"] = [.. ours.Rounds.Select(round => round.PerSecond)],
            }));
    }

    private static Side Engine(EngineStage stage, SignedDeals deals) => new("engine", Concurrency, count =>
    {
        var prepared = deals.Prepare(count);
        return Task.FromResult<Func<Task>>(async () =>
        {
            await Load.RunAsync(count, Concurrency, i => RecordAsync(stage.Grains, prepared[i]));
            await stage.WhenBooksAreCompleteAsync();
        });
    });

    private static async Task RecordAsync(IGrainFactory grains, SignedDeal deal)
    {
        var grain = grains.GetGrain<IDealGrain>(deal.Id.ToString());
        foreach (var command in deal.Commands)
            await RecordAsync(grain, command);
    }

    internal static async Task RecordAsync(IDealGrain grain, RecordHandshake command)
    {
        while (true)
        {
            var result = await grain.Record(command);
            if (result.Receipt is not null)
                return;
            if (result.Refusal?.Code != Domain.RefusalCodes.Busy)
                throw new InvalidOperationException(result.Refusal?.Text);
            await Task.Delay(20);
        }
    }

    private static Side Bare(Network network, SignedDeals deals)
    {
        var keys = Enumerable.Range(0, 1_000).Select(network.Referrer).DistinctBy(person => person.Id)
            .ToDictionary(person => person.Id, person => Import(person.PublicKey));
        return new Side("bare verification", Concurrency, count =>
        {
            var prepared = Array.ConvertAll(deals.Prepare(count), deal => (
                deal.Client.PublicKey, Steps: Array.ConvertAll(deal.Commands, command =>
                    (command.Payload.Actor, Bytes: command.Payload.ToCanonical(), ((Es256Signature)command.Envelope).Signature))));
            return Task.FromResult<Func<Task>>(() => Load.RunAsync(count, Environment.ProcessorCount, i =>
            {
                using var client = Import(prepared[i].PublicKey);
                foreach (var (actor, bytes, signature) in prepared[i].Steps)
                {
                    var key = keys.GetValueOrDefault(actor) ?? client;
                    if (!key.VerifyData(bytes, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
                        throw new InvalidOperationException("A signature does not verify.");
                }
                return Task.CompletedTask;
            }));
        });
    }

    private static ECDsa Import(byte[] publicKey)
    {
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(publicKey, out _);
        return key;
    }
}
