using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Members;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Volumes;

namespace Commission.Domain.Deals;

/// <summary>What happens after the completion: who may say so, what it must not repeat, and what it accrues. Pure.</summary>
internal static class LaterSteps
{
    /// <summary>Decides about revenue, a milestone or a clawback.</summary>
    public static Decision<DealEvent> Decide(DealState state, LaterCommand command, DealFacts facts, DateTimeOffset now)
    {
        if (Check(state, command, facts, now) is { } refusal)
            return refusal;
        var rules = RulesOf(state, facts);
        try
        {
            return command switch
            {
                RecordRevenue revenue => Revenue(state, revenue, rules, now),
                RecordMilestone milestone => Milestone(state, milestone, rules, now),
                RecordClawback clawback => ClawbackSteps.Decide(state, clawback, rules, now),
                _ => throw new ArgumentOutOfRangeException(nameof(command)),
            };
        }
        catch (OverflowException)
        {
            return new Refusal(RefusalCodes.InvalidField, "The amounts are too large for the rule set.", "amountMinor");
        }
    }

    /// <summary>The pinned rules.</summary>
    public static RuleSetDocument RulesOf(DealState state, DealFacts facts)
    {
        var rules = facts.RuleSet ?? throw new InvalidOperationException("The pinned rule set is not at hand.");
        return rules.Hash == state.RuleHash ? rules : throw new InvalidOperationException($"Rule set {rules.Hash} is not the pinned {state.RuleHash}.");
    }

    /// <summary>The refusal of a key that was used before, or of a deal that can remember no further one.</summary>
    public static Refusal? CheckKey(DealState state, LaterState later, UInt128 digest, string kind, string key, string code)
    {
        if (later.UsedKeys.Contains(digest))
            return new Refusal(code, $"{kind} {key} of {state.Id} was recorded before.", kind == "milestone" ? "name" : "key", $"{state.Id}/{kind}/{key}");
        return later.UsedKeys.Length < LaterState.MaxEvents ? null : new Refusal(
            RefusalCodes.TooManyEvents, $"The deal has {LaterState.MaxEvents} recorded events, as many as it can remember.", null, state.Id.ToString());
    }

    /// <summary>Adds the answer and the used key.</summary>
    public static LaterState Remember(LaterState later, UInt128 digest, DealReceipt receipt) => later with
    {
        UsedKeys = [.. later.UsedKeys, digest],
        Receipts = [.. later.Receipts.TakeLast(LaterState.MaxReceipts - 1), receipt],
    };

    private static Refusal? Check(DealState state, LaterCommand command, DealFacts facts, DateTimeOffset now)
    {
        if (!state.Exists)
            return new Refusal(RefusalCodes.DealNotFound, "There is no such deal.", "id");
        if (CheckActor(state, command.Caller, facts) is { } refusal)
            return refusal;
        if (state.Status != DealStatus.Complete)
            return DealMachine.WrongState(state);
        if (command.On < state.SettledOn)
            return new Refusal(RefusalCodes.InvalidDate, $"on is before the settlement ({state.SettledOn:yyyy-MM-dd}).", "on");
        return command.On > DateOnly.FromDateTime(now.UtcDateTime).AddDays(1)
            ? new Refusal(RefusalCodes.InvalidDate, "on lies in the future.", "on")
            : null;
    }

    private static Refusal? CheckActor(DealState state, ContactId caller, DealFacts facts)
    {
        if (caller == state.Receiver || facts.Contacts.GetValueOrDefault(caller)?.Type == ContactType.Internal)
            return null;
        if (facts.Contacts.GetValueOrDefault(state.Receiver)?.AuthorisedServices.Contains(caller) == true)
            return null;
        return caller == state.Referrer || caller == state.Client || state.Uplines.Contains(caller)
            ? new Refusal(RefusalCodes.WrongActor, $"This is for {state.Receiver} to state, or for a service that acts for it.", "X-Acting-Contact")
            : new Refusal(RefusalCodes.NotAuthorised, $"{caller} is not authorised to act for {state.Receiver}.", "X-Acting-Contact");
    }

