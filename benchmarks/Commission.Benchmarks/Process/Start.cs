using System.Diagnostics;
using Commission.Benchmarks.Harness;
using Commission.Storage;
using Commission.Testing;

namespace Commission.Benchmarks.Process;

/// <summary>Cold start of the single process, its private cluster already made, until /health/ready says so.</summary>
internal sealed class Start : IBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public string Name => "start";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"commission-start-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        Watchdog.Watch(folder);
        await OnceAsync(folder);
        var seconds = new List<double>();
        for (var round = 0; round < options.Rounds; round++)
            seconds.Add(await OnceAsync(folder));
        report.Add(new Row(
            "Cold start of the API process to ready (cluster made)", Report.Spread(seconds, "F2", " s"), "–", Statistics.Median(seconds), "s", "–",
            Goal.Max(5, "s"), "just-in-time compilation, then the start of silo and PostgreSQL",
            new Dictionary<string, double[]>(StringComparer.Ordinal) { ["seconds"] = [.. seconds] }));
    }

    private static async Task<double> OnceAsync(string folder)
    {
        var url = $"http://127.0.0.1:{FreePort.Take()}";
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "Commission.Api.dll"), "--urls", url, "--Commission:DataDirectory", folder,
                "--Logging:LogLevel:Default", "Error",
            },
        };
        using var client = new HttpClient();
        var watch = Stopwatch.StartNew();
        using var process = System.Diagnostics.Process.Start(start)!;
        while (!await IsReadyAsync(client, url))
        {
            if (process.HasExited || watch.Elapsed > Patience)
                throw new InvalidOperationException("The API did not become ready.");
            await Task.Delay(20);
        }
        var seconds = watch.Elapsed.TotalSeconds;
        using var stop = System.Diagnostics.Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync();
        return seconds;
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, string url)
    {
        try
        {
            using var answer = await client.GetAsync($"{url}/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
