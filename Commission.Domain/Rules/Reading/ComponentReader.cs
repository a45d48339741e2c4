using Commission.Domain.Amounts;
using Commission.Domain.Rules.Shapes;

namespace Commission.Domain.Rules.Reading;

/// <summary>What every component can have; the shapes are <see cref="ShapeReader"/>'s.</summary>
internal static class ComponentReader
{
    private static readonly string[] Common =
    [
        "name", "shape", "split", "platformFeePercent", "agreementClause", "coolingOffDays", "floorRaiseMinor", "floorThresholdMinor",
        "caps", "clawback", "milestones",
    ];

    /// <summary>The members that a shape may have beside its own.</summary>
    public static void Allow(StrictNode node, params ReadOnlySpan<string> own) => node.Allow([.. Common, .. own]);

    public static Component Read(StrictNode node, ReadingContext context)
    {
        var name = Strictly.PlainName(node, "name");
        var shape = node.Text("shape");
        var terms = shape == "override" ? OverrideTerms(node, context) : Terms(node, context);
        var component = ShapeReader.Read(shape, name, node, context, terms);
        CheckTogether(node, component);
        return component;
    }

    private static ComponentTerms Terms(StrictNode node, ReadingContext context) =>
        WithLimits(node, context, SplitReader.Read(node, RuleSetReader.PlatformFee(node) ?? context.PlatformFee));

    /// <summary>An override's split is that of its levels.</summary>
    private static ComponentTerms OverrideTerms(StrictNode node, ReadingContext context)
    {
        var levels = node.Get("levelPercents").Items().Select(Strictly.AsPercent).ToList();
        if (levels.Count is 0 or > OverrideComponent.MaxLevels)
            throw StrictNode.Mistake($"{node.Path}.levelPercents", $"1 to {OverrideComponent.MaxLevels} levels", $"{levels.Count}");
        if (levels.FindIndex(rate => rate.Units == 0 || rate.Scale > 4) is var bad and >= 0)
            throw StrictNode.Mistake($"{node.Path}.levelPercents[{bad}]", "more than 0, at most 4 decimals", levels[bad].ToString());
        var fee = RuleSetReader.PlatformFee(node) ?? context.PlatformFee;
        var split = new Split(fee, [], OverrideComponent.SharesOf(levels));
        return WithLimits(node, context, SplitReader.Exact(split, $"{node.Path}.levelPercents"));
    }

    private static ComponentTerms WithLimits(StrictNode node, ReadingContext context, Split split) => new()
    {
        Split = split,
        FloorRaiseMinor = Strictly.OptionalAmount(node, "floorRaiseMinor", 1),
        FloorThresholdMinor = Strictly.OptionalAmount(node, "floorThresholdMinor", 1),
        Caps = node.Find("caps") is { } caps ? CapsOf(caps) : Caps.None,
        Milestones = node.Find("milestones") is { } milestones ? MilestonesOf(milestones) : [],
        Clawback = node.Find("clawback") is { } clawback ? ClawbackReader.Read(clawback) : null,
        CoolingOffDays = RuleSetReader.Days(node) ?? context.CoolingOffDays,
        AgreementClause = node.Find("agreementClause") is null ? null : Strictly.ShortText(node, "agreementClause", 200),
    };

    private static Caps CapsOf(StrictNode node)
    {
        node.Allow("dealMinor", "partyMinor", "period", "customerMinor");
        var parties = new Dictionary<Party, long>();
        if (node.Find("partyMinor") is { } byParty)
        {
            foreach (var (name, value) in byParty.Members())
            {
                if (!PartyNames.TryParse(name, out var party) || party == Party.Platform)
                    throw StrictNode.Mistake(value.Path, "a role such as referrer", $"\"{name}\"");
                parties.Add(party, value.AsInteger(0, Money.MaxMinor));
            }
        }
        var (periodMinor, scope) = (default(long?), default(VolumeScope));
        if (node.Find("period") is { } period)
        {
            period.Allow("per", "scope", "amountMinor");
            (periodMinor, scope) = (period.Integer("amountMinor", 0, Money.MaxMinor), ScopeReader.Read(period));
        }
        return new Caps(Strictly.OptionalAmount(node, "dealMinor"), parties, periodMinor, scope, Strictly.OptionalAmount(node, "customerMinor"));
    }

    private static List<Milestone> MilestonesOf(StrictNode node)
    {
        var milestones = node.Items().Select(item =>
        {
            item.Allow("name", "percent");
            return new Milestone(Strictly.Name(item, "name"), Strictly.Percent(item, "percent"));
        }).ToList();
        if (milestones.Count is 0 or > 12 || milestones.DistinctBy(milestone => milestone.Name).Count() != milestones.Count)
            throw StrictNode.Mistake(node.Path, "1 to 12 milestones, each once", $"{milestones.Count}");
        Strictly.MustAddUpTo100(milestones.Select(milestone => milestone.Share), node.Path);
        return milestones;
    }

    /// <summary>What a component may not be at once.</summary>
    private static void CheckTogether(StrictNode node, Component component)
    {
        var terms = component.Terms;
        var byDeal = component is not (TrailComponent or RevenueComponent or OverrideComponent);
        if (terms.Milestones.Count > 0 && !byDeal)
            throw StrictNode.Mistake($"{node.Path}.milestones", "none, for what is recurring, trail or override", "milestones");
        if (component is TrailComponent or OverrideComponent && terms.Caps.Accumulated.Any())
            throw StrictNode.Mistake($"{node.Path}.caps", "a cap per deal or party, for trail and override", "one per period or customer");
    }
}
