using System.Text;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Members;
using Commission.Domain.Rules;

namespace Commission.Domain.Tests.Deals;

/// <summary>One deal between <see cref="People"/>, with real signatures and a clock that the test sets.</summary>
internal sealed class DealScenario
{
    public const string Link = "mlt_link";
    public const string Vertical = "MORTGAGE";
    public const string Product = "HOME_LOAN_OO";
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 1, 0, 0, TimeSpan.Zero);
    public static readonly RuleSetDocument RuleSet = RuleSetOf("""{"shape":"percent","name":"upfront","basis":"deal_value","ratePercent":"0.65"}""");

    private int _requests;

    public DateTimeOffset Now { get; set; } = Start;

    public DealId Id { get; } = DealId.Derive(People.Referrer.Id, "referral-1");

    public DealState State { get; set; } = new();

    public List<DealEvent> Events { get; } = [];

    public DealFacts Facts { get; set; } = new()
    {
        Vertical = new VerticalFacts(Vertical, new HashSet<string> { Product, "UNCOVERED" }),
        RuleSet = RuleSet,
        LinkMatches = true,
        Contacts = People.All.ToDictionary(person => person.Id, ContactOf),
    };

    public static DateOnly Today => DateOnly.FromDateTime(Start.UtcDateTime);

    public static RuleSetDocument RuleSetOf(string component, string currency = "AUD") => RuleSetReader.Read(Encoding.UTF8.GetBytes($$$"""
        {"schema":"commission/rule-set/v1","vertical":"{{{Vertical}}}","effectiveFrom":"2015-01-01","currency":"{{{currency}}}",
        "governingAgreement":"Agreement 1","platformFeePercent":"1","products":{"{{{Product}}}":{"components":[
        {{{component[..^1]}}},"split":[{"party":"referrer","weight":80},{"party":"upline","weight":20}]}]} }}
        """)).Document!;

    public static ContactFacts ContactOf(Person person) => new(
        person.Id, person.Type, person == People.Referrer ? People.Upline.Id : null, person.Commitment,
        person.Type == ContactType.Member && person != People.Stranger ? [People.Importer.Id] : []);

    /// <summary>Records every step up to this one, an hour apart.</summary>
    public DealScenario Given(HandshakeStep last)
    {
        for (var step = HandshakeStep.Intent; step <= last; step++)
        {
            Then(When(step));
            Now += TimeSpan.FromHours(1);
        }
        return this;
    }

    public DealScenario Given(Func<DealFacts, DealFacts> change)
    {
        Facts = change(Facts);
        return this;
    }

    public DealScenario Later(TimeSpan time)
    {
        Now += time;
        return this;
    }

    public DealScenario Then(Decision<DealEvent> decision)
    {
        foreach (var happened in decision.Accepted())
        {
            State = DealMachine.Evolve(State, happened);
            Events.Add(happened);
        }
        return this;
    }

    public Decision<DealEvent> When(HandshakeStep step) => When(Command(step));

    public Decision<DealEvent> When<TPayload>(HandshakeStep step, Func<TPayload, TPayload> change) where TPayload : HandshakePayload =>
        When(Command(step, change));

    public Decision<DealEvent> When(HandshakeStep step, Person signer) => When(Command(step), signer);

    /// <summary>Decides with the key that the signer really has.</summary>
    public Decision<DealEvent> When(RecordHandshake command, Person? signer = null)
    {
        var key = (signer ?? People.Of(command.Payload.AttestedBy ?? command.Payload.Actor)).SigningKey;
        return DealMachine.Decide(State, command, Facts with { Signer = Facts.Signer ?? key }, Now);
    }

    public RecordHandshake Command(HandshakeStep step) => Command<HandshakePayload>(step, static payload => payload);

    /// <summary>The right command for a step, changed, then signed by the right person.</summary>
    public RecordHandshake Command<TPayload>(HandshakeStep step, Func<TPayload, TPayload> change) where TPayload : HandshakePayload
    {
        var payload = change((TPayload)Payload(step));
        var sender = payload.AttestedBy ?? payload.Actor;
        var request = RequestFingerprint.Of(sender.ToString(), $"request-{++_requests}", step.Name(), payload.ToCanonical());
        var link = payload.BroughtKey is null ? null : Link;
        return new RecordHandshake(payload, People.Of(sender).Sign(payload.ToCanonical()), link, sender, request);
    }

    private HandshakePayload Payload(HandshakeStep step)
    {
        var (previous, day) = (State.LastHash, DateOnly.FromDateTime(Now.UtcDateTime));
        return step switch
        {
            HandshakeStep.Intent => new IntentPayload(
                Id, People.Referrer.Id, Now, null, null, Vertical, Product, People.Receiver.Id, People.Client.Id,
                People.Client.Commitment, day, People.Upline.Id, null),
            HandshakeStep.Acknowledgement => new AcknowledgementPayload(
                Id, People.Client.Id, Now, previous, null, null, Hash.Of("consent"u8), People.Client.PublicKey, null, null),
            HandshakeStep.Intake => new IntakePayload(Id, People.Receiver.Id, Now, previous, null, null, day),
            HandshakeStep.Settlement => new SettlementPayload(
                Id, People.Receiver.Id, Now, previous, null, null, day, new Money(50_000_000, Currency.Aud), []),
            HandshakeStep.Outcome => new OutcomePayload(Id, People.Client.Id, Now, previous, null, null, null),
            HandshakeStep.Decline => new ClosingPayload(Id, People.Receiver.Id, Now, previous, null, null, step, "no_capacity"),
            _ => new ClosingPayload(Id, People.Referrer.Id, Now, previous, null, null, step, "client_left"),
        };
    }
}
