using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Domain.Members;

namespace Commission.Api.Tests.Members;

public sealed class ContactTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task A_contact_is_shown_as_it_was_made()
    {
        var body = new JsonObject { ["type"] = "CUSTOMER", ["name"] = "Ada Løvelace 愛", ["email"] = "ada@example.org", ["phone"] = "+61 400 000 000" };

        var made = (await engine.PostAsync("/api/v1/contacts", body, null)).Is(201);

        Assert.Equal(made.Text, (await engine.GetAsync($"/api/v1/contacts/{made["id"].GetString()}")).Is(200).Text);
        foreach (var (name, value) in body)
            Assert.Equal(value!.GetValue<string>(), made[name].GetString());
        Assert.Equal(64, made["commitment"].GetString()!.Length);
    }

    [Theory]
    [InlineData("Robert'); drop table contact; --")]
    [InlineData("<script>alert('x')</script> & \"quotes\"")]
    [InlineData("{{7*7}} ${env} %n %s \\")]
    public async Task Sql_and_html_in_names_are_kept_verbatim_and_harmless(string name)
    {
        var made = (await engine.PostAsync("/api/v1/contacts", new JsonObject { ["type"] = "PARTNER", ["name"] = name }, null)).Is(201);

        Assert.Equal(name, (await engine.GetAsync($"/api/v1/contacts/{made["id"].GetString()}"))["name"].GetString());
        Assert.Contains((await engine.GetAsync("/api/v1/contacts?type=PARTNER&limit=200")).Is(200).Items, item => item.GetProperty("name").GetString() == name);
    }

    [Theory]
    [InlineData("{\"name\":\"Ada\"}", 400, "INVALID_FIELD", "type")]
    [InlineData("{\"type\":null,\"name\":\"Ada\"}", 400, "INVALID_FIELD", "type")]
    [InlineData("{\"type\":\"BOSS\",\"name\":\"Ada\"}", 400, "INVALID_FIELD", "type")]
    [InlineData("{\"type\":1,\"name\":\"Ada\"}", 400, "INVALID_FIELD", "type")]
    [InlineData("{\"type\":\"MEMBER\",\"name\":\"\"}", 400, "INVALID_FIELD", "name")]
    [InlineData("{\"type\":\"MEMBER\",\"name\":\"a\\u0000b\"}", 400, "INVALID_FIELD", "name")]
    [InlineData("{\"type\":\"MEMBER\",\"name\":\"\\ud800\"}", 400, "INVALID_FIELD", "name")]
    [InlineData("{\"type\":\"MEMBER\",\"name\":\"Ada\",\"email\":\"nowhere\"}", 400, "INVALID_FIELD", "email")]
    [InlineData("{\"type\":\"MEMBER\",\"name\":\"Ada\",\"colour\":\"red\"}", 400, "INVALID_FIELD", "colour")]
    [InlineData("{\"type\":\"MEMBER\",\"name\":\"Ada\",\"upline\":\"deal_00000000000000000000000000\"}", 400, "INVALID_FIELD", "upline")]
    [InlineData("{\"type\":\"MEMBER\",\"name\":\"Ada\",\"upline\":\"contact_00000000000000000000000000\"}", 422, "UNKNOWN_CONTACT", "upline")]
    [InlineData("{\"type\":\"MEMBER\",\"name\":\"Ada\",\"authorisedServices\":[null]}", 400, "INVALID_FIELD", "authorisedServices")]
    [InlineData("{\"type\":\"MEMBER\",\"name\":\"Ada\",\"authorisedServices\":{}}", 400, "INVALID_FIELD", "authorisedServices")]
    [InlineData("{\"type\":\"MEMBER\",\"name\":\"Ada\",\"authorisedServices\":[\"contact_00000000000000000000000000\"]}", 422, "UNKNOWN_CONTACT", "authorisedServices")]
    public async Task A_wrong_contact_is_refused(string body, int status, string code, string field)
    {
        var before = await engine.FootprintAsync();

        var refused = await engine.SendAsync(new Request("/api/v1/contacts", System.Text.Encoding.UTF8.GetBytes(body), null, Engine.Unique("key-")));

        refused.IsRefused(status, code, field);
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Fact]
    public async Task Contacts_are_listed_by_type_page_by_page()
    {
        var network = await Network.CreateAsync(engine);
        for (var i = 0; i < 5; i++)
            await network.ContactAsync("PARTNER");
        var (ids, next) = (new List<string>(), "");
        do
        {
            var page = (await engine.GetAsync($"/api/v1/contacts?type=PARTNER&limit=2{next}")).Is(200);
            Assert.All(page.Items, item => Assert.Equal("PARTNER", item.GetProperty("type").GetString()));
            ids.AddRange(page.Items.Select(item => item.GetProperty("id").GetString()!));
            next = page.Member("next") is { } cursor ? $"&cursor={cursor}" : null;
        }
        while (next is not null);

        Assert.Equal(ids.Distinct(), ids);
        Assert.True(ids.Count >= 5);
    }

    [Fact]
    public async Task A_key_that_is_about_to_end_signs_until_then_and_never_dates_a_step_after_its_end()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 2);
        var earliest = Network.Now + MemberMachine.KeyEndNotice;
        var end = (await EndAsync(network, network.Receiver)).Is(200)["validTo"].GetDateTimeOffset();
        Assert.True(end >= earliest, $"{end:O} is before {earliest:O}");

        // As far ahead as a signer's clock may be: still before the end.
        (await deal.SignAsync("H3", payload => payload["time"] = Network.Text(Network.Now.AddMinutes(2).AddSeconds(-1)))).Is(200);
        (await deal.SignAsync("H4", payload => payload["time"] = Network.Text(Network.Now.AddMinutes(2).AddSeconds(-1)))).Is(200);
    }

    [Fact]
    public async Task After_a_rotation_the_new_key_signs()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 2);
        (await EndAsync(network, network.Receiver)).Is(200);
        var rotated = network.Receiver.WithNewKey();
        (await network.RegisterAsync(rotated)).Is(201);

        (await deal.SignAsync("H3", signer: rotated)).Is(200);

        var keys = (await network.GetAsync($"/api/v1/contacts/{network.Receiver}/keys")).Is(200).Json;
        Assert.Equal([network.Receiver.KeyId.ToString(), rotated.KeyId.ToString()], keys.EnumerateArray().Select(key => key.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_key_ends_once_and_never_without_notice()
    {
        var network = await Network.CreateAsync(engine);

        (await EndAsync(network, network.Receiver, Network.Now.AddDays(-1))).IsRefused(422, "INVALID_DATE", "validTo");
        (await EndAsync(network, network.Receiver, Network.Now.AddMinutes(2))).IsRefused(422, "INVALID_DATE", "validTo");
        (await EndAsync(network, network.Receiver)).Is(200);
        (await EndAsync(network, network.Receiver)).IsRefused(409, "WRONG_STATE", "validTo");
        (await EndAsync(network, network.Receiver.WithNewKey())).IsRefused(400, "UNKNOWN_KEY", "key");
    }

    [Fact]
    public async Task Only_the_contact_itself_or_an_internal_one_touches_its_keys_and_services()
    {
        var network = await Network.CreateAsync(engine);
        var key = new JsonObject { ["publicKey"] = network.Receiver.WithNewKey().PublicKeyText };
        var service = new JsonObject { ["service"] = network.Admin.ToString() };
        var path = $"/api/v1/contacts/{network.Receiver}";

        (await network.PostAsync($"{path}/keys", key, network.Referrer)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await network.PostAsync($"{path}/keys/{network.Receiver.KeyId}/end", new JsonObject(), network.Referrer)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await network.PostAsync($"{path}/authorised-services", service, network.Referrer)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await network.PostAsync($"{path}/keys", key, null)).IsRefused(400, "INVALID_FIELD", "X-Acting-Contact");
        (await network.PostAsync($"{path}/keys", key, network.Admin)).Is(201);
    }

    [Theory]
    [InlineData("{}", "publicKey")]
    [InlineData("{\"publicKey\":\"AAAA\"}", "publicKey")]
    [InlineData("{\"publicKey\":\"not base64!\"}", "publicKey")]
    [InlineData("{\"publicKey\":null}", "publicKey")]
    [InlineData("{\"publicKey\":\"KEY\",\"validFrom\":\"yesterday\"}", "validFrom")]
    [InlineData("{\"publicKey\":\"KEY\",\"validFrom\":\"2026-01-02T00:00:00Z\",\"validTo\":\"2026-01-01T00:00:00Z\"}", "validTo")]
    public async Task A_wrong_key_is_refused(string body, string field)
    {
        var network = await Network.CreateAsync(engine);
        var json = JsonNode.Parse(body.Replace("KEY", network.Receiver.WithNewKey().PublicKeyText, StringComparison.Ordinal))!;

        (await network.PostAsync($"/api/v1/contacts/{network.Receiver}/keys", json, network.Receiver)).IsRefused(400, "INVALID_FIELD", field);
    }

    [Fact]
    public async Task A_contact_cannot_be_made_with_the_same_service_twice()
    {
        var network = await engine.NetworkAsync();
        var body = new JsonObject
        {
            ["type"] = "MEMBER",
            ["name"] = "Ada",
            ["authorisedServices"] = new JsonArray(network.Admin.ToString(), network.Referrer.ToString(), network.Admin.ToString()),
        };
        var before = await engine.FootprintAsync();

        (await engine.PostAsync("/api/v1/contacts", body, null)).IsRefused(400, "INVALID_FIELD", "authorisedServices");

        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Fact]
    public async Task Authorised_services_are_shown_and_named_once()
    {
        var network = await Network.CreateAsync(engine);
        var service = await network.ServiceAsync(network.Referrer);
        var body = new JsonObject { ["service"] = service.ToString() };
        var path = $"/api/v1/contacts/{network.Referrer}";

        Assert.Equal(service.ToString(), (await network.GetAsync(path))["authorisedServices"][0].GetString());
        (await network.PostAsync($"{path}/authorised-services", body, network.Referrer)).IsRefused(409, "ALREADY_EXISTS", "service");
        body["service"] = ContactId.Derive("nobody", "nothing").ToString();
        (await network.PostAsync($"{path}/authorised-services", body, network.Referrer)).IsRefused(422, "UNKNOWN_CONTACT", "service");
    }

    [Fact]
    public async Task What_belongs_to_no_contact_is_not_found()
    {
        var network = await Network.CreateAsync(engine);
        var nobody = ContactId.Derive("nobody", "nothing");

        (await network.GetAsync($"/api/v1/contacts/{nobody}")).IsRefused(404, "NOT_FOUND");
        (await network.GetAsync($"/api/v1/contacts/{nobody}/keys")).IsRefused(404, "NOT_FOUND");
        (await network.GetAsync("/api/v1/contacts/deal_00000000000000000000000000")).IsRefused(400, "INVALID_FIELD", "id");
        var key = new JsonObject { ["publicKey"] = network.Receiver.WithNewKey().PublicKeyText };
        Assert.Equal(404, (await network.PostAsync($"/api/v1/contacts/{nobody}/keys", key, network.Admin)).Status);
    }

    private static Task<Answer> EndAsync(Network network, Person person, DateTimeOffset? to = null) => network.PostAsync(
        $"/api/v1/contacts/{person}/keys/{person.KeyId}/end", to is { } end ? new JsonObject { ["validTo"] = Network.Text(end) } : new JsonObject(), person);
}
