using System.Globalization;
using System.Text;
using Commission.Domain.Rules.Shapes;

namespace Commission.Domain.Rules.Wording;

/// <summary>A rule set as sentences for people in finance, made from the same document and marked with its hash.</summary>
public static class PlainEnglish
{
    /// <summary>The whole document, as plain text.</summary>
    public static string Of(RuleSetDocument document)
    {
        var phrases = new Phrases(document);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Rate card of {document.Vertical}, from {document.EffectiveFrom:yyyy-MM-dd} ({AnchorOf(document.Anchor)} date), in {document.Currency}\n");
        text.Append(CultureInfo.InvariantCulture, $"Governing agreement: {document.GoverningAgreement}\n");
        text.Append(CultureInfo.InvariantCulture, $"Document: sha256 {document.Hash}\n");
        if (document.PlainText is not null)
            text.Append('\n').Append(document.PlainText).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"\nWithout an ABN, {document.Withholding.NoAbnRate} % is withheld from payments over {phrases.Money(document.Withholding.OverMinor)} without GST.\n");
        foreach (var (code, product) in document.Products)
            Append(text, code, product, phrases);
        return text.ToString();
    }

    /// <summary>One component, as sentences.</summary>
    public static IReadOnlyList<string> Of(RuleSetDocument document, Component component) => [.. Sentences(component, new Phrases(document))];

    private static string AnchorOf(Anchor anchor) => anchor switch
    {
        Anchor.Contract => "contract",
        Anchor.Settlement => "settlement",
        Anchor.Payment => "payment",
        _ => "referral",
    };

    private static void Append(StringBuilder text, string code, ProductRules product, Phrases phrases)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n{code}\n");
        if (product.PlainText is not null)
            text.Append(CultureInfo.InvariantCulture, $"  {product.PlainText}\n");
        if (product.Source is { } source)
            text.Append(CultureInfo.InvariantCulture, $"  Source ({source.Mark}): {source.Text}\n");
        if (product.Assumption is not null)
            text.Append(CultureInfo.InvariantCulture, $"  ASSUMPTION: {product.Assumption}\n");
        foreach (var component in product.Components)
        {
            text.Append(CultureInfo.InvariantCulture, $"  • {component.Name}: {string.Join(" ", Sentences(component, phrases))}\n");
        }
        if (product.MinimumPayoutMinor > 0)
            text.Append(CultureInfo.InvariantCulture, $"  Less than {phrases.Money(product.MinimumPayoutMinor)} is carried forward.\n");
        if (product.IsPaidWhenPaid)
            text.Append("  Paid only once the provider has paid for the deal in full.\n");
        text.Append("  ").Append(product.Gst switch
        {
            GstTreatment.Inclusive => "Amounts contain GST.",
            GstTreatment.None => "No GST applies.",
            _ => "Amounts are without GST, which is added for registered payees.",
        }).Append('\n');
    }

    private static IEnumerable<string> Sentences(Component component, Phrases phrases)
    {
        yield return Sentence($"{When(component)}{component.InWords(phrases)}");
        var terms = component.Terms;
        if (terms.FloorThresholdMinor is { } threshold)
            yield return $"Nothing is paid when that is less than {phrases.Money(threshold)}.";
        if (terms.FloorRaiseMinor is { } raise)
            yield return $"It is raised to at least {phrases.Money(raise)}.";
        foreach (var cap in CapsInWords(component, phrases))
            yield return cap;
        if (terms.Milestones.Count > 0)
            yield return $"Released: {string.Join(", ", terms.Milestones.Select(milestone => $"{milestone.Share} % at “{milestone.Name.Replace('_', ' ')}”"))}.";
        yield return SplitInWords(component);
        if (terms.Clawback is { } clawback)
            yield return $"Taken back when the deal ends early: {clawback.InWords()}; party by party as it was credited.";
        yield return terms.CoolingOffDays == 0 ? "Payable at once." : $"Payable after {terms.CoolingOffDays} days.";
        if (terms.AgreementClause is { } clause)
            yield return $"Agreement: {clause}.";
    }

    private static string Sentence(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}.";

    private static string When(Component component) =>
        component is TrailComponent or RevenueComponent or OverrideComponent || component.Terms.Milestones.Count > 0
            ? ""
            : "when the deal is complete, ";

    private static IEnumerable<string> CapsInWords(Component component, Phrases phrases)
    {
        var caps = component.Terms.Caps;
        var each = component is TrailComponent or RevenueComponent ? "of each payment" : "per deal";
        if (caps.DealMinor is { } deal)
            yield return $"At most {phrases.Money(deal)} {each}.";
        foreach (var (party, most) in caps.Parties)
            yield return $"At most {phrases.Money(most)} {each} to {Phrases.PartyOf(party)}; the rest is paid to nobody.";
        if (caps.PeriodMinor is { } period)
            yield return $"At most {phrases.Money(period)} {Phrases.SpanOf(caps.Period!)}.";
        if (caps.CustomerMinor is { } customer)
            yield return $"At most {phrases.Money(customer)} per client, for ever.";
    }

    private static string SplitInWords(Component component)
    {
        var split = component.Terms.Split;
        if (component is OverrideComponent)
            return ((OverrideComponent)component).TakenFrom is null ? $"The platform takes {split.PlatformFee} % of it." : "It bears no platform fee of its own.";
        var total = split.Shares.Sum(share => share.Weight);
        var rest = string.Join(", ", split.Shares.Select(share => $"{Phrases.PartyOf(share.Party)} {share.Weight} of {total}"));
        var top = split.OffTheTop.Count == 0
            ? ""
            : string.Join(", ", split.OffTheTop.Select(share => $"{share.Rate} % off the top to {Phrases.PartyOf(share.Party)}")) + ", then ";
        return $"Shared: {split.PlatformFee} % to the platform, of the rest {top}{rest}.";
    }
}
