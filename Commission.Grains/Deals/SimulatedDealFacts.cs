using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Members;
using Commission.Domain.Rules.Simulation;

namespace Commission.Grains.Deals;

/// <summary>
/// What a simulated deal is told. Its people exist only in its traffic, so whoever a line names is what the line needs; the
/// service's key is the world's own, and time is what the command says it is. Rules, signatures and books are as ever.
/// </summary>
internal sealed class SimulatedDealFacts(SimulatedWorld world) : IDealFacts
{
    private static readonly TimeSpan Noon = TimeSpan.FromHours(12);

    public DateTimeOffset Now(DealCommand command) => command switch
    {
        AttestDeal attest => attest.Signature.Attestation.Time,
        LaterCommand later => new DateTimeOffset(later.On, TimeOnly.MinValue, TimeSpan.Zero) + Noon,
        PayTrail pay => new DateTimeOffset(pay.Month.AddMonths(1), TimeOnly.MinValue, TimeSpan.Zero),
        _ => throw Unknown(),
    };

    public ValueTask<DealFacts> LoadAsync(DealState state, AttestDeal command, bool fresh)
    {
        var line = command.Line;
        var rules = state.Exists ? world.FindDocument(state.RuleHash) : world.FindDocument(line.Vertical);
        return ValueTask.FromResult(new DealFacts
        {
            Contacts = People(
                (line.Referrer, ContactType.Member), (line.Receiver, ContactType.Member), (line.Client, ContactType.Customer),
                (line.Upline ?? line.Referrer, ContactType.Member)),
            Signer = world.Signer,
            Vertical = rules is null ? null : new VerticalFacts(rules.Vertical, rules.Products.Keys.ToHashSet(StringComparer.Ordinal)),
            RuleSet = rules,
        });
    }

    public ValueTask<DealFacts> LoadLaterAsync(DealState state, ContactId caller, bool fresh) => ValueTask.FromResult(
        state.Exists
            ? new DealFacts { Contacts = People((state.Receiver, ContactType.Member)), RuleSet = world.FindDocument(state.RuleHash) }
            : new DealFacts());

    public ValueTask<DealFacts> LoadAsync(DealState state, RecordHandshake command, bool fresh) => throw Unknown();

    public ValueTask<string?> LinkAfterAsync(DealId deal, StepRecord step) => throw Unknown();

    private Dictionary<ContactId, ContactFacts> People(params ReadOnlySpan<(ContactId Id, ContactType Type)> people)
    {
        var contacts = new Dictionary<ContactId, ContactFacts>(people.Length);
        foreach (var (id, type) in people)
            contacts.TryAdd(id, new ContactFacts(id, type, null, Hash.Zero, [world.Service]));
        return contacts;
    }

    private static InvalidOperationException Unknown() => new("Simulated traffic is attested by its service; it has no such command.");
}
