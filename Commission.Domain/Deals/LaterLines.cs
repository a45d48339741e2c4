using Commission.Domain.Amounts;
using Commission.Domain.Rules;

namespace Commission.Domain.Deals;

/// <summary>The lines that a deal has credited, added up. Pure.</summary>
internal static class LaterLines
{
    /// <summary>The lines so far; of a deal to which nothing has happened yet, those of its settlement.</summary>
    public static LaterLine[] Of(DealState state, RuleSetDocument rules) =>
        state.Later is { } later ? later.Lines : Credited([], Calculator.Calculate(rules, DealMachine.CalculationFactsOf(state)));

    /// <summary>Adds what a calculation credits.</summary>
    /// <exception cref="OverflowException">A line would leave the amounts that facts may hold.</exception>
    public static LaterLine[] Credited(LaterLine[] lines, Calculation calculation)
    {
        var next = new List<LaterLine>(lines);
        foreach (var accrual in calculation.Accruals)
        {
            var at = IndexOf(next, accrual);
            if (at < 0)
                next.Add(new LaterLine(accrual.Component, accrual.Party, accrual.Payee, accrual.AmountMinor, 0, calculation.FactsHash));
            else
                next[at] = next[at] with { OriginalMinor = Bounded(next[at].OriginalMinor + accrual.AmountMinor), Facts = calculation.FactsHash };
        }
        return [.. next];
    }

    /// <summary>Takes back what a clawback reverses.</summary>
    public static LaterLine[] Reversed(LaterLine[] lines, Calculation calculation)
    {
        var next = new List<LaterLine>(lines);
        foreach (var accrual in calculation.Accruals)
        {
            var at = IndexOf(next, accrual);
            next[at] = next[at] with { ReversedMinor = next[at].ReversedMinor - accrual.AmountMinor };
            if (next[at].ReversedMinor > next[at].OriginalMinor)
                throw new InvalidOperationException($"A clawback takes more of {accrual.Component} than was credited.");
        }
        return [.. next];
    }

    private static int IndexOf(List<LaterLine> lines, Accrual accrual) => lines.FindIndex(line =>
        line.Component == accrual.Component && line.Party == accrual.Party && line.Payee == accrual.Payee);

    private static long Bounded(long minor) => Math.Abs(minor) <= Money.MaxMinor ? minor : throw new OverflowException("A line leaves the amounts of facts.");
}
