using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Commission.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Commission.Api.Tests;

/// <summary>The real API with the real silo on a database of its own; one per test class, or one per test that bends it.</summary>
public sealed class Engine : IAsyncLifetime
{
    private static int _numbers;
    private readonly Engine? _first;
    private readonly Action<IServiceCollection> _bend;
    private readonly bool _alone;
    private readonly string _verticals;
    private TestDatabase? _database;
    private WebApplication? _app;
    private HttpClient? _http;
    private Network? _network;

    public Engine() : this(null, alone: true, _ => { })
    {
    }

    private Engine(Engine? first, bool alone, Action<IServiceCollection> bend, string verticals = "none") =>
        (_first, _alone, _bend, _verticals, Keys) = (first, alone, bend, verticals, first?.Keys ?? Directory.CreateTempSubdirectory("commission-keys-"));

    public TestDatabase Database => _database!;

    /// <summary>Where this engine's keys lie; two silos of a cluster share it.</summary>
    internal DirectoryInfo Keys { get; }

    /// <summary>Where messages to people go.</summary>
    internal string Maildrop => Path.Combine(Keys.FullName, "maildrop");

    public string Address => _app!.Urls.Single();

    public IServiceProvider Services => _app!.Services;

    /// <summary>An engine of one test, with services of the test's own.</summary>
    internal static async Task<Engine> StartAsync(Action<IServiceCollection> bend)
    {
        var engine = new Engine(null, alone: true, bend);
        await engine.InitializeAsync();
        return engine;
    }

    /// <summary>An engine that seeds the verticals of a folder.</summary>
    internal static async Task<Engine> StartSeededAsync(string verticals)
    {
        var engine = new Engine(null, alone: true, _ => { }, verticals);
        await engine.InitializeAsync();
        return engine;
    }

    /// <summary>Two processes' worth of one cluster: each with its own silo and its own API, on one database.</summary>
    internal static async Task<(Engine First, Engine Second)> StartTwoAsync(Action<IServiceCollection> bend)
    {
        var first = new Engine(null, alone: false, bend);
        await first.InitializeAsync();
        var second = new Engine(first, alone: false, bend);
        await second.InitializeAsync();
        return (first, second);
    }

    public async ValueTask InitializeAsync()
    {
        _database = _first?._database ?? await TestPostgres.CreateDatabaseAsync("api");
        await StartAppAsync(_database);
    }

    /// <summary>Stops the process's part of it, whatever it is doing, and starts it again on the same database.</summary>
    internal async Task RestartAsync()
    {
        _http?.Dispose();
        await _app!.DisposeAsync();
        await StartAppAsync(Database);
    }

    private async Task StartAppAsync(TestDatabase database)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(ApiHost).Assembly.GetName().Name,
            Args = ["--urls", "http://127.0.0.1:0", "--Commission:KeysDirectory", Keys.FullName, "--Commission:Notifications:Maildrop", Maildrop],
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.ClearProviders();
        _bend(builder.Services);
        var settings = new ApiSettings { VerticalsDirectory = _verticals };
        _app = ApiHost.Build(builder, settings, database.OwnerConnectionString, _alone);
        await _app.StartAsync();
        _http = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        if (_first is not null)
            return;
        if (_database is not null)
            await _database.DisposeAsync();
        Keys.Delete(recursive: true);
    }

    /// <summary>A network for tests that leave nothing behind.</summary>
    internal async Task<Network> NetworkAsync() => _network ??= await Network.CreateAsync(this);

    /// <summary>A text that no other call returns in this process.</summary>
    public static string Unique(string prefix) => $"{prefix}{Interlocked.Increment(ref _numbers)}";

    public async Task<Answer> GetAsync(string path, Person? actor = null)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (actor is not null)
            message.Headers.Add("X-Acting-Contact", actor.Id.ToString());
        using var response = await _http!.SendAsync(message);
        return await Answer.OfAsync(response);
    }

    public async Task<Answer> DeleteAsync(string path)
    {
        using var response = await _http!.DeleteAsync(new Uri(path, UriKind.Relative));
        return await Answer.OfAsync(response);
    }

    public Task<Answer> PostAsync(string path, JsonNode body, Person? actor, string? key = null) =>
        SendAsync(new Request(path, System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()), actor?.Id.ToString(), key ?? Unique("key-")));

    internal async Task<Answer> SendAsync(Request request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(request.Path, UriKind.Relative));
        message.Content = new ByteArrayContent(request.Body);
        if (request.ContentType is not null)
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(request.ContentType);
        if (request.Actor is not null)
            message.Headers.Add("X-Acting-Contact", request.Actor);
        if (request.Key is not null)
            message.Headers.Add("Idempotency-Key", request.Key);

        // A refusal that comes before the body is read ends the connection: who sends much asks first.
        message.Headers.ExpectContinue = request.Body.Length > 1_000_000;
        using var response = await _http!.SendAsync(message);
        return await Answer.OfAsync(response);
    }

    /// <summary>Runs the tool, in this process, against this engine.</summary>
    public async Task<Ran> CommissionAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        string[] addressed = arguments.Contains("--url") ? arguments : [.. arguments, "--url", Address];
        var code = await Cli.CommandTree.RunAsync(addressed, new InvocationConfiguration { Output = output, Error = errors });
        return new Ran(code, output.ToString(), errors.ToString());
    }

    /// <summary>How many states there are and how often they were written: equal before and after means nothing was done.</summary>
    public async Task<string> FootprintAsync() => (await Database.ScalarAsync<string>("""
        select concat_ws('/', (select count(*) || ':' || coalesce(sum(version), 0) from deal),
            (select count(*) || ':' || coalesce(sum(version), 0) from contact),
            (select count(*) || ':' || coalesce(sum(version), 0) from vertical),
            (select count(*) || ':' || coalesce(sum(version), 0) from agreement))
        """))!;

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();
}

/// <summary>A POST as sent.</summary>
internal sealed record Request(string Path, byte[] Body, string? Actor, string? Key, string? ContentType = "application/json");

/// <summary>What the tool did.</summary>
public sealed record Ran(int Code, string Output, string Errors)
{
    /// <summary>It ended with this code; what it said otherwise is shown.</summary>
    public Ran Ended(int code)
    {
        Assert.True(Code == code, $"expected {code}, ended with {Code}:\n{Output}\n{Errors}");
        return this;
    }
}
