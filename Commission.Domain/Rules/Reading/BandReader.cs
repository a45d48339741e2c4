using Commission.Domain.Amounts;
using Commission.Domain.Rules.Shapes;

namespace Commission.Domain.Rules.Reading;

/// <summary>Reads bands: from zero up, without gap or overlap, the last one open.</summary>
internal static class BandReader
{
    private const int MaxBands = 50;

    public static Bands WithRates(StrictNode component) => Read(component, (node, from, to) =>
    {
        node.Allow("from", "to", "ratePercent");
        return new Band(from, to, Strictly.Percent(node, "ratePercent"), 0);
    });

    public static Bands WithAmounts(StrictNode component) => Read(component, (node, from, to) =>
    {
        node.Allow("from", "to", "amountMinor");
        return new Band(from, to, default, node.Integer("amountMinor", 0, Money.MaxMinor));
    });

    /// <summary>Attainment of a quota: edges and multipliers in percent become amounts and rates.</summary>
    public static Bands WithAttainment(StrictNode component, Quota quota)
    {
        var bands = new List<Band>();
        foreach (var node in component.Get("bands").Items())
        {
            node.Allow("fromPercent", "toPercent", "multiplierPercent");
            var from = Edge(node, "fromPercent", quota);
            var to = node.Find("toPercent") is null ? null : (long?)Edge(node, "toPercent", quota);
            Follow(bands, from, to, $"{node.Path}.fromPercent", $"{node.Path}.toPercent", node.Text("fromPercent"));
            bands.Add(new Band(from, to, Product(node, quota.BaseRate), 0));
        }
        return Finish(bands, component);
    }

    private static Bands Read(StrictNode component, Func<StrictNode, long, long?, Band> read)
    {
        var bands = new List<Band>();
        foreach (var node in component.Get("bands").Items())
        {
            var from = node.Integer("from", 0, Money.MaxMinor);
            var to = Strictly.OptionalAmount(node, "to");
            Follow(bands, from, to, $"{node.Path}.from", $"{node.Path}.to", $"{from}");
            bands.Add(read(node, from, to));
        }
        return Finish(bands, component);
    }

    private static void Follow(List<Band> bands, long from, long? to, string fromPath, string toPath, string found)
    {
        if (bands.Count == 0 && from != 0)
            throw StrictNode.Mistake(fromPath, "0, where the first band begins", found);
        if (bands.Count > 0 && bands[^1].To is null)
            throw StrictNode.Mistake(fromPath, "no band after one without an end", found);
        if (bands.Count > 0 && bands[^1].To is { } end && from != end)
            throw StrictNode.Mistake(fromPath, $"{end}, where the band before it ends ({(from > end ? "a gap" : "an overlap")})", found);
        if (to <= from)
            throw StrictNode.Mistake(toPath, $"more than {from}", $"{to}");
    }

    private static Bands Finish(List<Band> bands, StrictNode component)
    {
        if (bands.Count is 0 or > MaxBands)
            throw StrictNode.Mistake($"{component.Path}.bands", $"1 to {MaxBands} bands", $"{bands.Count}");
        if (bands[^1].To is not null)
            throw StrictNode.Mistake($"{component.Path}.bands[{bands.Count - 1}]", "no end: the last band is open", "one");
        return new Bands(bands, component.Text("boundary") switch
        {
            "lower" => Boundary.Lower,
            "upper" => Boundary.Upper,
            var other => throw StrictNode.Mistake($"{component.Path}.boundary", "lower or upper", other),
        });
    }

    private static long Edge(StrictNode node, string name, Quota quota)
    {
        if (!Rate.TryParsePercent(node.Text(name), out var percent) || percent.Units > percent.Denominator * 100)
            throw StrictNode.Mistake($"{node.Path}.{name}", "a percentage of the quota from \"0\" to \"10000\"", node.Text(name));
        var edge = (Int128)quota.Minor * percent.Units;
        return edge % percent.Denominator == 0 && edge / percent.Denominator <= Money.MaxMinor
            ? (long)(edge / percent.Denominator)
            : throw StrictNode.Mistake($"{node.Path}.{name}", "a percentage that gives whole minor units of the quota", node.Text(name));
    }

    private static Rate Product(StrictNode node, Rate rate)
    {
        const string Name = "multiplierPercent";
        if (!Rate.TryParsePercent(node.Text(Name), out var multiplier))
            throw StrictNode.Mistake($"{node.Path}.{Name}", "a percentage such as \"150\", as a string", node.Text(Name));
        var (units, scale) = ((Int128)rate.Units * multiplier.Units, rate.Scale + multiplier.Scale + 2);
        for (; scale > 0 && units % 10 == 0; scale--)
            units /= 10;
        return scale <= 9 && units <= (Int128)100 * Power(scale)
            ? new Rate((long)units, scale)
            : throw StrictNode.Mistake($"{node.Path}.{Name}", "a multiplier whose product with the base rate is at most 100 % and has at most 9 decimals", node.Text(Name));
    }

    private static long Power(int scale) => new Price(0, scale).Denominator;
}
