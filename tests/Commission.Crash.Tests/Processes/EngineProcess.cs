using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Commission.Testing;

namespace Commission.Crash.Tests.Processes;

/// <summary>One process of the engine, with its log; it dies with the tests, however they end.</summary>
internal sealed class EngineProcess : IAsyncDisposable
{
    private const int KeptLines = 120;
    private const int KeptCharacters = 700;
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private static int _started;
    private readonly Process _process;
    private readonly string _pidFile;
    private readonly ConcurrentQueue<string> _log = new();
    private int _readBack;

    private EngineProcess(string name, string url, Process process, string pidFile)
    {
        (Name, Url, _process, _pidFile) = (name, url, process, pidFile);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Name { get; }

    public string Url { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>How often the process found a write broken and read back what it did.</summary>
    public int ReadBack => Volatile.Read(ref _readBack);

    public string Log => string.Join('\n', _log);

    /// <summary>Starts a built program of the engine on an address of its own.</summary>
    /// <param name="assembly">Commission.Api or Commission.Silo.</param>
    /// <param name="folder">A folder under the watchdog's eye.</param>
    /// <param name="url">Where it listens.</param>
    /// <param name="settings">Settings as on the command line.</param>
    public static EngineProcess Start(string assembly, string folder, string url, params IReadOnlyList<string> settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, assembly + ".dll"), "--urls", url, .. settings])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var number = Interlocked.Increment(ref _started);
        var pidFile = Path.Combine(folder, $"{number}{Watchdog.ProcessFileExtension}");
        File.WriteAllText(pidFile, process.Id.ToString(CultureInfo.InvariantCulture));
        return new EngineProcess($"{assembly}#{number}", url, process, pidFile);
    }

    /// <summary>Waits until a health address answers with 200.</summary>
    public async Task WhenHealthyAsync(string path)
    {
        var clock = Stopwatch.StartNew();
        while (!await IsHealthyAsync(path))
        {
            if (HasExited || clock.Elapsed > StartDeadline)
                throw new InvalidOperationException($"{Name} {(HasExited ? "ended" : "did not become healthy")}:\n{Log}");
            await Task.Delay(50);
        }
    }

    public void Kill() => _process.Kill();

    public void Signal(string signal) => Signals.Send(_process.Id, signal);

    /// <summary>Waits for the end; the result is the exit code.</summary>
    public async Task<int> WhenEndedAsync(TimeSpan deadline)
    {
        using var cancellation = new CancellationTokenSource(deadline);
        try
        {
            await _process.WaitForExitAsync(cancellation.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException error)
        {
            throw new TimeoutException($"{Name} did not end within {deadline}:\n{Log}", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        File.Delete(_pidFile);
    }

    private async Task<bool> IsHealthyAsync(string path)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(Url + path));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is null || line.StartsWith("   at ", StringComparison.Ordinal))
            return;
        if (line.Contains("reading back what it did", StringComparison.Ordinal))
            Interlocked.Increment(ref _readBack);
        _log.Enqueue(line.Length > KeptCharacters ? line[..KeptCharacters] : line);
        if (_log.Count > KeptLines)
            _log.TryDequeue(out _);
    }
}
