using System.Security.Cryptography;
using Commission.Api;
using Commission.Benchmarks.Stages;
using Commission.Storage;
using Commission.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Commission.Benchmarks.Http;

/// <summary>A grain that does nothing, but for a verification where it is asked to.</summary>
[Alias("INoOpGrain")]
public interface INoOpGrain : IGrainWithIntegerKey
{
    /// <summary>Answers with the length of what it got.</summary>
    [Alias("Call")]
    Task<int> Call(byte[] body, bool verify);
}

[GrainType("no-op")]
internal sealed class NoOpGrain : Grain, INoOpGrain
{
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly byte[] Signed = new byte[400];
    private static readonly byte[] Signature = Key.SignData(Signed, HashAlgorithmName.SHA256);

    public Task<int> Call(byte[] body, bool verify) =>
        !verify || Key.VerifyData(Signed, Signature, HashAlgorithmName.SHA256) ? Task.FromResult(body.Length) : throw new InvalidOperationException();
}

/// <summary>The API with its silo in this process, on a database of its own.</summary>
internal sealed class ApiStage : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly NpgsqlDataSource _dataSource;

    private ApiStage(TestDatabase database, WebApplication app, string url)
    {
        (Database, _app, Url) = (database, app, url);
        _dataSource = NpgsqlDataSource.Create(database.AppConnectionString);
    }

    public TestDatabase Database { get; }

    public string Url { get; }

    public IServiceProvider Services => _app.Services;

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    public static async Task<ApiStage> StartAsync(string name, HotStorage storage)
    {
        var database = await TestPostgres.CreateDatabaseAsync(name);
        var url = $"http://127.0.0.1:{FreePort.Take()}";
        var builder = WebApplication.CreateSlimBuilder(
            ["--urls", url, "--Logging:LogLevel:Default", "Error", "--Commission:KeysDirectory", EngineStage.Keys.FullName]);
        builder.Host.ConfigureContainer<IServiceCollection>((_, services) => EngineStage.AddTo(services, storage));
        var app = ApiHost.Build(builder, new ApiSettings { VerticalsDirectory = "" }, EngineStage.SizedPool(database), alone: true);
        MapNoOp(app, "/no-op/{id}", verify: false);
        MapNoOp(app, "/no-op-verified/{id}", verify: true);
        await app.StartAsync();
        return new ApiStage(database, app, url);
    }

    private static void MapNoOp(WebApplication app, string route, bool verify) => app.MapPost(route, async (long id, HttpContext http, IGrainFactory grains) =>
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        return TypedResults.Ok(new NoOpView(await grains.GetGrain<INoOpGrain>(id).Call(body.ToArray(), verify)));
    });

    private sealed record NoOpView(int Length);

    public async Task WhenBooksAreCompleteAsync()
    {
        await using var command = _dataSource.CreateCommand("select exists (select 1 from outbox)");
        while ((bool)(await command.ExecuteScalarAsync())!)
            await Task.Delay(5);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _dataSource.DisposeAsync();
        await Database.DisposeAsync();
    }
}
