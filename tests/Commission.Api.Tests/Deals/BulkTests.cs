using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Grains.Ledger;
using Commission.Testing;

namespace Commission.Api.Tests.Deals;

public sealed class BulkTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task A_complete_line_becomes_a_deal_with_entries_to_the_cent()
    {
        var (network, service, bulk) = await GivenAsync();

        var line = Assert.Single((await bulk.SendAsync(bulk.Line("crm-1", "complete"))).Is(200).Lines());

        var id = DealId.Derive(service.Id, "crm-1").ToString();
        Assert.Equal((1, "crm-1", "created", id, "Complete"), Read(line));
        await Eventually.BecomesTrueAsync(async () => (await network.GetAsync($"/api/v1/accounts/payable:{network.Referrer}")).Status == 200, "the referrer is owed");
        var owed = (await network.GetAsync($"/api/v1/accounts/payable:{network.Referrer}"))["balances"][0];
        Assert.Equal(-257_401, owed.GetProperty("balanceMinor").GetInt64());
    }

    [Fact]
    public async Task Malformed_lines_are_answered_one_by_one_and_stop_none()
    {
        var (network, _, bulk) = await GivenAsync();
        var unknownMember = bulk.Line("e");
        unknownMember["frobnicate"] = 1;
        var decimals = bulk.Line("f", "settled").ToJsonString().Replace("50000123", "50000.123", StringComparison.Ordinal);
        var far = bulk.Line("g");
        far["referredOn"] = "2199-01-01";
        string[] lines =
        [
            bulk.Line("a").ToJsonString(), "{\"key\":\"b\",", "null", "[]", unknownMember.ToJsonString(), decimals, far.ToJsonString(),
            "{\"key\":\"h\",\"reason\":\"\\ud800\"}", new string('x', 20_000), bulk.Line("j").ToJsonString(),
        ];

        var answers = (await bulk.SendAsync(lines)).Is(200).Lines();

        Assert.Equal(Enumerable.Range(1, 10), answers.Select(answer => answer.GetProperty("line").GetInt32()));
        Assert.Equal(["created", .. Enumerable.Repeat("rejected", 8), "created"], answers.Select(answer => answer.GetProperty("status").GetString()));
        string?[] codes = [null, .. Enumerable.Repeat("INVALID_FIELD", 5), "INVALID_DATE", "INVALID_FIELD", "BODY_TOO_LARGE", null];
        Assert.Equal(codes, answers.Select(answer => Text(answer, "code")));
        Assert.Equal([null, null, null, null, "frobnicate", "settledValueMinor", "referredOn"], answers.Take(7).Select(FieldUnlessMissing));
        Assert.Equal(2, (await network.GetAsync($"/api/v1/deals?party={network.Referrer}")).Items.Count);
    }

    [Fact]
    public async Task The_same_request_again_replays_every_line_and_adds_nothing()
    {
        var (_, _, bulk) = await GivenAsync();
        JsonNode[] lines = [bulk.Line("a", "complete"), bulk.Line("b")];
        (await bulk.SendAsync(lines)).Is(200);
        var before = await engine.FootprintAsync();

        var again = (await bulk.SendAsync(lines)).Is(200).Lines();

        Assert.All(again, line => Assert.Equal("replayed", Text(line, "status")));
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Fact]
    public async Task A_later_line_advances_its_deal()
    {
        var (_, _, bulk) = await GivenAsync();
        (await bulk.SendAsync(bulk.Line("a", "acknowledged"))).Is(200);

        var line = Assert.Single((await bulk.SendAsync(bulk.Line("a", "complete"))).Is(200).Lines());

        Assert.Equal(("advanced", "Complete"), (Text(line, "status"), Text(line, "state")));
    }

    [Fact]
    public async Task A_line_that_contradicts_what_is_recorded_is_rejected()
    {
        var (_, _, bulk) = await GivenAsync();
        (await bulk.SendAsync(bulk.Line("a", "settled"))).Is(200);
        var other = bulk.Line("a", "complete");
        other["settledValueMinor"] = 1;

        var line = Assert.Single((await bulk.SendAsync(other)).Is(200).Lines());

        Assert.Equal(("rejected", "IDEMPOTENCY_KEY_REUSED", "settledValueMinor"), (Text(line, "status"), Text(line, "code"), Text(line, "field")));
    }

    [Fact]
    public async Task A_service_that_no_member_authorised_gets_no_line_through()
    {
        var network = await Network.CreateAsync(engine);
        var stranger = await network.ServiceAsync();
        var bulk = new BulkRequest(network, stranger);

        var line = Assert.Single((await bulk.SendAsync(bulk.Line("a"))).Is(200).Lines());

        Assert.Equal(("rejected", "NOT_AUTHORISED", "referrer"), (Text(line, "status"), Text(line, "code"), Text(line, "field")));
    }

    [Fact]
    public async Task A_signature_over_other_bytes_carries_no_line()
    {
        var (_, _, bulk) = await GivenAsync();
        var before = await engine.FootprintAsync();

        var lines = (await bulk.SendAsync([bulk.Line("a").ToJsonString()], tamper: stated => stated["time"] = Network.Text(Network.Now.AddMinutes(-1)))).Is(200).Lines();

        Assert.Equal("INVALID_SIGNATURE", Text(Assert.Single(lines), "code"));
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Theory]
    [InlineData("lines", 3, 400, "INVALID_FIELD", "attestation.lines")]
    [InlineData("lines", 0, 400, "INVALID_FIELD", "attestation.lines")]
    [InlineData("root", "0000000000000000000000000000000000000000000000000000000000000000", 400, "INVALID_SIGNATURE", "attestation.root")]
    [InlineData("root", "zero", 400, "INVALID_FIELD", "attestation.root")]
    [InlineData("version", 2, 400, "INVALID_FIELD", "attestation.version")]
    [InlineData("service", "deal_00000000000000000000000000", 400, "INVALID_FIELD", "attestation.service")]
    [InlineData("time", "yesterday", 400, "INVALID_FIELD", "attestation.time")]
    [InlineData("extra", "x", 400, "INVALID_FIELD", "attestation.extra")]
    public async Task An_attestation_that_is_not_about_these_lines_is_refused_whole(string member, object value, int status, string code, string field)
    {
        var (_, _, bulk) = await GivenAsync();
        var before = await engine.FootprintAsync();

        var refused = await bulk.SendAsync([bulk.Line("a").ToJsonString()], change: stated => stated[member] = JsonSerializer.SerializeToNode(value));

        refused.IsRefused(status, code, field);
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Fact]
    public async Task Nobody_sends_what_another_service_attests()
    {
        var (network, _, bulk) = await GivenAsync();

        (await bulk.SendAsync([bulk.Line("a").ToJsonString()], caller: network.Admin)).IsRefused(403, "WRONG_ACTOR", "attestation.service");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{")]
    [InlineData("{\"attestation\":null}")]
    public async Task A_request_without_attestation_is_refused(string text)
    {
        var (_, service, bulk) = await GivenAsync();

        (await bulk.PostAsync(text, service)).IsRefused(400, "INVALID_FIELD", "attestation");
    }

    [Fact]
    public async Task Too_many_lines_too_many_bytes_and_another_content_type_are_refused()
    {
        var (_, service, bulk) = await GivenAsync();

        (await bulk.PostAsync(string.Join('\n', Enumerable.Repeat("{}", 5_002)), service)).IsRefused(413, "BODY_TOO_LARGE", "body");
        (await bulk.PostAsync(new string(' ', 9 * 1024 * 1024), service)).IsRefused(413, "BODY_TOO_LARGE", "body");
        (await bulk.PostAsync("{}", service, "application/json")).IsRefused(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type");
        (await bulk.PostAsync("{}", null)).IsRefused(400, "INVALID_FIELD", "X-Acting-Contact");
    }

    [Fact]
    public async Task A_busy_engine_rejects_the_line_with_busy_and_takes_it_later()
    {
        var (_, _, bulk) = await GivenAsync();
        var line = bulk.Line(Engine.Unique("busy-"));

        await Eventually.BecomesTrueAsync(
            async () =>
            {
                // The monitor opens the gate again within a second, so this may need a second try.
                engine.Get<AdmissionGate>().Report(long.MaxValue);
                line["key"] = Engine.Unique("busy-");
                var answer = Assert.Single((await bulk.SendAsync(line)).Is(200).Lines());
                return Text(answer, "code") == "BUSY" && answer.GetProperty("retryable").GetBoolean();
            },
            "a line met the closed gate");

        engine.Get<AdmissionGate>().Report(0);
        Assert.Equal("created", Text(Assert.Single((await bulk.SendAsync(line)).Is(200).Lines()), "status"));
    }

    private async Task<(Network Network, Person Service, BulkRequest Bulk)> GivenAsync()
    {
        var network = await Network.CreateAsync(engine);
        var service = await network.ServiceAsync(network.Referrer, network.Receiver);
        return (network, service, new BulkRequest(network, service));
    }

    private static (int, string?, string?, string?, string?) Read(JsonElement line) =>
        (line.GetProperty("line").GetInt32(), Text(line, "key"), Text(line, "status"), Text(line, "deal"), Text(line, "state"));

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>A line that is no object names the first member that it lacks, if any.</summary>
    private static string? FieldUnlessMissing(JsonElement line) => Text(line, "key") is "a" or "e" or "f" or "g" ? Text(line, "field") : null;
}
