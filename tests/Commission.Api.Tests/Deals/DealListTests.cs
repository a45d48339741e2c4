using System.Text.Json;

namespace Commission.Api.Tests.Deals;

public sealed class DealListTests(Engine engine) : IClassFixture<Engine>
{
    private const int Deals = 25;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(25)]
    [InlineData(200)]
    public async Task Walking_all_pages_meets_every_deal_once_newest_first(int limit)
    {
        var network = await GivenAsync();

        var deals = await WalkAsync($"/api/v1/deals?party={network.Referrer}&limit={limit}");

        Assert.Equal(Deals, deals.Select(deal => deal.GetProperty("id").GetString()).Distinct().Count());
        Assert.Equal(Deals, deals.Count);
        var times = deals.Select(deal => deal.GetProperty("createdAt").GetDateTimeOffset()).ToArray();
        Assert.Equal(times.OrderDescending(), times);
    }

    [Fact]
    public async Task Filters_narrow_the_list()
    {
        var network = await GivenAsync();
        var all = $"/api/v1/deals?party={network.Referrer}&limit=200";

        Assert.Equal(5, (await WalkAsync($"{all}&status=Complete")).Count);
        Assert.Equal(Deals, (await WalkAsync($"{all}&vertical={network.Vertical}&product={Network.Product}")).Count);
        Assert.Empty(await WalkAsync($"{all}&vertical=OTHER"));
        Assert.Empty(await WalkAsync($"{all}&product=OTHER"));
        Assert.Equal(Deals, (await WalkAsync($"{all}&referredFrom=2025-06-01&referredTo=2025-06-01")).Count);
        Assert.Empty(await WalkAsync($"{all}&referredFrom=2025-06-02"));
        Assert.Empty(await WalkAsync($"{all}&referredTo=2025-05-31"));
        Assert.Equal(Deals, (await WalkAsync($"/api/v1/deals?party={network.Receiver}&limit=200")).Count);
        Assert.Empty(await WalkAsync($"/api/v1/deals?party={network.Upline}&limit=200"));
    }

    [Fact]
    public async Task A_listed_deal_shows_what_was_settled()
    {
        var network = await GivenAsync();

        var deal = (await WalkAsync($"/api/v1/deals?party={network.Referrer}&status=Complete&limit=1"))[0];

        Assert.Equal((Network.SettledValue, "AUD"), (deal.GetProperty("settledValueMinor").GetInt64(), deal.GetProperty("currency").GetString()));
        Assert.Equal(("2025-07-01", "2025-07-03"), (deal.GetProperty("settledOn").GetString(), deal.GetProperty("completedOn").GetString()));
    }

    [Theory]
    [InlineData("status=Nonsense", "status")]
    [InlineData("status=5", "status")]
    [InlineData("status=None", "status")]
    [InlineData("party=me", "party")]
    [InlineData("party=deal_00000000000000000000000000", "party")]
    [InlineData("referredFrom=1.6.2025", "referredFrom")]
    [InlineData("referredTo=2025-13-01", "referredTo")]
    [InlineData("cursor=abc", "cursor")]
    [InlineData("cursor=!", "cursor")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("vertical=a%00b", "vertical")]
    [InlineData("product=%00", "product")]
    public async Task A_wrong_filter_is_named(string query, string field) =>
        (await engine.GetAsync($"/api/v1/deals?{query}")).IsRefused(400, "INVALID_FIELD", field);

    [Theory]
    [InlineData("/api/v1/deals/contact_00000000000000000000000000", 400, "INVALID_FIELD", "id")]
    [InlineData("/api/v1/deals/deal_00000000000000000000000000", 404, "DEAL_NOT_FOUND", "id")]
    [InlineData("/api/v1/deals/'; drop table deal; --", 400, "INVALID_FIELD", "id")]
    public async Task A_deal_that_is_not_there_is_refused(string path, int status, string code, string field) =>
        (await engine.GetAsync(path)).IsRefused(status, code, field);

    private async Task<Network> GivenAsync()
    {
        var network = await Network.CreateAsync(engine);
        var service = await network.ServiceAsync(network.Referrer, network.Receiver);
        var bulk = new BulkRequest(network, service);
        await bulk.SendAsync([.. Enumerable.Range(0, Deals).Select(i => bulk.Line($"crm-{i}", i % 5 == 0 ? "complete" : "referred"))]);
        return network;
    }

    private async Task<List<JsonElement>> WalkAsync(string path)
    {
        var (items, cursor) = (new List<JsonElement>(), "");
        do
        {
            var page = (await engine.GetAsync(path + cursor)).Is(200);
            items.AddRange(page.Items);
            cursor = page.Member("next") is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null);
        return items;
    }
}
