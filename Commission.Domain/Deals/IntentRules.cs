using Commission.Domain.Members;

namespace Commission.Domain.Deals;

/// <summary>What must hold for an intent, signed or attested. A refusal names the member alone; the caller knows where it was written.</summary>
internal static class IntentRules
{
    /// <param name="facts">What is known.</param>
    /// <param name="referrerField">What the input calls the referrer: a payload says actor, a bulk line says referrer.</param>
    /// <param name="vertical">Vertical code.</param>
    /// <param name="product">Product code.</param>
    /// <param name="referrer">Referring member.</param>
    /// <param name="receiver">Receiving member.</param>
    /// <param name="client">Client.</param>
    /// <param name="uplines">The uplines that the input states, nearest first.</param>
    /// <param name="referredOn">The referral date.</param>
    public static Refusal? Check(
        DealFacts facts, string referrerField, string vertical, string product, ContactId referrer, ContactId receiver, ContactId client,
        IReadOnlyList<ContactId> uplines, DateOnly referredOn) =>
        CheckParties(facts, referrerField, referrer, receiver, client) ?? CheckUplines(facts, referrer, uplines)
            ?? CheckRules(facts, vertical, product, referredOn);

    private static Refusal? CheckParties(
        DealFacts facts, string referrerField, ContactId referrer, ContactId receiver, ContactId client)
    {
        if (referrer == receiver || client == referrer || client == receiver)
            return new Refusal(RefusalCodes.SelfReferral, "Referrer, receiver and client must be three different contacts.",
                client == referrer || client == receiver ? "client" : "receiver");
        return Kind(facts, referrer, referrerField, ContactType.Member, ContactType.Partner)
            ?? Kind(facts, receiver, "receiver", ContactType.Member, ContactType.Partner)
            ?? Kind(facts, client, "client", ContactType.Customer, ContactType.Customer);
    }

    private static Refusal? CheckUplines(DealFacts facts, ContactId referrer, IReadOnlyList<ContactId> uplines)
    {
        foreach (var (level, upline) in uplines.Index())
        {
            var field = level == 0 ? "upline" : $"furtherUplines[{level - 1}]";
            if (upline == referrer)
                return new Refusal(RefusalCodes.SelfReferral, "A referrer cannot be its own upline.", field);
            if (uplines.Take(level).Contains(upline))
                return new Refusal(RefusalCodes.InvalidField, $"{upline} is named twice.", field);
            if (Kind(facts, upline, field, ContactType.Member, ContactType.Partner) is { } wrong)
                return wrong;
        }
        return null;
    }

    private static Refusal? Kind(DealFacts facts, ContactId id, string field, ContactType one, ContactType other)
    {
        if (!facts.Contacts.TryGetValue(id, out var contact))
            return new Refusal(RefusalCodes.UnknownContact, $"There is no contact {id}.", field);
        return contact.Type == one || contact.Type == other
            ? null
            : new Refusal(RefusalCodes.InvalidField, $"{field} must be a {one.ToString().ToUpperInvariant()} contact; {id} is {contact.Type.ToString().ToUpperInvariant()}.", field);
    }

    private static Refusal? CheckRules(DealFacts facts, string vertical, string product, DateOnly referredOn)
    {
        if (facts.Vertical is null)
            return new Refusal(RefusalCodes.UnknownVertical, $"There is no vertical '{vertical}'.", "vertical");
        if (!facts.Vertical.Products.Contains(product))
            return new Refusal(RefusalCodes.UnknownProduct, $"{vertical} has no product '{product}'.", "product");
        if (facts.Vertical.Closures.FirstOrDefault(closed => closed.Covers(product) && closed.Date <= referredOn) is { } gate)
            return new Refusal(RefusalCodes.GateBroken, $"{gate.InWords()} {gate.Clause}.", "referredOn");
        return facts.RuleSet is null || !facts.RuleSet.Products.ContainsKey(product)
            ? new Refusal(RefusalCodes.RateCardMissing, $"No rule set version of {vertical} covers {product} on the referral date.", "referredOn")
            : null;
    }
}

/// <summary>What must hold for a settlement: the pinned rules can be applied to it. A refusal names the member alone.</summary>
internal static class SettlementRules
{
    public static Refusal? Check(DealState settled, DealFacts facts)
    {
        var rules = facts.RuleSet ?? throw new InvalidOperationException("The pinned rule set is not at hand.");
        if (rules.Hash != settled.RuleHash)
            throw new InvalidOperationException($"Rule set {rules.Hash} is not the pinned {settled.RuleHash}.");
        if (settled.SettledValue.Currency != rules.Currency)
            return new Refusal(RefusalCodes.CurrencyMismatch, $"currency must be {rules.Currency}, as the rule set says.", "currency");
        var calculation = DealMachine.CalculationFactsOf(settled);
        var unknown = settled.Bases.FirstOrDefault(basis => !Rules.Basis.Known.Contains(basis.Name) && !rules.DeclaredBases.ContainsKey(basis.Name));
        if (unknown.Name is { } name)
            return new Refusal(RefusalCodes.InvalidField, $"The rule set knows no basis {name}.", $"bases.{name}");
        if (Rules.Calculator.MissingBasis(rules, calculation) is { } basis)
            return new Refusal(RefusalCodes.MissingBasis, $"The rule set needs bases.{basis}.", $"bases.{basis}");
        try
        {
            Rules.Calculator.Amounts(rules, calculation, []);
            return null;
        }
        catch (OverflowException)
        {
            return new Refusal(RefusalCodes.InvalidField, "The amounts are too large for the rule set.", "settledValueMinor");
        }
    }
}
