using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using Commission.Benchmarks.Deals;
using Commission.Benchmarks.Harness;
using Commission.Benchmarks.Stages;
using Commission.Domain.Deals;

namespace Commission.Benchmarks.Http;

/// <summary>
/// POST …/intake with 256 clients, each request signed by its member, against a grain that does nothing behind the same
/// Kestrel, and against the same API on AdoNet. The load generator is in this process, so its cost is in every figure.
/// </summary>
internal sealed class HttpCommands : IBenchmark
{
    private const int Clients = 256;

    public string Name => "http";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using var ours = await ApiStage.StartAsync("http_group_commit", HotStorage.GroupCommit);
        await using var theirs = await ApiStage.StartAsync("http_ado_net", HotStorage.AdoNet);
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Clients, PooledConnectionIdleTimeout = TimeSpan.FromHours(1) });
        var clock = await CpuClock.StartAsync(ours.Database);
        var percentiles = new ConcurrentDictionary<string, List<double>>(StringComparer.Ordinal);
        var results = await Contest.RunAsync(
            options, clock, await IntakesAsync("the API", ours, client, percentiles), NoOps("a no-op grain over HTTP", ours, client, percentiles, verify: false),
            NoOps("a no-op grain and one verification", ours, client, percentiles, verify: true), await IntakesAsync("the same API on AdoNet", theirs, client, percentiles));
        var latency = $"p99 {Last(percentiles, "the API", options)} ms; load generator in process";
        report.Compare("HTTP commands (signed intake), 256 clients", results[0], results[1], Goal.Min(0.6), $"{latency}; no-op p99 {Last(percentiles, results[1].Name, options)} ms");
        report.Compare("The same, against a no-op that verifies one signature", results[0], results[2], null, "shows how much of the distance is the signature");
        report.Compare("The same, against AdoNet", results[0], results[3], Goal.Min(6), $"AdoNet p99 {Last(percentiles, results[3].Name, options)} ms");
    }

    private static string Last(ConcurrentDictionary<string, List<double>> percentiles, string name, BenchmarkOptions options) =>
        Report.Format($"{Statistics.Median(percentiles[name].TakeLast(options.Rounds)):F1}");

    private static async Task<Side> IntakesAsync(string name, ApiStage stage, HttpClient client, ConcurrentDictionary<string, List<double>> percentiles)
    {
        var network = await Network.CreateAsync(stage.Grains);
        var deals = new BulkDeals(network);
        return new Side(name, Clients * 4, async count =>
        {
            var (_, commands) = await Latency.IntakesAsync(stage.Grains, stage.WhenBooksAreCompleteAsync, network, deals, count);
            var bodies = Array.ConvertAll(commands, Body);
            return async () =>
            {
                var milliseconds = await Load.MeasureAsync(count, Clients, i => PostAsync(
                    client, $"{stage.Url}/api/v1/deals/{commands[i].Payload.Deal}/intake", bodies[i], commands[i].Payload.Actor.ToString(), $"intake-{i}"));
                Record(percentiles, name, milliseconds);
            };
        });
    }

    private static Side NoOps(string name, ApiStage stage, HttpClient client, ConcurrentDictionary<string, List<double>> percentiles, bool verify) =>
        new(name, Clients * 4, count => Task.FromResult<Func<Task>>(async () =>
        {
            var body = Encoding.UTF8.GetBytes("{\"payload\":\"" + new string('x', 560) + "\"}");
            var milliseconds = await Load.MeasureAsync(count, Clients, i => PostAsync(
                client, $"{stage.Url}/{(verify ? "no-op-verified" : "no-op")}/{i % 10_000}", body, "contact", $"key-{i}"));
            Record(percentiles, name, milliseconds);
        }));

    private static void Record(ConcurrentDictionary<string, List<double>> percentiles, string name, double[] milliseconds) =>
        percentiles.GetOrAdd(name, _ => []).Add(Statistics.Percentile(milliseconds, 0.99));

    private static byte[] Body(RecordHandshake command) =>
        [.. "{\"payload\":"u8, .. command.Payload.ToCanonical(), .. ",\"signature\":"u8, .. command.Envelope.ToCanonical(), .. "}"u8];

    private static async Task PostAsync(HttpClient client, string url, byte[] body, string actor, string key)
    {
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url);
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            request.Headers.Add("X-Acting-Contact", actor);
            request.Headers.Add("Idempotency-Key", key + "-" + url.Length + "-" + url.GetHashCode(StringComparison.Ordinal));
            using var response = await client.SendAsync(request);
            if (response.IsSuccessStatusCode)
                return;
            if ((int)response.StatusCode != 503)
                throw new InvalidOperationException($"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            await Task.Delay(20);
        }
    }
}
