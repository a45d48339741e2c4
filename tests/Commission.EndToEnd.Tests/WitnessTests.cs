using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain.Ledger.Log;
using Commission.Storage;
using Commission.Testing;
using Xunit;

namespace Commission.EndToEnd.Tests;

/// <summary>A witness as a process of its own, which follows the running engine's ledger.</summary>
public sealed class WitnessTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("commission-witness-");
    private Installation? _installation;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_installation is not null)
            await _installation.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_witness_cosigns_each_checkpoint_that_goes_on_and_everybody_sees_its_signature()
    {
        var key = NoteKey.Parse((await WitnessAsync("--log", Stranger(), "--show-key")).Output.Trim());
        _installation = await Installation.StartAsync("--Commission:Witnesses:0:Key", key.ToString());
        using var http = new HttpClient { BaseAddress = new Uri(_installation.Url) };

        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(0, (await _installation.CommissionAsync("demo")).Code);
            var log = await LogKeyAsync(http);
            await Eventually.BecomesTrueAsync(async () =>
            {
                var followed = await WitnessAsync("--log", log, "--follow", $"{_installation.Url}/log/ledger", "--once");
                Assert.True(followed.Code == 0, followed.Errors);
                return key.Signed(SignedNote.Read(await http.GetByteArrayAsync(new Uri("/log/ledger/checkpoint", UriKind.Relative))));
            }, "the checkpoint shows the witness' line");
        }

        // A witness that saw another book of that name does not cosign this one.
        var memory = _folder.GetFiles("*.json").Single().FullName;
        var root = JsonNode.Parse(await File.ReadAllTextAsync(memory, TestContext.Current.CancellationToken))!.AsObject();
        root["Root"] = new string('a', 64);
        await File.WriteAllTextAsync(memory, root.ToJsonString(), TestContext.Current.CancellationToken);
        var forked = await WitnessAsync("--log", await LogKeyAsync(http), "--follow", $"{_installation.Url}/log/ledger", "--once");
        Assert.Equal(1, forked.Code);
        Assert.Contains("does not go on", forked.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_engine_shows_its_checkpoints_to_a_witness_that_listens()
    {
        var key = NoteKey.Parse((await WitnessAsync("--log", Stranger(), "--show-key")).Output.Trim());
        var url = $"http://127.0.0.1:{FreePort.Take()}/";
        _installation = await Installation.StartAsync("--Commission:Witnesses:0:Key", key.ToString(), "--Commission:Witnesses:0:Url", url);
        using var http = new HttpClient { BaseAddress = new Uri(_installation.Url) };
        Assert.Equal(0, (await _installation.CommissionAsync("demo")).Code);
        using var witness = Installation.StartCommission(
            "witness", "--name", "witness.example/w1", "--folder", _folder.FullName, "--log", await LogKeyAsync(http), "--listen", url);
        try
        {
            await Eventually.BecomesTrueAsync(
                async () => key.Signed(SignedNote.Read(await http.GetByteArrayAsync(new Uri("/log/ledger/checkpoint", UriKind.Relative)))),
                "the checkpoint shows the witness' line");
            using var fork = new StringContent("old 0\n\nnothing\n", Encoding.UTF8, "text/plain");
            Assert.Equal(400, (int)(await http.PostAsync(new Uri(url + "add-checkpoint"), fork, TestContext.Current.CancellationToken)).StatusCode);
        }
        finally
        {
            witness.Kill();
            await witness.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static string Stranger()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        return new NoteKey("stranger.example/log", key.ExportSubjectPublicKeyInfo()).ToString();
    }

    private static async Task<string> LogKeyAsync(HttpClient http)
    {
        var key = "";
        await Eventually.BecomesTrueAsync(async () =>
        {
            using var answer = await http.GetAsync(new Uri("/log/ledger/keys", UriKind.Relative));
            key = (await answer.Content.ReadAsStringAsync()).TrimEnd('\n');
            return answer.IsSuccessStatusCode;
        }, "the ledger has a key");
        return key;
    }

    private Task<Ran> WitnessAsync(params string[] arguments) =>
        Installation.RunCommissionAsync(["witness", "--name", "witness.example/w1", "--folder", _folder.FullName, .. arguments]);
}
