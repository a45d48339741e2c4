using Commission.Domain.Ledger;
using Commission.Domain.Rules;

namespace Commission.Domain.Deals;

/// <summary>
/// Balances and the trail that is paid on them. A calendar month is one month of the deal's life: the settlement's own is
/// month 1, the next one month 2. Each has one balance and is paid once. Pure.
/// </summary>
public static class TrailSteps
{
    /// <summary>Where a month of a deal's trail stands.</summary>
    public static TrailStanding Standing(DealState state, DateOnly month)
    {
        if (state.Later is not { } later || MonthOf(state.SettledOn, month) is not (>= 1 and var number) || !later.HasMonth(number))
            return TrailStanding.NothingDue;
        return later.Balances.Any(balance => balance.Month == month) ? TrailStanding.Due : TrailStanding.Paid;
    }

    /// <summary>What the events of a month accrue, minor units.</summary>
    public static long AmountOf(IEnumerable<DealEvent> events) =>
        events.OfType<LaterRecorded>().Sum(later => later.Calculation.Accruals.Sum(accrual => accrual.AmountMinor));

    /// <summary>Pays a month that is due; one that is not due, or was paid, changes nothing.</summary>
    internal static Decision<DealEvent> Decide(DealState state, PayTrail command, DealFacts facts)
    {
        if (!state.Exists)
            return new Refusal(RefusalCodes.DealNotFound, "There is no such deal.", "id");
        if (Standing(state, command.Month) != TrailStanding.Due)
            return Decision<DealEvent>.Accept();
        var (rules, later) = (LaterSteps.RulesOf(state, facts), state.Later!);
        var balance = later.Balances.First(balance => balance.Month == command.Month);
        try
        {
            var happened = new TrailMonth(MonthOf(state.SettledOn, command.Month), balance.BalanceMinor);
            var calculation = Calculator.Calculate(rules, DealMachine.CalculationFactsOf(state) with { Event = happened });
            var after = later with
            {
                Balances = [.. later.Balances.Where(other => other != balance)],
                Lines = LaterLines.Credited(later.Lines, calculation),
            };
            var lastDay = command.Month.AddMonths(1).AddDays(-1);
            return Decision<DealEvent>.Accept(new LaterRecorded(after, calculation, EntryKind.Accrual, lastDay, command.Caller, []));
        }
        catch (OverflowException)
        {
            return new Refusal(RefusalCodes.InvalidField, "The amounts are too large for the rule set.", "balance");
        }
    }

    /// <summary>Keeps a balance for the trail run, if the product pays trail; refuses a second one of the same month.</summary>
    internal static (LaterState? After, Refusal? Refusal) Balance(DealState state, LaterState later, RecordRevenue command, RuleSetDocument rules)
    {
        var month = command.Month ?? new DateOnly(command.On.Year, command.On.Month, 1);
        var number = MonthOf(state.SettledOn, month);
        if (number < 1)
            return (null, new Refusal(RefusalCodes.InvalidDate, $"month is before the settlement ({state.SettledOn:yyyy-MM-dd}).", "month"));
        if (month > command.On)
            return (null, new Refusal(RefusalCodes.InvalidDate, "month begins after the balance's date.", "month"));
        if (later.HasMonth(number))
        {
            return (null, new Refusal(
                RefusalCodes.DuplicateRevenue, $"The balance of {month:yyyy-MM} of {state.Id} was recorded before.", "month", $"{state.Id}/balance/{month:yyyy-MM}"));
        }
        var product = rules.Products[state.Product];
        var paysTrail = Enumerable.Range(0, product.Components.Count).Any(index => product.MomentOf(index) == Moment.Trail);
        return (later with
        {
            Months = later.WithMonthRecorded(number),
            Balances = paysTrail ? [.. later.Balances, new TrailBalance(month, command.Amount.Minor)] : later.Balances,
        }, null);
    }

    private static int MonthOf(DateOnly settledOn, DateOnly month) => ((month.Year - settledOn.Year) * 12) + month.Month - settledOn.Month + 1;
}

/// <summary>Where a month of trail stands.</summary>
[GenerateSerializer]
public enum TrailStanding : byte
{
    /// <summary>No balance is recorded for it.</summary>
    NothingDue = 0,
    /// <summary>Its balance is recorded, and not paid on yet.</summary>
    Due = 1,
    /// <summary>It was paid.</summary>
    Paid = 2,
}
