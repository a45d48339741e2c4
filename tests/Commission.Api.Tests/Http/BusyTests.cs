using Commission.Storage.GroupCommit;
using Commission.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Commission.Api.Tests.Http;

/// <summary>More work than the write queue may hold.</summary>
public sealed class BusyTests
{
    private const int Capacity = 4;
    private const int Requests = 12;

    [Fact]
    public async Task A_full_write_queue_answers_busy_writes_nothing_and_takes_the_same_request_later()
    {
        await using var engine = await Engine.StartAsync(services => services.AddSingleton(new GroupCommitOptions { Lanes = 1, QueueCapacity = Capacity }));
        var network = await Network.CreateAsync(engine);
        var decoy = await network.DealAsync(handshakes: 1);
        await using var held = await HeldRow.HoldAsync(engine.Database, decoy.Id);
        var first = decoy.SignAsync("H2");
        await held.SomebodyWaitsAsync();
        var before = await engine.FootprintAsync();

        var requests = Enumerable.Range(0, Requests).Select(_ => network.NewDeal()).Select(deal => deal.Request("H1", deal.Key)).ToArray();
        var answers = Array.ConvertAll(requests, engine.SendAsync);
        await Eventually.BecomesTrueAsync(
            () => Task.FromResult(answers.Count(answer => answer.IsCompleted) == Requests - Capacity), "all that the queue cannot hold are answered");

        var refused = Enumerable.Range(0, Requests).Where(i => answers[i].IsCompleted).ToArray();
        foreach (var i in refused)
            Assert.Equal(TimeSpan.FromSeconds(1), (await answers[i]).IsRefused(503, "BUSY").RetryAfter);
        Assert.Equal(before, await engine.FootprintAsync());

        await held.ReleaseAsync();
        (await first).Is(200);
        foreach (var i in Enumerable.Range(0, Requests).Except(refused))
            (await answers[i]).Is(201);
        foreach (var i in refused)
            Assert.False((await engine.SendAsync(requests[i])).Is(201).Replayed);
        Assert.Equal(Requests + 1, (await network.GetAsync($"/api/v1/deals?party={network.Referrer}")).Items.Count);
    }
}
