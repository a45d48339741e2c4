using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;

namespace Commission.Crash.Tests.Load;

/// <summary>One deal, from intent to outcome: makes and signs each step's command on top of the one before.</summary>
internal sealed class DealScript
{
    private readonly Person _referrer;
    private readonly Person _receiver;
    private readonly Person _client;
    private readonly string _key;
    private readonly string _product;
    private readonly DateOnly _today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
    private Hash _previous = Hash.Zero;

    public DealScript(Network network, Random random, string key, string product = Network.Product)
    {
        _product = product;
        _referrer = network.Referrers[random.Next(network.Referrers.Count)];
        _receiver = network.Receivers[random.Next(network.Receivers.Count)];
        _client = network.Clients[random.Next(network.Clients.Count)];
        SettledValue = new Money(random.Next(1_000_000, 90_000_000), new Currency("AUD"));
        _key = key;
        Deal = DealId.Derive(_referrer.Id, key);
    }

    public DealId Deal { get; }

    public Money SettledValue { get; }

    /// <summary>The command of a step, signed now.</summary>
    public Command Sign(HandshakeStep step)
    {
        var now = TimeProvider.System.GetUtcNow();
        var time = new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
        var (payload, signer, path) = Compose(step, time);
        var bytes = payload.ToCanonical();
        var envelope = new Es256Signature(signer.KeyId, signer.Sign(bytes));
        _previous = HandshakeHash.Of(bytes, envelope.ToCanonical());
        var body = new JsonObject
        {
            ["payload"] = JsonNode.Parse(bytes),
            ["signature"] = JsonNode.Parse(envelope.ToCanonical()),
        };
        var key = step == HandshakeStep.Intent ? _key : $"{_key}-{step.Name()}";
        return new Command(key, path, signer.Id, Encoding.UTF8.GetBytes(body.ToJsonString()), _previous);
    }

    private (HandshakePayload Payload, Person Signer, string Path) Compose(HandshakeStep step, DateTimeOffset time) => step switch
    {
        HandshakeStep.Intent => (new IntentPayload(
            Deal, _referrer.Id, time, null, null, Network.Vertical, _product, _receiver.Id, _client.Id, _client.Commitment, _today,
            _referrer.Upline, $"business-{_key}"), _referrer, "/api/v1/referrals"),
        HandshakeStep.Acknowledgement => (new AcknowledgementPayload(
            Deal, _client.Id, time, _previous, null, null, Hash.Of("I agree"u8), null, null, null), _client, Route("acknowledgement")),
        HandshakeStep.Intake => (new IntakePayload(Deal, _receiver.Id, time, _previous, null, null, _today), _receiver, Route("intake")),
        HandshakeStep.Settlement => (new SettlementPayload(
            Deal, _receiver.Id, time, _previous, null, null, _today, SettledValue, []), _receiver, Route("settlement")),
        HandshakeStep.Outcome => (new OutcomePayload(Deal, _client.Id, time, _previous, null, null, null), _client, Route("outcome")),
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    /// <summary>An invoice of the complete deal.</summary>
    public Command Invoice(int number, long amountMinor)
    {
        var body = new JsonObject
        {
            ["kind"] = "invoice",
            ["key"] = $"INV-{number}",
            ["on"] = _today.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            ["amountMinor"] = amountMinor,
            ["currency"] = "AUD",
        };
        return new Command($"{_key}-invoice-{number}", Route("revenue"), _receiver.Id, Encoding.UTF8.GetBytes(body.ToJsonString()), default);
    }

    private string Route(string step) => $"/api/v1/deals/{Deal}/{step}";
}
