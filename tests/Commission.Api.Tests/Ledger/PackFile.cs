using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Testing;
using Commission.Verifier;

namespace Commission.Api.Tests.Ledger;

/// <summary>An evidence pack of a live engine, and what the three verifiers say of it or of a bent copy.</summary>
internal sealed record PackFile(byte[] Bytes, string Key)
{
    /// <summary>The pack once checkpoints cover it.</summary>
    public static async Task<PackFile> WhenCoveredAsync(Engine engine, string path)
    {
        Answer? answer = null;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                answer = await engine.GetAsync($"/api/v1/{path}");
                if (answer.Status == 409)
                    Assert.Equal(("NO_CHECKPOINT_YET", TimeSpan.FromSeconds(1)), (answer.Code, answer.RetryAfter));
                return answer.Status != 409;
            },
            $"a checkpoint covers {path}");
        var keys = (await engine.GetAsync("/log/ledger/keys")).Is(200).Text;
        return new PackFile(answer!.Is(200).Bytes, keys.Split('\n')[0]);
    }

    public JsonObject Json() => JsonNode.Parse(Bytes)!.AsObject();

    /// <summary>A copy in which something is another, in canonical form all the same.</summary>
    public PackFile Bent(Action<JsonObject> change)
    {
        var json = Json();
        change(json);
        var bytes = CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json.ToJsonString()));
        Assert.False(bytes.AsSpan().SequenceEqual(Bytes), "nothing was bent");
        return this with { Bytes = bytes };
    }

    /// <summary>What the verifier that is built on the domain says.</summary>
    public (Failure Failure, string Output) Verify(params IEnumerable<string> arguments)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, Bytes);
            using var output = new StringWriter();
            return (Verification.Run(["pack", file, "--key", Key, .. arguments], output, output), output.ToString());
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What all verifiers say: they must agree.</summary>
    public async Task<(Failure Failure, string Output)> VerifyByAllAsync(params string[] arguments)
    {
        var (failure, output) = Verify(arguments);
        Assert.SkipUnless(IsInstalled("python3") && IsInstalled("openssl"), "python3 and openssl are not installed.");
        Assert.SkipUnless(IsInstalled("node"), "Node is not installed.");
        var (second, third) = (RunAsync("python3", "tools/verify_pack.py", arguments), RunAsync("node", "Commission.Console/run-node.js", arguments));
        var said = $"commission-verify: {failure}: {output}\nverify_pack.py: {await second}\nthe browser's, in Node: {await third}";
        Assert.True((int)failure == (await second).Code, said);
        Assert.True((int)failure == (await third).Code, said);
        return (failure, output);
    }

    /// <summary>What the browser's verifier says, in Node.</summary>
    public async Task<Failure> VerifyInNodeAsync(params string[] arguments)
    {
        Assert.SkipUnless(IsInstalled("node"), "Node is not installed.");
        return (Failure)(await RunAsync("node", "Commission.Console/run-node.js", arguments)).Code;
    }

    private async Task<(int Code, string Output)> RunAsync(string program, string script, string[] arguments)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, Bytes);
            var start = new ProcessStartInfo(program, [Path.Combine(Root(), script), file, "--key", Key, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            using var process = Process.Start(start)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Commission.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("Commission.sln is in no folder above the tests.");
        return folder.FullName;
    }
}
