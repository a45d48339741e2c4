using Commission.Domain.Amounts;
using Commission.Domain.Rules.Shapes;

namespace Commission.Domain.Rules.Reading;

/// <summary>Reads what a shape has of its own.</summary>
internal static class ShapeReader
{
    private delegate Component Reader(string name, StrictNode node, ReadingContext context, ComponentTerms terms);

    private static readonly Dictionary<string, Reader> Shapes = new(StringComparer.Ordinal)
    {
        ["percent"] = Percent,
        ["flat"] = Flat,
        ["per_unit"] = PerUnit,
        ["package"] = Package,
        ["tier_marginal"] = MarginalTier,
        ["tier_whole"] = WholeTier,
        ["tier_interpolated"] = Interpolated,
        ["band_amount"] = BandAmount,
        ["recurring"] = Recurring,
        ["trail"] = Trail,
        ["unit_trail"] = UnitTrail,
        ["override"] = Override,
        ["accelerator"] = Accelerator,
        ["campaign"] = Campaign,
    };

    public static Component Read(string shape, string name, StrictNode node, ReadingContext context, ComponentTerms terms) =>
        Shapes.TryGetValue(shape, out var read)
            ? read(name, node, context, terms)
            : throw StrictNode.Mistake($"{node.Path}.shape", "one of " + string.Join(", ", Shapes.Keys), shape);

    private static string AnyBasis(StrictNode node, ReadingContext context, string member = "basis") => context.IsDeclared(node.Text(member))
        ? node.Text(member)
        : throw StrictNode.Mistake($"{node.Path}.{member}", "one of " + context.Names, node.Text(member));

    private static string InMoney(StrictNode node, ReadingContext context)
    {
        var basis = AnyBasis(node, context);
        return context.IsCount(basis) ? throw StrictNode.Mistake($"{node.Path}.basis", "a basis in money, for a percentage", basis) : basis;
    }

    private static PercentComponent Percent(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        ComponentReader.Allow(node, "basis", "ratePercent");
        return new PercentComponent(name, InMoney(node, context), Strictly.Percent(node, "ratePercent"), terms);
    }

    private static FlatComponent Flat(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        ComponentReader.Allow(node, "basis", "amountMinor");
        return AnyBasis(node, context) == Basis.Deal
            ? new FlatComponent(name, node.Integer("amountMinor", 0, Money.MaxMinor), terms)
            : throw StrictNode.Mistake($"{node.Path}.basis", "deal, for a flat amount (units have the shape per_unit)", node.Text("basis"));
    }

    private static PerUnitComponent PerUnit(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        ComponentReader.Allow(node, "basis", "minorPerUnit");
        var basis = AnyBasis(node, context);
        if (!context.IsCount(basis))
            throw StrictNode.Mistake($"{node.Path}.basis", "a basis that counts, for an amount per unit", basis);
        return new PerUnitComponent(name, basis, PriceOf(node.Get("minorPerUnit")), terms);
    }

    private static Price PriceOf(StrictNode value) => Price.TryParse(value.AsText(), out var price)
        ? price
        : throw StrictNode.Mistake(value.Path, "a decimal number of minor units such as \"0.35\", at most 9 decimals, as a string", value.AsText());

    private static PackageComponent Package(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        ComponentReader.Allow(node, "basis", "packageSize", "amountMinor");
        return new PackageComponent(
            name, AnyBasis(node, context), node.Integer("packageSize", 1, Money.MaxMinor), node.Integer("amountMinor", 0, Money.MaxMinor), terms);
    }

    private static MarginalTierComponent MarginalTier(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        ComponentReader.Allow(node, "basis", "bands", "boundary", "accumulate");
        return new MarginalTierComponent(name, InMoney(node, context), BandReader.WithRates(node), ScopeReader.Optional(node), null, terms);
    }

    private static WholeTierComponent WholeTier(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        ComponentReader.Allow(node, "basis", "bandBasis", "bands", "boundary", "accumulate");
        var (basis, scope) = (InMoney(node, context), ScopeReader.Optional(node));
        var bandBasis = node.Find("bandBasis") is null ? basis : AnyBasis(node, context, "bandBasis");
        return new WholeTierComponent(name, basis, bandBasis == basis ? basis : bandBasis, BandReader.WithRates(node), scope, null, terms);
    }

    private static InterpolatedComponent Interpolated(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        ComponentReader.Allow(node, "basis", "points");
        var points = new List<RatePoint>();
        foreach (var item in node.Get("points").Items())
        {
            item.Allow("at", "ratePercent");
            var rate = Strictly.Percent(item, "ratePercent");
            if (rate.Scale > InterpolatedComponent.MaxDecimals)
                throw StrictNode.Mistake($"{item.Path}.ratePercent", $"at most {InterpolatedComponent.MaxDecimals} decimals", rate.ToString());
            points.Add(new RatePoint(item.Integer("at", points.Count == 0 ? 0 : points[^1].At + 1, Money.MaxMinor), rate));
        }
        return points.Count is >= 2 and <= 50
            ? new InterpolatedComponent(name, InMoney(node, context), points, terms)
            : throw StrictNode.Mistake($"{node.Path}.points", "2 to 50 points", $"{points.Count}");
    }

    private static BandAmountComponent BandAmount(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        ComponentReader.Allow(node, "basis", "bands", "boundary", "accumulate");
        return new BandAmountComponent(name, AnyBasis(node, context), BandReader.WithAmounts(node), ScopeReader.Optional(node), terms);
    }

