using Commission.Storage;
using Commission.Storage.Postgres;
using Commission.Testing;
using Npgsql;

namespace Commission.Crash.Tests.Processes;

/// <summary>
/// The engine as real processes over a PostgreSQL server of its own. The API keeps one address for its clients across
/// restarts; everything else is found by the engine itself.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    private const string ProbeTimeoutSeconds = "1";
    private static readonly string NoVerticals = Path.Combine(Path.GetTempPath(), "no-verticals");
    private readonly string _folder;
    private readonly string _apiUrl = $"http://127.0.0.1:{FreePort.Take()}";
    private readonly List<EngineProcess> _processes = [];
    private EmbeddedPostgres? _postgres;
    private FaultyProxy? _proxy;
    private IReadOnlyList<string> _settings = [];

    private Cluster(string folder, EmbeddedPostgres postgres) =>
        (_folder, _postgres, ConnectionString) = (folder, postgres, postgres.ConnectionString);

    /// <summary>The database, directly.</summary>
    public string ConnectionString { get; }

    public string ApiUrl => _apiUrl;

    public EngineProcess Api { get; private set; } = null!;

    public List<EngineProcess> Silos { get; } = [];

    /// <summary>Between the silos and the database, when it was asked for.</summary>
    public FaultyProxy Proxy => _proxy!;

    /// <summary>An API process as a mere client of some silos.</summary>
    public static async Task<Cluster> StartAsync(int silos, bool behindProxy = false)
    {
        var cluster = await MakeAsync();
        if (behindProxy)
            cluster._proxy = FaultyProxy.Start(cluster.ConnectionString);
        await Task.WhenAll(Enumerable.Range(0, silos).Select(_ => cluster.StartSiloAsync()));
        await cluster.StartApiAsync();
        return cluster;
    }

    /// <summary>One process that is API, silo and keeper of its own PostgreSQL.</summary>
    public static async Task<Cluster> StartSingleProcessAsync()
    {
        var cluster = await MakeAsync();
        await cluster.StopPostgresAsync();
        await cluster.StartSingleAsync();
        return cluster;
    }

    /// <summary>One process that is API and silo, and reaches its database by the proxy.</summary>
    public static async Task<Cluster> StartCoHostedAsync(params IReadOnlyList<string> settings)
    {
        var cluster = await MakeAsync();
        cluster._proxy = FaultyProxy.Start(cluster.ConnectionString);
        cluster._settings = settings;
        await cluster.StartCoHostAsync();
        return cluster;
    }

    /// <summary>Starts the process of <see cref="StartCoHostedAsync"/> again.</summary>
    public async Task StartCoHostAsync()
    {
        Api = EngineProcess.Start(
            "Commission.Api", _folder, _apiUrl,
            [
                "--ConnectionStrings:Commission", Proxy.ConnectionString, "--Commission:ProbeTimeoutSeconds", ProbeTimeoutSeconds,
                "--Commission:MissedProbes", "2", "--Commission:KeysDirectory", Path.Combine(_folder, "keys"), "--Commission:VerticalsDirectory", NoVerticals, .. _settings,
            ]);
        lock (_processes)
            _processes.Add(Api);
        await Api.WhenHealthyAsync("/health/ready");
    }

    public async Task StartSiloAsync()
    {
        var silo = EngineProcess.Start(
            "Commission.Silo", _folder, $"http://127.0.0.1:{FreePort.Take()}", "--ConnectionStrings:Commission", _proxy?.ConnectionString ?? ConnectionString,
            "--Commission:ProbeTimeoutSeconds", ProbeTimeoutSeconds, "--Commission:KeysDirectory", Path.Combine(_folder, "keys"));
        lock (_processes)
        {
            _processes.Add(silo);
            Silos.Add(silo);
        }
        await silo.WhenHealthyAsync("/health/live");
    }

    public async Task StartApiAsync()
    {
        Api = EngineProcess.Start(
            "Commission.Api", _folder, _apiUrl, "--ConnectionStrings:Commission", ConnectionString, "--Commission:CoHostSilo", "false", "--Commission:VerticalsDirectory", NoVerticals);
        lock (_processes)
            _processes.Add(Api);
        await Api.WhenHealthyAsync("/health/ready");
    }

    public async Task StartSingleAsync()
    {
        Api = EngineProcess.Start("Commission.Api", _folder, _apiUrl, "--Commission:DataDirectory", _folder, "--Commission:VerticalsDirectory", NoVerticals);
        lock (_processes)
            _processes.Add(Api);
        await Api.WhenHealthyAsync("/health/ready");
    }

    /// <summary>kill -9 of PostgreSQL's first process; the others end when they notice.</summary>
    public void KillPostgres() => Signals.Send(PostgresProcessId(), "KILL");

    /// <summary>Starts PostgreSQL again after <see cref="KillPostgres"/>.</summary>
    public async Task RestartPostgresAsync()
    {
        _postgres!.Abandon();
        _postgres = await EmbeddedPostgres.StartAsync(_folder, CancellationToken.None);
    }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T?)await command.ExecuteScalarAsync();
    }

    /// <summary>How often any process found a write broken and read back what it did.</summary>
    public int ReadBack => _processes.Sum(process => process.ReadBack);

    public string Logs() => string.Join("\n\n", _processes.Select(process => $"=== {process.Name}\n{process.Log}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        _postgres ??= await EmbeddedPostgres.StartAsync(_folder, CancellationToken.None);
        await StopPostgresAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<Cluster> MakeAsync()
    {
        // Not CreateTempSubdirectory: the server may run as another user, who must be able to enter this folder.
        var folder = Path.Combine(Path.GetTempPath(), $"commission-crash-{Guid.NewGuid():N}"[..28]);
        Directory.CreateDirectory(folder);
        Watchdog.Watch(folder);
        var postgres = await EmbeddedPostgres.StartAsync(folder, CancellationToken.None);
        await Migrator.MigrateAsync(postgres.ConnectionString, CancellationToken.None);
        return new Cluster(folder, postgres);
    }

    private async Task StopPostgresAsync()
    {
        await _postgres!.DisposeAsync();
        _postgres = null;
    }

    private int PostgresProcessId() => PostmasterFile.Read(Path.Combine(_folder, "postgres", "cluster"))?.ProcessId
        ?? throw new InvalidOperationException("PostgreSQL does not run.");
}
