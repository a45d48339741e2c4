using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain;

namespace Commission.Api.Tests.Deals;

/// <summary>Steps that an authenticator signed (W3C WebAuthn level 2, sections 5.8.1, 6.1 and 7.2).</summary>
public sealed class PasskeyTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task Every_member_step_may_be_signed_with_a_passkey()
    {
        var network = await engine.NetworkAsync();
        var deal = network.NewDeal();

        (await SendAsync(network, deal, "H1", network.Referrer, "/api/v1/referrals", deal.Key)).Is(201);
        (await deal.SignAsync("H2")).Is(200);
        (await SendAsync(network, deal, "H3", network.Receiver, $"/api/v1/deals/{deal.Id}/intake")).Is(200);
        (await SendAsync(network, deal, "H4", network.Receiver, $"/api/v1/deals/{deal.Id}/settlement")).Is(200);
        (await deal.SignAsync("H5")).Is(200);

        var steps = (await deal.WhenBookedAsync(entries: 3))["handshakes"].EnumerateArray();
        Assert.Equal(
            ["WEBAUTHN-ES256", "ES256", "WEBAUTHN-ES256", "WEBAUTHN-ES256", "ES256"],
            steps.Select(step => step.GetProperty("envelope").GetProperty("alg").GetString()));
    }

    [Theory]
    [InlineData("another challenge")]
    [InlineData("another ceremony")]
    [InlineData("another relying party")]
    [InlineData("nobody present")]
    [InlineData("another key")]
    [InlineData("a signature over other bytes")]
    public async Task An_assertion_that_is_off_changes_nothing(string fault)
    {
        var network = await engine.NetworkAsync();
        var deal = await network.DealAsync(handshakes: 2);
        var before = await engine.FootprintAsync();

        var refused = await SendAsync(network, deal, "H3", network.Receiver, $"/api/v1/deals/{deal.Id}/intake", fault: fault);

        refused.IsRefused(400, "INVALID_SIGNATURE", "signature");
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Theory]
    [InlineData("authenticatorData")]
    [InlineData("clientDataJSON")]
    [InlineData("signature")]
    public async Task A_part_that_is_missing_is_named(string part)
    {
        var network = await engine.NetworkAsync();
        var deal = await network.DealAsync(handshakes: 2);

        var refused = await SendAsync(network, deal, "H3", network.Receiver, $"/api/v1/deals/{deal.Id}/intake", without: part);

        refused.IsRefused(400, "INVALID_FIELD", $"signature.{part}");
    }

    internal static async Task<Answer> SendAsync(
        Network network, Deal deal, string handshake, Person signer, string path, string? key = null, string fault = "", string? without = null)
    {
        var payload = deal.Payload(handshake);
        var assertion = Sign(payload, signer, fault);
        if (without is not null)
            assertion.Remove(without);
        var answer = await network.PostAsync(path, new JsonObject { ["payload"] = payload, ["signature"] = assertion }, signer, key);
        if (answer.Status is 200 or 201)
            deal.Previous = answer.Member("hash")!;
        return answer;
    }

    private static JsonObject Sign(JsonObject payload, Person signer, string fault)
    {
        var challenge = SHA256.HashData(fault == "another challenge" ? "other"u8 : Person.CanonicalBytes(payload));
        var ceremony = fault == "another ceremony" ? "webauthn.create" : "webauthn.get";
        var client = Encoding.UTF8.GetBytes(
            $$"""{"type":"{{ceremony}}","challenge":"{{Base64Url.Encode(challenge)}}","origin":"http://localhost:5080","crossOrigin":false}""");
        var relyingParty = fault == "another relying party" ? "evil.example" : "localhost";
        byte[] authenticator = [.. SHA256.HashData(Encoding.UTF8.GetBytes(relyingParty)), fault == "nobody present" ? (byte)0 : (byte)0x05, 0, 0, 0, 1];
        byte[] signed = [.. authenticator, .. SHA256.HashData(fault == "a signature over other bytes" ? Array.Empty<byte>() : client)];
        var secret = fault == "another key" ? Person.NewKey() : signer.Key;
        return new JsonObject
        {
            ["alg"] = "WEBAUTHN-ES256",
            ["key"] = signer.KeyId.ToString(),
            ["authenticatorData"] = Base64Url.Encode(authenticator),
            ["clientDataJSON"] = Base64Url.Encode(client),
            ["signature"] = Base64Url.Encode(secret.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
        };
    }
}
