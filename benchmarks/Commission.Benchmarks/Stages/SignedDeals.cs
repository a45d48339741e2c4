using System.Security.Cryptography;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;

namespace Commission.Benchmarks.Stages;

/// <summary>A deal with its five commands, signed in advance.</summary>
internal sealed record SignedDeal(DealId Id, Person Client, RecordHandshake[] Commands);

/// <summary>Deals that the people themselves sign; each client has a key of its own, made for the deal.</summary>
internal sealed class SignedDeals(Network network, byte[] linkSecret)
{
    private int _deals;

    /// <summary>Now, in the whole milliseconds that payloads have.</summary>
    public static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    public SignedDeal[] Prepare(int count)
    {
        var first = _deals;
        _deals += count;
        var deals = new SignedDeal[count];
        Parallel.For(0, count, i => deals[i] = Prepare(first + i, Now()));
        return deals;
    }

    /// <summary>The intake of a deal, as the receiving member signs it.</summary>
    public static RecordHandshake Intake(DealId deal, Person receiver, Hash previous)
    {
        var now = Now();
        return Command(new IntakePayload(deal, receiver.Id, now, previous, null, null, Day(now)), receiver, null);
    }

    private SignedDeal Prepare(int number, DateTimeOffset now)
    {
        var (referrer, receiver) = (network.Referrer(number), network.Receiver(number));
        var client = network.Customer(number) with { Key = ECDsa.Create(ECCurve.NamedCurves.nistP256) };
        client = new Person(client.Id, client.Key, client.Commitment);
        var id = DealId.Derive(referrer.Id, $"signed-{number}");
        var commands = new List<RecordHandshake>(5);
        var previous = Hash.Zero;
        void Add(HandshakePayload payload, Person signer, string? link = null)
        {
            var command = Command(payload, signer, link);
            previous = HandshakeHash.Of(payload.ToCanonical(), command.Envelope.ToCanonical());
            commands.Add(command);
        }
        Add(new IntentPayload(
            id, referrer.Id, now, null, null, Network.Vertical, Network.Product, receiver.Id, client.Id, client.Commitment, Day(now),
            network.Upline(number).Id, null), referrer);
        Add(new AcknowledgementPayload(id, client.Id, now, previous, null, null, Hash.Of("consent"u8), client.PublicKey, null, null),
            client, ClientLinks.Token(linkSecret, id, HandshakeStep.Acknowledgement));
        Add(new IntakePayload(id, receiver.Id, now, previous, null, null, Day(now)), receiver);
        Add(new SettlementPayload(id, receiver.Id, now, previous, null, null, Day(now), new Money(50_000_000 + number, Currency.Aud), []), receiver);
        Add(new OutcomePayload(id, client.Id, now, previous, null, null, null), client);
        return new SignedDeal(id, client, [.. commands]);
    }

    private static RecordHandshake Command(HandshakePayload payload, Person signer, string? link)
    {
        var request = RequestFingerprint.Of(signer.Id.ToString(), $"{payload.Deal}-{payload.Step}", "benchmark", payload.ToCanonical());
        return new RecordHandshake(payload, signer.SignPayload(payload), link, signer.Id, request);
    }

    private static DateOnly Day(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);
}
