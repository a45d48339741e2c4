using System.Globalization;
using System.Text.Json.Nodes;
using Commission.Cli.Http;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;

namespace Commission.Cli.Deals;

/// <summary>Signs and sends the five handshakes, each naming the hash of the one before.</summary>
internal sealed class DemoChain(ApiClient api, string run, TimeProvider time, Action<string, bool> check, TextWriter output)
{
    private readonly List<Hash> _hashes = [];
    private DealId _deal;
    private string? _link;

    public IReadOnlyList<Hash> Hashes => _hashes;

    public ApiRequest? LastRequest { get; private set; }

    public byte[]? LastAnswer { get; private set; }

    public async Task<DealId> ReferAsync(
        DemoPerson referrer, DemoPerson upline, DemoPerson receiver, DemoPerson client, string vertical, string product, CancellationToken cancellation)
    {
        var key = $"demo:{run}:H1";
        _deal = DealId.Derive(referrer.Id, key);
        await output.WriteLineAsync($"H1 Intent: {referrer.Name} refers {client.Name} to {receiver.Name}. The deal's id follows from the caller and the key: {_deal}");
        await SendAsync(referrer, new IntentPayload(
            _deal, referrer.Id, Now, null, null, vertical, product, receiver.Id, client.Id, client.Commitment, Today, upline.Id, null), key,
            null, cancellation);
        return _deal;
    }

    public async Task AcknowledgeAsync(DemoPerson client, CancellationToken cancellation)
    {
        await output.WriteLineAsync($"H2 Acknowledgement: {client.Name} follows the magic link and signs with a key that only her browser has.");
        var consent = Hash.Of("I agree that my details are passed on for this purpose."u8);
        await SendAsync(client, new AcknowledgementPayload(
            _deal, client.Id, Now, Last, null, null, consent, client.PublicKey, null, null), $"demo:{run}:H2", _link, cancellation);
    }

    public async Task IntakeAsync(DemoPerson receiver, CancellationToken cancellation)
    {
        await output.WriteLineAsync($"H3 Intake: {receiver.Name} has met the client.");
        await CheckOrderAsync(receiver, cancellation);
        await SendAsync(receiver, new IntakePayload(_deal, receiver.Id, Now, Last, null, null, Today), $"demo:{run}:H3", null, cancellation);
    }

    public async Task SettleAsync(DemoPerson receiver, long valueMinor, CancellationToken cancellation)
    {
        await output.WriteLineAsync($"H4 Settlement: {receiver.Name} states what settled: ${Money.Decimal(valueMinor, 2)}.");
        await SendAsync(receiver, new SettlementPayload(
            _deal, receiver.Id, Now, Last, null, null, Today, new Money(valueMinor, Currency.Aud), []), $"demo:{run}:H4", null, cancellation);
    }

    public async Task CompleteAsync(DemoPerson client, CancellationToken cancellation)
    {
        await output.WriteLineAsync($"H5 Outcome: {client.Name} confirms.");
        await SendAsync(client, new OutcomePayload(_deal, client.Id, Now, Last, null, null, null), $"demo:{run}:H5", null, cancellation);
    }

    /// <summary>Settlement before intake, on purpose: the engine must say what is missing and from whom.</summary>
    private async Task CheckOrderAsync(DemoPerson receiver, CancellationToken cancellation)
    {
        var early = new SettlementPayload(_deal, receiver.Id, Now, Last, null, null, Today, new Money(1, Currency.Aud), []);
        try
        {
            await api.SendAsync(Request(receiver, early, receiver.Sign(early), $"demo:{run}:early", null), cancellation);
            check("a settlement before intake is refused", false);
        }
        catch (ApiProblemException refused)
        {
            check("a settlement before intake is refused: H3 is missing", refused.Code == RefusalCodes.WrongState && refused.Detail.Contains("H3", StringComparison.Ordinal));
        }
    }

    private async Task SendAsync(DemoPerson signer, HandshakePayload payload, string key, string? link, CancellationToken cancellation)
    {
        var signature = signer.Sign(payload);
        LastRequest = Request(signer, payload, signature, key, link);
        var answer = await api.SendAsync(LastRequest, cancellation);
        LastAnswer = answer.Body;
        var receipt = answer.Json();
        var hash = HandshakeHash.Of(payload.ToCanonical(), signature.ToCanonical());
        _hashes.Add(hash);
        _link = receipt.GetProperty("clientLink").GetString() ?? _link;
        check($"{payload.Step.Name()} signed, verified and recorded; hash {hash.ToString()[..12]} computed here too",
            receipt.GetProperty("hash").GetString() == hash.ToString()
            && SignatureVerification.Verify(signer.Verifier(), payload.ToCanonical(), signature, "localhost"));
    }

    private static ApiRequest Request(DemoPerson signer, HandshakePayload payload, Es256Signature signature, string key, string? link)
    {
        var body = new JsonObject
        {
            ["payload"] = JsonNode.Parse(payload.ToCanonical()),
            ["signature"] = JsonNode.Parse(signature.ToCanonical()),
        };
        if (link is not null)
            body["link"] = link;
        var path = payload.Step == HandshakeStep.Intent ? "api/v1/referrals" : $"api/v1/deals/{payload.Deal}/{Route(payload.Step)}";
        return ApiRequest.Post(path, body, key, link is null ? signer.Id.ToString() : null);
    }

    private static string Route(HandshakeStep step) => step.ToString().ToLower(CultureInfo.InvariantCulture);

    private Hash Last => _hashes.Count == 0 ? Hash.Zero : _hashes[^1];

    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
}
