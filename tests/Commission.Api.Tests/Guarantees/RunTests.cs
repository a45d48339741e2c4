using System.Text.Json.Nodes;
using Commission.Testing;

namespace Commission.Api.Tests.Guarantees;

/// <summary>Runs in their queue: asked for at once, interrupted, and after one that found something.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task Two_that_are_asked_for_at_once_both_run_one_after_the_other()
    {
        var (first, second) = await Engine.StartTwoAsync(_ => { });
        await using var _ = first;
        await using var __ = second;
        var network = await Network.CreateAsync(first);
        await network.DealAsync(5);
        await GuaranteeScenario.WhenSignedAsync(first);

        var runs = await Task.WhenAll(
            GuaranteeScenario.RunAsync(network, "runs"), GuaranteeScenario.RunAsync(network, "runs", new JsonObject { ["full"] = true }),
            GuaranteeScenario.RunAsync(network, "self-test"));

        Assert.All(runs, run => Assert.True(run.GetProperty("held").GetBoolean(), run.ToString()));
        Assert.Equal(3, runs.Select(run => run.GetProperty("id").GetString()).Distinct().Count());
        Assert.Equal((await first.GetAsync("/api/v1/guarantees")).Text, (await second.GetAsync("/api/v1/guarantees")).Text);
    }

    [Fact]
    public async Task The_same_request_at_once_is_one_run()
    {
        await using var engine = await Engine.StartAsync(_ => { });
        var network = await Network.CreateAsync(engine);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => network.PostAsync("/api/v1/guarantees/runs", new JsonObject(), network.Admin, "once")));

        // Who comes while the first is being answered is told to come again.
        Assert.All(answers, answer => Assert.True(answer.Status is 201 or 409, answer.Text));
        Assert.Single(answers.Where(answer => answer.Status == 201).Select(answer => answer.Text).Distinct());
        Assert.Equal(1, await engine.Database.ScalarAsync<long>("select count(*) from guarantee_run where actor is not null"));
    }

    [Fact]
    public async Task A_run_whose_process_died_is_run_again_and_a_finished_one_stays_as_it_is()
    {
        await using var engine = await Engine.StartAsync(_ => { });
        var network = await Network.CreateAsync(engine);
        await network.DealAsync(5);
        await GuaranteeScenario.WhenSignedAsync(engine);
        await engine.Database.ScalarAsync<int?>("""
            insert into guarantee_run (id, kind, whole, status) values ('run_00000000000000000000000001', 'check', true, 'running')
            """);

        await Eventually.BecomesTrueAsync(
            async () => (await engine.GetAsync("/api/v1/guarantees/runs/run_00000000000000000000000001")).Is(200)["status"].GetString() == "completed", "it is run again");

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => engine.Database.ScalarAsync<int?>("update guarantee_run set held = false"));
        Assert.Contains("a finished run of the guarantees is not changed", refused.MessageText, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => engine.Database.ScalarAsync<int?>("delete from guarantee_run"));
        Assert.Contains("append-only", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_full_run_found_stays_found_until_it_is_mended()
    {
        await using var engine = await Engine.StartAsync(_ => { });
        var network = await Network.CreateAsync(engine);
        await network.DealAsync(5);
        await GuaranteeScenario.WhenSignedAsync(engine);
        Assert.Equal("full", Extent(await GuaranteeScenario.RunAsync(network, "runs")));
        Assert.Equal("incremental", Extent(await GuaranteeScenario.RunAsync(network, "runs")));

        // Sums to zero over both accounts: only who replays them all sees it.
        await engine.Database.ScalarAsync<int?>("update book_account set balance = balance + case id when 1 then 1 else -1 end where id in (1, 2)");
        Assert.False((await GuaranteeScenario.RunAsync(network, "runs", new JsonObject { ["full"] = true })).GetProperty("held").GetBoolean());
        var next = await GuaranteeScenario.RunAsync(network, "runs");
        Assert.Equal(("full", false), (Extent(next), next.GetProperty("held").GetBoolean()));

        await engine.Database.ScalarAsync<int?>("update book_account set balance = balance - case id when 1 then 1 else -1 end where id in (1, 2)");
        Assert.True((await GuaranteeScenario.RunAsync(network, "runs")).GetProperty("held").GetBoolean());
        Assert.Equal("incremental", Extent(await GuaranteeScenario.RunAsync(network, "runs")));
    }

    private static string Extent(System.Text.Json.JsonElement run) => run.GetProperty("outcome").GetProperty("extent").GetString()!;
}
