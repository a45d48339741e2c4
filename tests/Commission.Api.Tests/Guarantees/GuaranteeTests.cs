using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Domain.Ledger.Log;

namespace Commission.Api.Tests.Guarantees;

public sealed class GuaranteeTests
{
    [Fact]
    public async Task All_six_hold_over_real_deals_and_every_break_on_a_copy_is_seen()
    {
        await using var engine = await Engine.StartAsync(_ => { });
        var network = await GuaranteeScenario.TradeAsync(engine);

        var run = await GuaranteeScenario.RunAsync(network, "runs", new JsonObject { ["full"] = true });
        Assert.True(run.GetProperty("status").GetString() == "completed", run.ToString());
        Assert.All(GuaranteeScenario.Verdicts(run), verdict => Assert.True(verdict.Value == "holds", run.GetProperty("outcome").ToString()));
        var evidence = run.GetProperty("outcome").GetProperty("guarantees")[1].GetProperty("evidence");
        Assert.Equal((93, 463), (evidence.GetProperty("deals").GetInt32(), evidence.GetProperty("signatures").GetInt32()));

        var later = await GuaranteeScenario.RunAsync(network, "runs");
        Assert.Equal("incremental", later.GetProperty("outcome").GetProperty("extent").GetString());
        Assert.All(GuaranteeScenario.Verdicts(later), verdict => Assert.True(verdict.Value == "holds", later.GetProperty("outcome").ToString()));
        Assert.Equal(later.ToString(), (await engine.GetAsync("/api/v1/guarantees"))["latest"].ToString());

        var test = await GuaranteeScenario.RunAsync(network, "self-test");
        Assert.True(test.GetProperty("status").GetString() == "completed", test.ToString());
        Assert.True(test.GetProperty("held").GetBoolean(), test.GetProperty("outcome").ToString());
        var breaks = test.GetProperty("outcome").GetProperty("breaks").EnumerateArray().GroupBy(one => one.GetProperty("code").GetString()).ToList();
        Assert.Equal(["G1", "G2", "G3", "G4", "G5", "G6"], breaks.Select(group => group.Key));
        Assert.All(breaks, group => Assert.True(group.Count() >= 3));
        Assert.Equal(0, await engine.Database.ScalarAsync<long>("select count(*) from pg_tables where schemaname = 'guarantee_scratch'"));
        var after = await GuaranteeScenario.RunAsync(network, "runs", new JsonObject { ["full"] = true });
        Assert.All(GuaranteeScenario.Verdicts(after), verdict => Assert.Equal("holds", verdict.Value));
    }

    [Fact]
    public async Task What_was_found_is_signed_by_the_key_that_signs_checkpoints()
    {
        await using var engine = await Engine.StartAsync(_ => { });
        var network = await GuaranteeScenario.TradeAsync(engine);

        var run = await GuaranteeScenario.RunAsync(network, "runs");

        var note = SignedNote.Read(Encoding.UTF8.GetBytes(run.GetProperty("note").GetString()!));
        Assert.True(Base64Url.TryDecode(run.GetProperty("report").GetString(), 1 << 20, out var report));
        Assert.EndsWith($"\nsha256 {Hash.Of(report)}\n", note.Text, StringComparison.Ordinal);
        var log = NoteKey.Parse((await engine.GetAsync("/log/ledger/keys")).Text.TrimEnd('\n'));
        Assert.True(new NoteKey(note.Text.Split('\n')[0], log.SubjectPublicKeyInfo).Signed(note));
        Assert.Throws<FormatException>(() => Checkpoint.Read(note.Text));
    }

