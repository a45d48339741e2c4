using Microsoft.Extensions.DependencyInjection;

namespace Commission.Api.Tests.Deals;

/// <summary>Magic links live seven days.</summary>
public sealed class LinkExpiryTests
{
    private static readonly TimeSpan AlmostSevenDays = TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1);

    [Fact]
    public async Task The_link_to_acknowledge_works_for_seven_days_and_then_the_deal_has_expired()
    {
        var clock = new ShiftedClock();
        await using var engine = await Engine.StartAsync(services => services.AddSingleton<TimeProvider>(clock));
        var network = await Network.CreateAsync(engine);
        var (early, late) = (await network.DealAsync(handshakes: 1), await network.DealAsync(handshakes: 1));

        clock.Advance(AlmostSevenDays);
        (await early.SignByLinkAsync("H2", network.Client.WithNewKey(), early.Link, time: clock.GetUtcNow())).Is(200);
        clock.Advance(TimeSpan.FromMinutes(2));
        var expired = await late.SignByLinkAsync("H2", network.Client.WithNewKey(), late.Link, time: clock.GetUtcNow());

        expired.IsRefused(410, "TOKEN_EXPIRED", "link");
        var again = await engine.SendAsync(network.Sent[^1].Request);
        Assert.Equal((410, true, expired.Text), (again.Status, again.Replayed, again.Text));
    }

    [Fact]
    public async Task The_link_to_confirm_the_outcome_expires_but_the_deal_waits_on()
    {
        var clock = new ShiftedClock();
        await using var engine = await Engine.StartAsync(services => services.AddSingleton<TimeProvider>(clock));
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 4);

        clock.Advance(TimeSpan.FromDays(8));
        (await deal.SignByLinkAsync("H5", network.Client.WithNewKey(), deal.Link, time: clock.GetUtcNow())).IsRefused(410, "TOKEN_EXPIRED", "link");

        Assert.Equal("H5", (await deal.GetAsync())["missing"].GetProperty("handshake").GetString());
        (await deal.SignAsync("H5", payload => payload["time"] = Network.Text(clock.GetUtcNow()))).Is(200);
    }
}
