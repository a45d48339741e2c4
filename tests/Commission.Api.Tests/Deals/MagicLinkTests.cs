namespace Commission.Api.Tests.Deals;

public sealed class MagicLinkTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task The_client_signs_by_link_with_a_key_that_its_browser_made()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 1);
        var browser = network.Client.WithNewKey();

        (await deal.SignByLinkAsync("H2", browser, deal.Link)).Is(200);
        (await deal.SignAsync("H3")).Is(200);
        (await deal.SignAsync("H4")).Is(200);
        (await deal.SignByLinkAsync("H5", browser.WithNewKey(), deal.Link)).Is(200);

        Assert.Equal("Complete", (await deal.WhenBookedAsync(entries: 3))["status"].GetString());
    }

    [Fact]
    public async Task The_browser_that_acknowledged_needs_no_second_key_for_the_outcome()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 1);
        var browser = network.Client.WithNewKey();
        (await deal.SignByLinkAsync("H2", browser, deal.Link)).Is(200);
        (await deal.SignAsync("H3")).Is(200);
        (await deal.SignAsync("H4")).Is(200);

        var outcome = await deal.SignByLinkAsync("H5", browser, deal.Link, bringKey: false);

        outcome.Is(200);
    }

    [Fact]
    public async Task A_link_works_once()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 1);
        var link = deal.Link;
        (await deal.SignByLinkAsync("H2", network.Client.WithNewKey(), link)).Is(200);

        var again = await deal.SignByLinkAsync("H2", network.Client.WithNewKey(), link);

        again.IsRefused(404, "HANDSHAKE_NOT_FOUND", "link");
    }

    [Theory]
    [InlineData("mlt_00000000000000000000000000")]
    [InlineData("mlt_<script>")]
    [InlineData("")]
    public async Task An_unknown_link_is_not_found(string link)
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 1);

        (await deal.SignByLinkAsync("H2", network.Client.WithNewKey(), link)).IsRefused(404, "HANDSHAKE_NOT_FOUND", "link");
    }

    [Fact]
    public async Task A_link_that_does_not_fit_is_not_remembered_and_its_key_stays_free()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 1);
        var key = Engine.Unique("key-");
        var before = await engine.FootprintAsync();

        for (var i = 0; i < 20; i++)
            (await deal.SignByLinkAsync("H2", network.Client.WithNewKey(), "mlt_00000000000000000000000000", key)).IsRefused(404, "HANDSHAKE_NOT_FOUND", "link");

        Assert.Equal(before, await engine.FootprintAsync());
        Assert.False((await deal.SignByLinkAsync("H2", network.Client.WithNewKey(), deal.Link, key)).Is(200).Replayed);
    }

    [Fact]
    public async Task The_link_of_one_deal_opens_no_other()
    {
        var network = await Network.CreateAsync(engine);
        var (one, other) = (await network.DealAsync(handshakes: 1), await network.DealAsync(handshakes: 1));

        (await other.SignByLinkAsync("H2", network.Client.WithNewKey(), one.Link)).IsRefused(404, "HANDSHAKE_NOT_FOUND", "link");
    }

    [Fact]
    public async Task A_link_lets_nobody_but_the_client_sign()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 1);

        (await deal.SignByLinkAsync("H2", network.Receiver.WithNewKey(), deal.Link)).IsRefused(403, "WRONG_ACTOR", "payload.actor");
    }

    [Fact]
    public async Task Without_link_and_acting_contact_a_step_is_refused()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 1);

        (await deal.SignByLinkAsync("H2", network.Client, link: null)).IsRefused(400, "INVALID_FIELD", "X-Acting-Contact");
    }

    [Theory]
    [InlineData("DECLINE", "Declined")]
    [InlineData("WITHDRAWAL", "Withdrawn")]
    public async Task The_client_may_end_the_deal_by_the_link_that_it_got(string ending, string status)
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 1);

        (await deal.SignByLinkAsync(ending, network.Client.WithNewKey(), deal.Link)).Is(200);

        Assert.Equal(status, (await deal.GetAsync())["status"].GetString());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task A_used_link_ends_nothing(int handshakes)
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes);

        (await deal.SignByLinkAsync("DECLINE", network.Client.WithNewKey(), deal.Link)).IsRefused(404, "HANDSHAKE_NOT_FOUND", "link");
    }

    [Fact]
    public async Task A_repeated_acknowledgement_gets_its_first_answer_although_the_link_is_used()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 1);
        var first = (await deal.SignByLinkAsync("H2", network.Client.WithNewKey(), deal.Link)).Is(200);
        var request = network.Sent[^1].Request;
        (await deal.SignAsync("H3")).Is(200);

        var again = await engine.SendAsync(request);

        Assert.Equal((200, true, first.Text), (again.Status, again.Replayed, again.Text));
    }
}
