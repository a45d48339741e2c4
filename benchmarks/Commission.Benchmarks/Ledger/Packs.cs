using System.Diagnostics;
using System.Net;
using Commission.Benchmarks.Deals;
using Commission.Benchmarks.Harness;
using Commission.Benchmarks.Http;
using Commission.Benchmarks.Stages;
using Commission.Grains.Interfaces.Deals;
using Commission.Storage.Secrets;
using Commission.Verifier;
using Microsoft.Extensions.DependencyInjection;

namespace Commission.Benchmarks.Ledger;

/// <summary>The evidence pack of one accrual of a deal with five signatures: its size, how long it takes to make, and to verify.</summary>
internal sealed class Packs : IBenchmark
{
    public string Name => "packs";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using var stage = await ApiStage.StartAsync("packs", HotStorage.GroupCommit);
        await RecordDealsAsync(stage, options.Quick ? 20 : 2_000);
        using var client = new HttpClient();
        var folder = Directory.CreateTempSubdirectory("commission-packs-");
        var (file, key) = (Path.Combine(folder.FullName, "pack.json"), (await client.GetStringAsync(stage.Url + "/log/ledger/keys")).Trim());
        var (sizes, made, verified) = (new List<double>(), new List<double>(), new List<double>());
        for (var sequence = 0; sequence < (options.Quick ? 10 : 500); sequence++)
        {
            var watch = Stopwatch.StartNew();
            var pack = await EvidenceAsync(client, $"{stage.Url}/api/v1/books/ledger/entries/{sequence}/evidence");
            made.Add(watch.Elapsed.TotalMilliseconds);
            sizes.Add(pack.Length / 1000.0);
            await File.WriteAllBytesAsync(file, pack);
            watch.Restart();
            Verify(file, key);
            verified.Add(watch.Elapsed.TotalMilliseconds);
        }
        Add(report, "Evidence pack of one accrual: size", sizes, "kB", Goal.Max(100, "kB"), "five handshakes, rule set, calculation, proofs to the latest checkpoints");
        Add(report, "The same: verified after start, the file read from disk", [.. verified.Skip(verified.Count / 10)], "ms", Goal.Max(100, "ms"), "CPU: one core; signatures");
        Add(report, "The same: assembled, over HTTP", [.. made.Skip(made.Count / 10)], "ms", null, "reads of PostgreSQL, one request at a time");
        folder.Delete(recursive: true);
    }

    private static async Task RecordDealsAsync(ApiStage stage, int count)
    {
        var network = await Network.CreateAsync(stage.Grains);
        var deals = new SignedDeals(network, await stage.Services.GetRequiredService<ClusterSecrets>().GetAsync("magic-link"));
        foreach (var deal in deals.Prepare(count))
        {
            var grain = stage.Grains.GetGrain<IDealGrain>(deal.Id.ToString());
            foreach (var command in deal.Commands)
                await DealsSigned.RecordAsync(grain, command);
        }
        await stage.WhenBooksAreCompleteAsync();
    }

    /// <summary>Asks until a checkpoint covers the entry.</summary>
    private static async Task<byte[]> EvidenceAsync(HttpClient client, string url)
    {
        while (true)
        {
            using var response = await client.GetAsync(url);
            if (response.StatusCode == HttpStatusCode.Conflict)
            {
                await Task.Delay(100);
                continue;
            }
            var body = await response.Content.ReadAsByteArrayAsync();
            return response.IsSuccessStatusCode ? body : throw new InvalidOperationException(System.Text.Encoding.UTF8.GetString(body));
        }
    }

    private static void Verify(string file, string key)
    {
        using var errors = new StringWriter();
        if (Verification.Run(["pack", file, "--key", key], TextWriter.Null, errors) != Failure.None)
            throw new InvalidOperationException(errors.ToString());
    }

    private static void Add(Report report, string work, List<double> values, string unit, Goal? goal, string bound) => report.Add(new Row(
        work, Report.Spread(values, "F1", " " + unit), "–", Statistics.Percentile(values, 0.99), unit + " p99", "–", goal, bound,
        new Dictionary<string, double[]>(StringComparer.Ordinal) { [unit] = [.. values] }));
}
