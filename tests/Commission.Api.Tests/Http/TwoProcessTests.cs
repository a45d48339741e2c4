namespace Commission.Api.Tests.Http;

/// <summary>Two APIs, each with a silo, in one cluster.</summary>
public sealed class TwoProcessTests
{
    private const int Deals = 12;

    [Fact]
    public async Task One_key_sent_to_both_at_once_makes_one_deal_and_both_answer_the_same_bytes()
    {
        var (one, other) = await Engine.StartTwoAsync(_ => { });
        await using var first = one;
        await using var second = other;
        var network = await Network.CreateAsync(first);

        for (var i = 0; i < Deals; i++)
        {
            var deal = network.NewDeal();
            var request = deal.Request("H1", deal.Key);
            var answers = await Task.WhenAll(first.SendAsync(request), second.SendAsync(request));

            Assert.Equal([201, 201], answers.Select(answer => answer.Status));
            Assert.Equal(answers[0].Bytes, answers[1].Bytes);
            Assert.Single(answers, answer => !answer.Replayed);
        }
        Assert.Equal(Deals, (await second.GetAsync($"/api/v1/deals?party={network.Referrer}")).Items.Count);
    }

    [Fact]
    public async Task One_key_with_two_bodies_sent_to_both_at_once_makes_one_of_them()
    {
        var (one, other) = await Engine.StartTwoAsync(_ => { });
        await using var first = one;
        await using var second = other;
        var network = await Network.CreateAsync(first);

        for (var i = 0; i < Deals; i++)
        {
            var deal = network.NewDeal();
            var answers = await Task.WhenAll(first.SendAsync(deal.Request("H1", deal.Key)), second.SendAsync(deal.Request("H1", deal.Key)));

            Assert.Single(answers, answer => answer.Status == 201);
            Assert.Single(answers, answer => answer.Status == 422).IsRefused(422, "IDEMPOTENCY_KEY_REUSED", "Idempotency-Key");
        }
    }
}