    private static RecurringComponent Recurring(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        ComponentReader.Allow(node, "basis", "on", "ratePercent", "payments", "months", "fromMonth", "laterRatePercent");
        if (!RevenueKinds.TryParse(node.Text("on"), out var on) || on == RevenueKind.Consumption)
            throw StrictNode.Mistake($"{node.Path}.on", "invoice, premium, balance or instalment", node.Text("on"));
        var (payments, months) = (Strictly.OptionalCount(node, "payments", 1, 1_200), Strictly.OptionalCount(node, "months", 1, 1_200));
        var later = Strictly.OptionalPercent(node, "laterRatePercent");
        if (later is not null && payments is null && months is null)
            throw StrictNode.Mistake($"{node.Path}.laterRatePercent", "payments or months, after which it begins", "neither");
        return new RecurringComponent(
            name, on, InMoney(node, context), Strictly.Percent(node, "ratePercent"), payments, months,
            Strictly.OptionalCount(node, "fromMonth", 1, 1_200) ?? 1, later, terms);
    }

    private static TrailComponent Trail(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        ComponentReader.Allow(node, "basis", "yearlyPercents", "fromMonth", "months");
        var rates = node.Get("yearlyPercents").Items().Select(Strictly.AsPercent).ToList();
        return rates.Count is > 0 and <= 50
            ? new TrailComponent(
                name, InMoney(node, context), rates, Strictly.OptionalCount(node, "fromMonth", 1, 1_200) ?? 1,
                Strictly.OptionalCount(node, "months", 1, 1_200), terms)
            : throw StrictNode.Mistake($"{node.Path}.yearlyPercents", "1 to 50 rates", $"{rates.Count}");
    }

    private static UnitTrailComponent UnitTrail(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        ComponentReader.Allow(node, "basis", "yearlyMinorPerUnit", "fromMonth", "months");
        if (AnyBasis(node, context) != Basis.Consumption)
            throw StrictNode.Mistake($"{node.Path}.basis", "consumption, for a trail per unit", node.Text("basis"));
        var prices = node.Get("yearlyMinorPerUnit").Items().Select(PriceOf).ToList();
        return prices.Count is > 0 and <= 50
            ? new UnitTrailComponent(
                name, prices, Strictly.OptionalCount(node, "fromMonth", 1, 1_200) ?? 1, Strictly.OptionalCount(node, "months", 1, 1_200), terms)
            : throw StrictNode.Mistake($"{node.Path}.yearlyMinorPerUnit", "1 to 50 prices", $"{prices.Count}");
    }

    private static OverrideComponent Override(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        node.Allow("name", "shape", "of", "basis", "component", "mode", "levelPercents", "platformFeePercent", "agreementClause",
            "coolingOffDays", "floorRaiseMinor", "floorThresholdMinor", "caps", "clawback");
        var ofSale = node.Text("of") switch
        {
            "sale" => true,
            "commission" => false,
            var other => throw StrictNode.Mistake($"{node.Path}.of", "sale or commission", other),
        };
        var neutral = node.Text("mode") switch
        {
            "additive" => false,
            "pool_neutral" => true,
            var other => throw StrictNode.Mistake($"{node.Path}.mode", "additive or pool_neutral", other),
        };
        if (!ofSale && node.Find("basis") is not null)
            throw StrictNode.Mistake($"{node.Path}.basis", "none: a commission is its own basis", node.Text("basis"));
        var named = ofSale && !neutral ? null : Strictly.PlainName(node, "component");
        if (named is null && node.Find("component") is not null)
            throw StrictNode.Mistake($"{node.Path}.component", "none: nothing is taken from a component", node.Text("component"));
        var levels = node.Get("levelPercents").Items().Select(Strictly.AsPercent).ToList();
        return new OverrideComponent(name, ofSale ? InMoney(node, context) : Basis.Deal, ofSale ? null : named, neutral ? named : null, levels, terms);
    }

    private static Component Accelerator(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        ComponentReader.Allow(node, "basis", "quotaMinor", "ratePercent", "method", "bands", "boundary", "accumulate");
        var quota = new Quota(node.Integer("quotaMinor", 1, Money.MaxMinor), Strictly.Percent(node, "ratePercent"));
        var basis = InMoney(node, context);
        var scope = ScopeReader.Optional(node) ?? throw StrictNode.Mistake($"{node.Path}.accumulate", "the quota's scope and period", "nothing");
        var bands = BandReader.WithAttainment(node, quota);
        return node.Text("method") switch
        {
            "marginal" => new MarginalTierComponent(name, basis, bands, scope, quota, terms),
            "whole" => new WholeTierComponent(name, basis, basis, bands, scope, quota, terms),
            var other => throw StrictNode.Mistake($"{node.Path}.method", "marginal or whole", other),
        };
    }

    private static CampaignComponent Campaign(string name, StrictNode node, ReadingContext context, ComponentTerms terms)
    {
        ComponentReader.Allow(node, "basis", "from", "to", "scope", "atLeast", "amountMinor", "pays");
        var (from, to) = (node.Date("from"), node.Date("to"));
        if (to < from)
            throw StrictNode.Mistake($"{node.Path}.to", $"a date not before {from:yyyy-MM-dd}", $"{to:yyyy-MM-dd}");
        var everyDeal = node.Text("pays") switch
        {
            "once" => false,
            "every_deal" => true,
            var other => throw StrictNode.Mistake($"{node.Path}.pays", "once or every_deal", other),
        };
        return new CampaignComponent(
            name, AnyBasis(node, context), node.Integer("atLeast", 1, Money.MaxMinor), node.Integer("amountMinor", 0, Money.MaxMinor), everyDeal,
            new VolumeScope(ScopeReader.Owner(node), VolumePeriod.Window, from, to), terms);
    }
}
