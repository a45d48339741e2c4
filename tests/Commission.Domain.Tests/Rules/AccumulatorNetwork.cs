using Commission.Domain.Rules;
using Commission.Domain.Rules.Volumes;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Rules;

/// <summary>All accumulators of one rule set. What one passes on to another waits until it is delivered, in any order.</summary>
internal sealed class AccumulatorNetwork(RuleSetDocument rules, int seed = 0)
{
    private static readonly ContactId[] Clients = [People.Client.Id, People.Stranger.Id, People.Importer.Id];
    private readonly Dictionary<VolumeKey, VolumeState> _states = [];
    private readonly List<RecordContribution> _waiting = [];
    private readonly List<RecordContribution> _delivered = [];
    private readonly Random _random = new(seed);

    public List<VolumeAccrued> Accrued { get; } = [];

    /// <summary>States a deal; what arises for further accumulators waits.</summary>
    public AccumulatorNetwork Record(int number, long value, int client = 0, string[]? reached = null, int revision = 0, bool withdrawn = false)
    {
        var subject = new VolumeSubject(DealOf(number), Clients[client], new DateOnly(2026, 2, 1).AddDays(number), revision, withdrawn)
        { Reached = reached ?? [] };
        foreach (var contribution in VolumeContributions.Of(rules, subject, RuleTable.Facts(value)))
            Deliver(contribution);
        return this;
    }

    /// <summary>Delivers all that waits, in random order, and then everything once more.</summary>
    public AccumulatorNetwork SettleDown()
    {
        while (_waiting.Count > 0)
        {
            var at = _random.Next(_waiting.Count);
            var next = _waiting[at];
            _waiting.RemoveAt(at);
            Deliver(next);
        }
        foreach (var old in _delivered.ToArray())
            Deliver(old);
        Assert.Empty(_waiting);
        return this;
    }

    /// <summary>What a deal is credited, all accumulators together.</summary>
    public long CreditedTo(int number) => _states.Values.SelectMany(state => state.Entries)
        .Where(entry => entry.Contribution.Deal == DealOf(number)).Sum(entry => entry.Credited.Sum(credit => credit.AmountMinor));

    /// <summary>What each party has of each deal.</summary>
    public (DealId, Party, long)[] Final =>
    [
        .. _states.Values.SelectMany(state => state.Entries)
            .SelectMany(entry => entry.Credited.Select(credit => (entry.Contribution.Deal, credit.Party, credit.AmountMinor))).OrderBy(line => line.ToString()),
    ];

    private static DealId DealOf(int number) => DealId.Derive(People.Importer.Id, $"{number}");

    private void Deliver(RecordContribution command)
    {
        _delivered.Add(command);
        var state = _states.GetValueOrDefault(command.Key, new VolumeState());
        var events = VolumeMachine.Decide(state, command, rules).Accepted();
        _states[command.Key] = VolumeMachine.EvolveAll(state, events);
        Accrued.AddRange(events.OfType<VolumeAccrued>());
        _waiting.AddRange(events.OfType<VolumePassed>().Select(passed => passed.Onward));
    }
}
