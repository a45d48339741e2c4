using System.Text.Json.Nodes;
using Commission.Domain.Members;
using Microsoft.Extensions.DependencyInjection;

namespace Commission.Api.Tests.Members;

/// <summary>The end of a key, as seen by silos that knew the key before.</summary>
public sealed class KeyEndTests
{
    private const int Deals = 12;

    [Fact]
    public async Task From_its_end_on_no_silo_accepts_a_key_whatever_time_the_signer_states()
    {
        var clock = new ShiftedClock();
        var (one, other) = await Engine.StartTwoAsync(services => services.AddSingleton<TimeProvider>(clock));
        await using var first = one;
        await using var second = other;
        var network = await Network.CreateAsync(first);
        List<Deal> deals = [];
        for (var i = 0; i < Deals; i++)
            deals.Add(await network.DealAsync(handshakes: 3));
        var asked = clock.GetUtcNow();

        var ended = (await network.PostAsync($"/api/v1/contacts/{network.Receiver}/keys/{network.Receiver.KeyId}/end", new JsonObject(), network.Receiver)).Is(200);

        var end = ended["validTo"].GetDateTimeOffset();
        Assert.InRange(end - asked, MemberMachine.KeyEndNotice, MemberMachine.KeyEndNotice + TimeSpan.FromSeconds(30));
        (await deals[0].SignAsync("H4")).Is(200);
        clock.Advance(end - clock.GetUtcNow());
        foreach (var deal in deals.Skip(1))
        {
            (await deal.SignAsync("H4", payload => payload["time"] = Network.Text(clock.GetUtcNow()))).IsRefused(400, "KEY_NOT_VALID", "signature.key");
            (await deal.SignAsync("H4", payload => payload["time"] = Network.Text(end.AddMinutes(-1)))).IsRefused(400, "KEY_NOT_VALID", "signature.key");
        }

        var rotated = network.Receiver.WithNewKey();
        (await network.RegisterAsync(rotated)).Is(201);
        foreach (var deal in deals.Skip(1))
            (await deal.SignAsync("H4", payload => payload["time"] = Network.Text(clock.GetUtcNow()), signer: rotated)).Is(200);
    }

    [Fact]
    public async Task A_service_whose_key_has_ended_attests_nothing_in_bulk()
    {
        var clock = new ShiftedClock();
        await using var engine = await Engine.StartAsync(services => services.AddSingleton<TimeProvider>(clock));
        var network = await Network.CreateAsync(engine);
        var service = await network.ServiceAsync(network.Referrer, network.Receiver);
        var bulk = new Api.Tests.Deals.BulkRequest(network, service);
        (await network.PostAsync($"/api/v1/contacts/{service}/keys/{service.KeyId}/end", new JsonObject(), service)).Is(200);
        Assert.Equal("created", Assert.Single((await bulk.SendAsync(bulk.Line("a"))).Is(200).Lines()).GetProperty("status").GetString());

        clock.Advance(MemberMachine.KeyEndNotice);
        var line = Assert.Single((await bulk.SendAsync(bulk.Line("b"))).Is(200).Lines());

        Assert.Equal(("KEY_NOT_VALID", "attestation.key"), (line.GetProperty("code").GetString(), line.GetProperty("field").GetString()));
    }
}
