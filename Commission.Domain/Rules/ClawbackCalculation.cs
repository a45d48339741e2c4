using System.Globalization;
using Commission.Domain.Amounts;

namespace Commission.Domain.Rules;

/// <summary>
/// What is taken back, component by component: the schedule's part of what the component credited in all, less what earlier
/// clawbacks took, divided by what each party still holds of the original split. Nobody gives back more than was credited.
/// </summary>
internal static class ClawbackCalculation
{
    public static void Run(ProductRules product, ClawedBack happened, List<PartyAmount> into, List<CanonicalObject>? steps)
    {
        for (var index = 0; index < product.Components.Count; index++)
        {
            var component = product.Components[index];
            var lines = happened.Lines.Where(line => line.Component == component.Name && line.OriginalMinor != 0).ToArray();
            if (lines.Length > 0)
                Reverse(component, index, happened, lines, into, steps);
        }
    }

    private static void Reverse(
        Component component, int index, ClawedBack happened, CreditedLine[] lines, List<PartyAmount> into, List<CanonicalObject>? steps)
    {
        var schedule = component.Terms.Clawback;
        var (numerator, denominator) = FractionOf(schedule, happened);
        var credited = lines.Sum(line => Math.Max(line.OriginalMinor, 0));
        var reversed = lines.Sum(line => Math.Max(line.OriginalMinor, 0) == 0 ? 0 : line.ReversedMinor);
        var target = Rounding.HalfAwayFromZero(credited * numerator, denominator);
        var remaining = lines.Select(line => Math.Max(Math.Max(line.OriginalMinor, 0) - line.ReversedMinor, 0)).ToArray();
        var pool = Math.Clamp(target - reversed, 0, remaining.Sum());
        var parts = pool == 0 ? new long[lines.Length] : Allocation.LargestRemainder(pool, remaining);
        for (var i = 0; i < lines.Length; i++)
        {
            if (parts[i] != 0)
                into.Add(new PartyAmount(index, lines[i].Party, lines[i].Payee, -parts[i]));
        }
        steps?.Add(new CanonicalObject()
            .Add("agreementClause", component.Terms.AgreementClause)
            .Add("clause", schedule is null ? "no clawback" : schedule.InWords())
            .Add("component", component.Name)
            .Add("creditedMinor", credited)
            .Add("fraction", string.Create(CultureInfo.InvariantCulture, $"{numerator}/{denominator}"))
            .Add("poolMinor", -pool)
            .Add("reversedBeforeMinor", reversed)
            .Add("rounding", "half away from zero, then largest remainder")
            .Add("split", ExplainParts(lines, parts, remaining))
            .Add("totalWeight", remaining.Sum()));
    }

    /// <summary>The part of the original that is taken back in all by now.</summary>
    public static (Int128 Numerator, Int128 Denominator) FractionOf(ClawbackSchedule? schedule, ClawedBack happened) => schedule is null ? (0, 1)
        : schedule is ClawbackOfRefund ? RefundedPart(happened)
        : schedule.FractionAt(happened.CompleteMonths, happened.Days);

    private static (Int128 Numerator, Int128 Denominator) RefundedPart(ClawedBack happened) => happened.RefundBaseMinor <= 0
        ? (0, 1)
        : (Math.Clamp(happened.RefundedMinor, 0, happened.RefundBaseMinor), happened.RefundBaseMinor);

    private static CanonicalObject[] ExplainParts(CreditedLine[] lines, long[] parts, long[] remaining) =>
    [
        .. lines.Select((line, i) => new CanonicalObject()
            .Add("amountMinor", -parts[i]).Add("party", PartyNames.Of(line.Party)).Add("payee", line.Payee?.ToString()).Add("weight", remaining[i])),
    ];
}
