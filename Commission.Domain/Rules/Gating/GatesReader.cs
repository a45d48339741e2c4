using Commission.Domain.Rules.Reading;

namespace Commission.Domain.Rules.Gating;

/// <summary>Reads the gates of a vertical: a JSON array.</summary>
public static class GatesReader
{
    /// <summary>Gates of a vertical at most.</summary>
    public const int MaxGates = 50;
    /// <summary>Bytes at most.</summary>
    public const int MaxBytes = 64 * 1024;

    private static readonly string[] States = ["ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA"];

    /// <summary>Reads; the refusal's field is the path of the first mistake.</summary>
    public static (IReadOnlyList<Gate>? Gates, Refusal? Refusal) Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
            return (null, StrictNode.Wrong("$", $"at most {MaxBytes} bytes", $"{json.Length} bytes"));
        return Strictly.Read<IReadOnlyList<Gate>>(json, root =>
        {
            CanonicalJson.Canonicalize(root.Element);
            var gates = root.Items().Select(Gate).ToList();
            return gates.Count <= MaxGates ? gates : throw StrictNode.Mistake("$", $"at most {MaxGates} gates", $"{gates.Count}");
        });
    }

    private static Gate Gate(StrictNode node)
    {
        var kind = node.Text("gate");
        var clause = Strictly.ShortText(node, "clause", 500);
        var products = node.Find("products")?.Items().Select(product => Strictly.Code(product.AsText(), product.Path)).ToArray();
        switch (kind)
        {
            case "no_volume_benefit":
                Allow(node);
                return new NoVolumeBenefit(clause, products);
            case "max_clawback_months":
                Allow(node, "months");
                return new MaxClawbackMonths((int)node.Integer("months", 0, 600), clause, products);
            case "min_clawback":
                Allow(node, "steps");
                return new MinClawback(ClawbackReader.Steps(node.Get("steps")), clause, products);
            case "max_rate":
                Allow(node, "basis", "percent", "when");
                return new MaxRate(Strictly.Name(node, "basis"), Strictly.Percent(node, "percent"), When(node), clause, products);
            case "flat_only":
                Allow(node);
                return new FlatOnly(clause, products);
            default:
                return OfDeals(kind, node, clause, products);
        }
    }

    private static Gate OfDeals(string kind, StrictNode node, string clause, string[]? products)
    {
        switch (kind)
        {
            case "blocked_states":
                Allow(node, "states");
                return new BlockedStates([.. node.Get("states").Items().Select(State)], clause, products);
            case "licence_held":
                Allow(node, "licence", "party");
                return new LicenceHeld(Strictly.Name(node, "licence"), PartyOf(node), clause, products);
            case "within_business_days":
                Allow(node, "step", "days");
                return new WithinBusinessDays(Step(node), (int)node.Integer("days", 0, 365), clause, products);
            case "closed_from":
                Allow(node, "date");
                return new ClosedFrom(node.Date("date"), clause, products);
            default:
                throw StrictNode.Mistake(
                    $"{node.Path}.gate", "no_volume_benefit, max_clawback_months, min_clawback, max_rate, flat_only, blocked_states, "
                    + "licence_held, within_business_days or closed_from", kind);
        }
    }

    private static void Allow(StrictNode node, params ReadOnlySpan<string> own) => node.Allow(["gate", "clause", "products", .. own]);

    private static RateKind When(StrictNode node) => node.Text("when") switch
    {
        "upfront" => RateKind.Upfront,
        "recurring" => RateKind.Recurring,
        "any" => RateKind.Any,
        var other => throw StrictNode.Mistake($"{node.Path}.when", "upfront, recurring or any", other),
    };

    private static string State(StrictNode node) => States.Contains(node.AsText())
        ? node.AsText()
        : throw StrictNode.Mistake(node.Path, "one of " + string.Join(", ", States), node.AsText());

    private static Party PartyOf(StrictNode node) => PartyNames.TryParse(node.Text("party"), out var party) && party != Party.Platform
        ? party
        : throw StrictNode.Mistake($"{node.Path}.party", "a role such as referrer", node.Text("party"));

    private static GateStep Step(StrictNode node) => node.Text("step") switch
    {
        "passed_on" => GateStep.PassedOn,
        "contacted" => GateStep.Contacted,
        var other => throw StrictNode.Mistake($"{node.Path}.step", "passed_on or contacted", other),
    };
}
