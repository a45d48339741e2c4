using System.Globalization;

namespace Commission.Cli.Deals;

/// <summary>Accounts for every row. Safe to use from several requests at once.</summary>
internal sealed class ImportTally
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, int> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _answers = new(StringComparer.Ordinal) { ["created"] = 0, ["advanced"] = 0, ["replayed"] = 0 };

    public int Read { get; private set; }

    public int Filtered { get; private set; }

    public int Bad { get; private set; }

    public int Good { get; private set; }

    public int Rejected { get; private set; }

    public long SettledValueMinor { get; private set; }

    public int Created => _answers["created"];

    public int Advanced => _answers["advanced"];

    public int Replayed => _answers["replayed"];

    public int Accepted => Created + Advanced + Replayed;

    /// <summary>Good rows that no answer has come for: not zero only when the import was cut short.</summary>
    public int Unanswered => Good - Accepted - Rejected;

    public IReadOnlyDictionary<string, int> States => _states;

    public void CountRow(RowOutcome outcome)
    {
        Read++;
        if (outcome.IsFiltered)
            Filtered++;
        else if (outcome.Bad is not null)
            Bad++;
        else
            Good++;
    }

    public void CountPlanned(Referral referral) => CountDeal(referral, referral.Stage.ToString());

    public void CountAccepted(Referral referral, string status, string state)
    {
        lock (_lock)
        {
            _answers[status]++;
            CountDeal(referral, state);
        }
    }

    public void CountRejected()
    {
        lock (_lock)
            Rejected++;
    }

    public List<(string Name, string Value)> Rows(string currency, bool dryRun)
    {
        var rows = new List<(string, string)>
        {
            ("rows read", Number(Read)),
            ("filtered", Number(Filtered)),
            ("bad", Number(Bad)),
        };
        if (dryRun)
            rows.Add(("would be sent", Number(Good)));
        else
            rows.AddRange([("created", Number(Created)), ("advanced", Number(Advanced)), ("replayed", Number(Replayed)), ("rejected by server", Number(Rejected))]);
        if (!dryRun && Unanswered > 0)
            rows.Add(("not answered", Number(Unanswered)));
        rows.AddRange(_states.Select(state => ($"state {state.Key}", Number(state.Value))));
        rows.Add(("settled value total", $"{Number(SettledValueMinor)} {currency} minor units"));
        return rows;
    }

    private void CountDeal(Referral referral, string state)
    {
        _states[state] = _states.GetValueOrDefault(state) + 1;
        SettledValueMinor = checked(SettledValueMinor + (referral.SettledValueMinor ?? 0));
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
