using System.Diagnostics;
using System.Text;
using Commission.Storage;
using Commission.Testing;
using Xunit;

namespace Commission.EndToEnd.Tests;

/// <summary>The product as a newcomer runs it: the API process without configuration but for its port and folder, and the tool.</summary>
public sealed class Installation : IAsyncLifetime
{
    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("commission-e2e-");
    private readonly StringBuilder _log = new();
    private string[] _settings = [];
    private Process? _api;

    public static string Root { get; } = FindRoot();

    public string Url { get; } = $"http://127.0.0.1:{FreePort.Take()}";

    /// <summary>The real data, or null where it is not to be had.</summary>
    public static string? CrmFolder
    {
        get
        {
            var data = Environment.GetEnvironmentVariable("COMMISSION_SAMPLE_DATA") ?? Path.Combine(Root, "..", "shared", "data");
            return File.Exists(Path.Combine(data, "crm", "sales_pipeline.csv")) ? Path.Combine(data, "crm") : null;
        }
    }

    /// <summary>One with settings of its own.</summary>
    public static async Task<Installation> StartAsync(params string[] settings)
    {
        var installation = new Installation { _settings = settings };
        await installation.InitializeAsync();
        return installation;
    }

    public async ValueTask InitializeAsync()
    {
        var data = Path.Combine(_folder.FullName, "data");
        Watchdog.Watch(data);
        string[] trial = ["--environment", "Trial"];
        _api = Start("dotnet", [Built("Commission.Api", "Commission.Api.dll"), .. trial, "--urls", Url, "--Commission:DataDirectory", data, .. _settings]);
        _api.OutputDataReceived += (_, line) => Log(line.Data);
        _api.ErrorDataReceived += (_, line) => Log(line.Data);
        _api.BeginOutputReadLine();
        _api.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = new Uri(Url) };
        try
        {
            await Eventually.BecomesTrueAsync(async () => await IsReadyAsync(http), "the API is ready");
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"The API did not start:\n{_log}", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is { HasExited: false })
        {
            using var term = Process.Start("kill", ["-TERM", $"{_api.Id}"]);
            await _api.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }
        _api?.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Runs the tool against this installation.</summary>
    public Task<Ran> CommissionAsync(params string[] arguments) =>
        RunAsync("dotnet", [Built("Commission.Cli", "commission.dll"), .. arguments, "--url", Url]);

    /// <summary>Runs the tool by itself.</summary>
    public static Task<Ran> RunCommissionAsync(params string[] arguments) => RunAsync("dotnet", [Built("Commission.Cli", "commission.dll"), .. arguments]);

    /// <summary>Starts the tool and leaves it running.</summary>
    public static Process StartCommission(params string[] arguments) => Start("dotnet", [Built("Commission.Cli", "commission.dll"), .. arguments]);

    /// <summary>Runs the offline verifier.</summary>
    public static Task<Ran> VerifyAsync(params string[] arguments) => RunAsync("dotnet", [Built("Commission.Verifier", "commission-verify.dll"), .. arguments]);

    /// <summary>A path in this installation's own folder.</summary>
    public string Temporary(string name) => Path.Combine(_folder.FullName, name);

    public static async Task<Ran> RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new Ran(process.ExitCode, await output, await errors);
    }

    public static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        return Process.Start(start)!;
    }

    private static string Built(string project, string file) => Path.Combine(Root, project, "bin", Configuration, "net10.0", file);

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            return (await http.GetAsync("/health/ready")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Log(string? line)
    {
        lock (_log)
            _log.AppendLine(line);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Commission.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("Commission.sln is in no folder above the tests.");
        return folder.FullName;
    }
}

/// <summary>What a program did.</summary>
public sealed record Ran(int Code, string Output, string Errors);