    [Fact]
    public async Task Who_follows_the_documentation_verifies_a_result_without_us_and_sees_a_forged_one()
    {
        foreach (var program in new[] { "curl", "jq", "openssl" })
            Assert.SkipUnless(await ShellAsync($"command -v {program}", "", ".") == 0, $"{program} is not installed.");
        await using var engine = await Engine.StartAsync(_ => { });
        var network = await Network.CreateAsync(engine);
        await network.DealAsync(5);
        await GuaranteeScenario.WhenSignedAsync(engine);
        await GuaranteeScenario.RunAsync(network, "runs");
        var document = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "guarantees.md"), TestContext.Current.CancellationToken);
        var script = document.Split("```sh\n")[1].Split("```")[0];
        var folder = Directory.CreateTempSubdirectory("commission-outsider-").FullName;

        Assert.Equal(0, await ShellAsync(script, engine.Address, folder));

        var fetch = script.Split('\n').Single(line => line.Contains("guarantees.json", StringComparison.Ordinal) && line.StartsWith("curl", StringComparison.Ordinal));
        foreach (var forgery in new[] { "s/G4 holds/G4 broken/", "s/\"report\":\"e/\"report\":\"f/" })
            Assert.NotEqual(0, await ShellAsync(script.Replace(fetch, $"{fetch}; sed -i '{forgery}' guarantees.json", StringComparison.Ordinal), engine.Address, folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_balance_that_somebody_changed_breaks_exact_money_and_is_named()
    {
        await using var engine = await Engine.StartAsync(_ => { });
        var network = await GuaranteeScenario.TradeAsync(engine);
        await engine.Database.ScalarAsync<int?>($"update book_account set balance = balance + 1 where name = 'payable:{network.Referrer}'");

        var run = await GuaranteeScenario.RunAsync(network, "runs", new JsonObject { ["full"] = true });

        Assert.False(run.GetProperty("held").GetBoolean());
        Assert.Equal("broken", GuaranteeScenario.Verdicts(run)["G4"]);
        Assert.Equal(5, GuaranteeScenario.Verdicts(run).Values.Count(verdict => verdict == "holds"));
        Assert.Contains($"ledger account payable:{network.Referrer} AUD", run.GetProperty("outcome").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_ends_with_0_while_all_hold_and_with_1_as_soon_as_one_is_broken()
    {
        await using var engine = await Engine.StartAsync(_ => { });
        var network = await GuaranteeScenario.TradeAsync(engine);
        var admin = network.Admin.ToString();
        Assert.Contains("No run has completed yet", (await engine.CommissionAsync("guarantees")).Ended(1).Errors, StringComparison.Ordinal);

        Assert.Contains("G6  paid exactly once  holds", (await engine.CommissionAsync("guarantees", "--run", "--as", admin)).Ended(0).Output, StringComparison.Ordinal);
        Assert.Contains("breaks were seen", (await engine.CommissionAsync("guarantees", "--self-test", "--as", admin)).Ended(0).Output, StringComparison.Ordinal);
        await engine.Database.ScalarAsync<int?>($"update book_account set balance = balance + 1 where name = 'payable:{network.Referrer}'");
        var broken = (await engine.CommissionAsync("guarantees", "--full", "--as", admin)).Ended(1);
        Assert.Contains("G4  exact money        broken", broken.Output, StringComparison.Ordinal);
        Assert.Contains("G4  exact money        broken", (await engine.CommissionAsync("guarantees")).Ended(1).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_staff_may_run_them_and_the_same_key_is_the_same_run()
    {
        await using var engine = await Engine.StartAsync(_ => { });
        var network = await Network.CreateAsync(engine);

        (await network.PostAsync("/api/v1/guarantees/runs", new JsonObject(), network.Referrer)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await network.PostAsync("/api/v1/guarantees/runs", new JsonObject { ["full"] = 1 }, network.Admin)).IsRefused(400, "INVALID_FIELD", "full");
        var first = (await network.PostAsync("/api/v1/guarantees/runs", new JsonObject { ["full"] = true }, network.Admin, "one")).Is(201);
        var again = (await network.PostAsync("/api/v1/guarantees/runs", new JsonObject { ["full"] = true }, network.Admin, "one")).Is(201);
        Assert.Equal((first.Text, true), (again.Text, again.Replayed));
        (await network.PostAsync("/api/v1/guarantees/self-test", new JsonObject(), network.Admin, "one")).IsRefused(422, "IDEMPOTENCY_KEY_REUSED", "Idempotency-Key");
    }

    private static async Task<int> ShellAsync(string script, string url, string folder)
    {
        var start = new System.Diagnostics.ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["URL"] = url;
        using var process = System.Diagnostics.Process.Start(start)!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Commission.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
