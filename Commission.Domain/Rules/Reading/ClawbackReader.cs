namespace Commission.Domain.Rules.Reading;

/// <summary>Reads a clawback schedule.</summary>
internal static class ClawbackReader
{
    private const int MaxMonths = 600;

    public static ClawbackSchedule Read(StrictNode node)
    {
        switch (node.Text("kind"))
        {
            case "cliffs":
                node.Allow("kind", "steps");
                return new ClawbackCliffs(Steps(node.Get("steps")));
            case "cliff_then_linear":
                node.Allow("kind", "cliffMonths", "endMonths");
                var cliff = (int)node.Integer("cliffMonths", 0, MaxMonths - 1);
                return new ClawbackCliffThenLinear(cliff, (int)node.Integer("endMonths", cliff + 1, MaxMonths));
            case "unexpired_days":
                node.Allow("kind", "termDays");
                return new ClawbackUnexpiredDays((int)node.Integer("termDays", 1, 3_660));
            case "proportional_to_refund":
                node.Allow("kind");
                return new ClawbackOfRefund();
            case var other:
                throw StrictNode.Mistake($"{node.Path}.kind", "cliffs, cliff_then_linear, unexpired_days or proportional_to_refund", other);
        }
    }

    public static List<ClawbackStep> Steps(StrictNode node)
    {
        var steps = new List<ClawbackStep>();
        foreach (var item in node.Items())
        {
            item.Allow("beforeMonths", "percent");
            var from = steps.Count == 0 ? 1 : steps[^1].BeforeMonths + 1;
            steps.Add(new ClawbackStep((int)item.Integer("beforeMonths", from, MaxMonths), Strictly.Percent(item, "percent")));
        }
        return steps.Count is > 0 and <= 60 ? steps : throw StrictNode.Mistake(node.Path, "1 to 60 steps", $"{steps.Count}");
    }
}