    private static Decision<DealEvent> Revenue(DealState state, RecordRevenue command, RuleSetDocument rules, DateTimeOffset now)
    {
        var (later, kind) = (state.Later ?? LaterState.Start, RevenueKinds.Of(command.Kind));
        var digest = LaterState.DigestOf(kind, command.Key);
        if ((CheckKey(state, later, digest, kind, command.Key, RefusalCodes.DuplicateRevenue) ?? CheckAmount(state, command)) is { } refusal)
            return refusal;
        var happened = new RevenueReceived(command.Kind, command.Key, command.On, command.Amount.Minor, DealTime.MonthOf(state.SettledOn, command.On));
        if (command.Kind == RevenueKind.Balance)
        {
            var (balanced, unfit) = TrailSteps.Balance(state, later, command, rules);
            if (balanced is null)
                return unfit!;
            later = balanced;
        }
        var facts = DealMachine.CalculationFactsOf(state) with { Event = happened };
        if (Calculator.MissingBasis(rules, facts) is { } basis)
            return new Refusal(RefusalCodes.MissingBasis, $"The rule set needs bases.{basis}, which the settlement did not state.", $"bases.{basis}");
        var calculation = Calculator.Calculate(rules, facts);
        var contributions = VolumeContributions.Of(rules, new VolumeSubject(state.Id, state.Client, command.On, later.Revision), facts);
        var receipt = new DealReceipt(
            state.Id, command.Fingerprint, "revenue", kind, command.Key, command.On, command.Amount.Minor, command.Month, now,
            [.. calculation.Accruals], calculation.FactsHash, calculation.ExplanationHash, [.. contributions.Select(one => one.Key.Component)], null);
        var after = Remember(later, digest, receipt) with
        {
            Lines = LaterLines.Credited(LaterLines.Of(state, rules), calculation),
            PaidMinor = Math.Min(Money.MaxMinor, later.PaidMinor + (command.Kind is RevenueKind.Invoice or RevenueKind.Premium ? command.Amount.Minor : 0)),
            Payments = contributions.Count == 0
                ? later.Payments
                : [.. later.Payments, new CountedPayment(command.Kind, command.Key, command.On, command.Amount.Minor)],
        };
        return Accept(after, calculation, EntryKind.Accrual, command, contributions);
    }

    private static Refusal? CheckAmount(DealState state, RecordRevenue command)
    {
        if (command.Kind != RevenueKind.Consumption && command.Amount.Currency != state.SettledValue.Currency)
            return new Refusal(RefusalCodes.CurrencyMismatch, $"currency must be {state.SettledValue.Currency}, as the settlement's.", "currency");
        return command.Amount.Minor is > 0 and <= Money.MaxMinor
            ? null
            : new Refusal(RefusalCodes.InvalidField, $"{AmountField(command)} must be from 1 to {Money.MaxMinor}.", AmountField(command));
    }

    private static string AmountField(RecordRevenue command) => command.Kind == RevenueKind.Consumption ? "units" : "amountMinor";

    private static Decision<DealEvent> Milestone(DealState state, RecordMilestone command, RuleSetDocument rules, DateTimeOffset now)
    {
        var (later, known) = (state.Later ?? LaterState.Start, MilestonesOf(rules.Products[state.Product]));
        if (!known.Contains(command.Name))
        {
            return new Refusal(
                RefusalCodes.UnknownMilestone, known.Count == 0 ? $"{state.Product} has no milestones." : $"name must be one of {string.Join(", ", known)}.", "name");
        }
        var digest = LaterState.DigestOf("milestone", command.Name);
        if (CheckKey(state, later, digest, "milestone", command.Name, RefusalCodes.DuplicateMilestone) is { } refusal)
            return refusal;
        var facts = DealMachine.CalculationFactsOf(state) with { Event = new MilestoneReached(command.Name) };
        var calculation = Calculator.Calculate(rules, facts);
        var (next, contributions) = Released(state, later, command.Name, rules);
        var receipt = new DealReceipt(
            state.Id, command.Fingerprint, "milestone", null, command.Name, command.On, null, null, now, [.. calculation.Accruals],
            calculation.FactsHash, calculation.ExplanationHash, [.. contributions.Select(one => one.Key.Component)], null);
        var after = Remember(next, digest, receipt) with { Lines = LaterLines.Credited(LaterLines.Of(state, rules), calculation) };
        return Accept(after, calculation, EntryKind.Accrual, command, contributions);
    }

    /// <summary>The deal with a further milestone, and its contributions to the accumulators that release a part by it.</summary>
    private static (LaterState After, List<RecordContribution> Contributions) Released(
        DealState state, LaterState later, string milestone, RuleSetDocument rules)
    {
        var product = rules.Products[state.Product];
        var after = later with { Milestones = [.. later.Milestones, milestone] };
        var releasing = product.Components
            .Where(component => component.Accumulates is not null && component.Terms.Milestones.Any(share => share.Name == milestone))
            .Select(component => component.Name).ToHashSet(StringComparer.Ordinal);
        if (releasing.Count == 0)
            return (after, []);
        after = after with { Revision = later.Revision + 1 };
        return (after, [.. VolumeSteps.Stated(state, after, rules).Where(stated => releasing.Contains(stated.Key.Component))]);
    }

    private static List<string> MilestonesOf(ProductRules product) =>
        [.. product.Components.SelectMany(component => component.Terms.Milestones).Select(milestone => milestone.Name).Distinct(StringComparer.Ordinal)];

    /// <summary>The one event of a command after completion.</summary>
    public static Decision<DealEvent> Accept(
        LaterState after, Calculation calculation, EntryKind kind, LaterCommand command, IReadOnlyList<RecordContribution> contributions) =>
        Decision<DealEvent>.Accept(new LaterRecorded(
            after, calculation, kind, command.On, command.Caller,
            [.. contributions.Select(one => one with { Actor = command.Caller, EffectiveOn = command.On })]));
}
