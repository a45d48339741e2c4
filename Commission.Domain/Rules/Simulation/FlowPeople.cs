using System.Globalization;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;

namespace Commission.Domain.Rules.Simulation;

/// <summary>
/// Who takes part in simulated traffic, and what its service says about a deal. Ids follow from the seed, for accumulators
/// order what happens on one day by them.
/// </summary>
public sealed class FlowPeople
{
    private const string Domain = "commission/simulated-contact/v1";
    private readonly string _seed;

    /// <summary>The people of a seed.</summary>
    public FlowPeople(FlowSettings settings)
    {
        _seed = settings.Seed.ToString(CultureInfo.InvariantCulture);
        Service = Person("service", 0);
        Members = [.. Enumerable.Range(0, settings.Members).Select(number => Person("member", number))];
        NumberOf = Members.Select((id, number) => (Account: Accounts.Payable(id), number))
            .ToDictionary(member => member.Account, member => member.number, StringComparer.Ordinal);
    }

    /// <summary>Who attests.</summary>
    public ContactId Service { get; }

    /// <summary>Members by number.</summary>
    public IReadOnlyList<ContactId> Members { get; }

    /// <summary>A member's number by its payable account.</summary>
    public IReadOnlyDictionary<string, int> NumberOf { get; }

    /// <summary>A deal's id.</summary>
    public DealId DealOf(int number) => DealId.Derive(Service, KeyOf(number));

    /// <summary>The canonical line of an attested bulk request that says how far a deal is on a day.</summary>
    public byte[] LineOf(FlowDeal deal, DateOnly day)
    {
        var steps = deal.StepsOn(day);
        var closing = deal.Closing is { } end && end.On <= day ? end : null;
        var settled = steps >= (int)HandshakeStep.Settlement;
        string? On(HandshakeStep step) => steps >= (int)step ? Date(deal.Steps[(int)step - 1]) : null;
        var line = new CanonicalObject()
            .Add("client", Person("client", deal.Number).ToString())
            .Add("key", KeyOf(deal.Number))
            .Add("product", deal.Product)
            .Add("receiver", Members[deal.Receiver].ToString())
            .Add("referredOn", On(HandshakeStep.Intent))
            .Add("acknowledgedOn", On(HandshakeStep.Acknowledgement))
            .Add("intakeOn", On(HandshakeStep.Intake))
            .Add("settledOn", On(HandshakeStep.Settlement))
            .Add("completedOn", On(HandshakeStep.Outcome))
            .Add("referrer", Members[deal.Referrer].ToString())
            .Add("upline", deal.Upline is { } upline ? Members[upline].ToString() : null)
            .Add("vertical", deal.Rules.Vertical)
            .Add("currency", settled ? deal.Rules.Currency.Code : null)
            .Add("settledValueMinor", settled ? deal.ValueMinor : null)
            .Add("bases", settled && deal.Bases.Count > 0 ? BasesOf(deal) : null)
            .Add("reason", closing?.Reason);
        return closing is null ? line.ToBytes()
            : line.Add(closing.Step == HandshakeStep.Decline ? "declinedOn" : "withdrawnOn", Date(closing.On)).ToBytes();
    }

    private static CanonicalObject BasesOf(FlowDeal deal) =>
        deal.Bases.Aggregate(new CanonicalObject(), (bases, basis) => bases.Add(basis.Name, basis.Value));

    private ContactId Person(string role, int number) =>
        ContactId.From(TypeId.Derive(Domain, _seed, role, number.ToString(CultureInfo.InvariantCulture)));

    private static string KeyOf(int number) => number.ToString("000000", CultureInfo.InvariantCulture);

    private static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
