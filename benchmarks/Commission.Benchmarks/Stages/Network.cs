using System.Security.Cryptography;
using Commission.Benchmarks.Harness;
using Commission.Domain;
using Commission.Domain.Agreements;
using Commission.Domain.Deals;
using Commission.Domain.Members;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Agreements;
using Commission.Grains.Interfaces.Members;
using Commission.Grains.Interfaces.Rules;

namespace Commission.Benchmarks.Stages;

/// <summary>A contact with its private key.</summary>
internal sealed record Person(ContactId Id, ECDsa Key, Hash Commitment)
{
    private readonly byte[] _publicKey = Key.ExportSubjectPublicKeyInfo();

    public KeyId KeyId { get; } = KeyId.Derive(Id, Key.ExportSubjectPublicKeyInfo());

    public byte[] PublicKey => _publicKey;

    public byte[] Sign(byte[] bytes) => Key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public Es256Signature SignPayload(HandshakePayload payload) => new(KeyId, Sign(payload.ToCanonical()));
}

/// <summary>Members, customers, an importing service and one vertical: what deals need to exist.</summary>
internal sealed class Network
{
    public const string Vertical = "MORTGAGE";
    public const string Product = "HOME_LOAN_OO";
    private const int Members = 200;
    private const int AtOnce = 500;
    private const int Uplines = 20;
    private const int Customers = 1_000;

    private readonly Person[] _members;
    private readonly Person[] _customers;
    private readonly Person[] _uplines;

    private Network(Person[] uplines, Person[] members, Person[] customers, Person service) =>
        (_uplines, _members, _customers, Service) = (uplines, members, customers, service);

    /// <summary>Attests bulk requests for every member.</summary>
    public Person Service { get; }

    public Person Referrer(int deal) => _members[deal % _members.Length];

    /// <summary>The registered upline of the deal's referrer.</summary>
    public Person Upline(int deal) => _uplines[deal % _members.Length % _uplines.Length];

    public Person Receiver(int deal) => _members[(deal + 1 + (deal / _members.Length % (_members.Length - 1))) % _members.Length];

    public Person Customer(int deal) => _customers[deal % _customers.Length];

    /// <summary>Members who refer.</summary>
    public IReadOnlyList<Person> Referrers => _members;

    /// <summary>Those above them.</summary>
    public IReadOnlyList<Person> AllUplines => _uplines;

    public static async Task<Network> CreateAsync(IGrainFactory grains, int referrers = Members)
    {
        var service = await CreateAsync(grains, "service", ContactType.Internal, [], null);
        var uplines = await CreateManyAsync(grains, Uplines, "upline", ContactType.Member, [service.Id], _ => null);
        var members = await CreateManyAsync(grains, referrers, "member", ContactType.Member, [service.Id], i => uplines[i % uplines.Length].Id);
        var customers = await CreateManyAsync(grains, Customers, "customer", ContactType.Customer, [], _ => null);
        await CreateVerticalAsync(grains);
        return new Network(uplines, members, customers, service);
    }

    private static async Task<Person[]> CreateManyAsync(
        IGrainFactory grains, int count, string name, ContactType type, ContactId[] services, Func<int, ContactId?> upline)
    {
        var people = new Person[count];
        await Load.RunAsync(count, AtOnce, async i => people[i] = await CreateAsync(grains, $"{name}-{i}", type, services, upline(i)));
        return people;
    }

    private static async Task<Person> CreateAsync(IGrainFactory grains, string name, ContactType type, ContactId[] services, ContactId? upline)
    {
        var id = ContactId.Derive("benchmark", name);
        var grain = grains.GetGrain<IMemberGrain>(id.ToString());
        var created = await grain.Execute(new CreateContact(
            id, type, name, null, null, RandomNumberGenerator.GetBytes(MemberMachine.MinSaltBytes), upline, services, null, Request(name, "create")));
        if (created.State is null)
            throw new InvalidOperationException(created.Refusal?.Text);
        var person = new Person(id, ECDsa.Create(ECCurve.NamedCurves.nistP256), created.State.Commitment);
        if (type != ContactType.Customer)
            await grain.Execute(new RegisterKey(person.PublicKey, DateTimeOffset.UtcNow.AddDays(-1), null, null, Request(name, "key")));
        return person;
    }

    private static async Task CreateVerticalAsync(IGrainFactory grains)
    {
        var document = """
            {"schema":"commission/rule-set/v1","vertical":"MORTGAGE","effectiveFrom":"2015-01-01","currency":"AUD",
            "governingAgreement":"Benchmark","platformFeePercent":"1","products":{"HOME_LOAN_OO":{"components":[
            {"name":"upfront","shape":"percent","basis":"deal_value","ratePercent":"0.65",
            "split":[{"party":"referrer","weight":80},{"party":"upline","weight":20}]}]}}}
            """u8.ToArray();
        var grain = grains.GetGrain<IRuleSetGrain>(GrainKeys.OfVertical(Vertical));
        await grain.Execute(new CreateVertical(Vertical, "Mortgages", [new Product(Product, "Home loan")], null, Request(Vertical, "create")));
        await grains.GetGrain<IAgreementGrain>(AgreementId.Derive("Benchmark").ToString()).Execute(new ExecuteAgreement(
            "Benchmark", AgreementKind.ClientReferral, null, null, Hash.Zero, null, "{}",
            new Execution { Method = ExecutionMethod.Shipped, Reference = "the benchmark's own", DocumentHash = RuleSetReader.Read(document).Document!.Hash },
            null, null, Request(Vertical, "agreement")));
        var added = await grain.Execute(new AddRuleSetVersion(document, null, Request(Vertical, "rules")));
        if (added.Refusal is not null)
            throw new InvalidOperationException(added.Refusal.Text);
    }

    private static RequestFingerprint Request(string who, string what) => RequestFingerprint.Of("benchmark", $"{what}:{who}", what, []);
}
