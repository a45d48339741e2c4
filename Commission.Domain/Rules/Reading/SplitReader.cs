using System.Text.Json;
using Commission.Domain.Amounts;

namespace Commission.Domain.Rules.Reading;

/// <summary>Reads a split: weights, percentages that add up to 100, or percentages off the top and then the rest.</summary>
internal static class SplitReader
{
    private const long MaxWeight = 1_000_000;
    private const int MaxTopDecimals = 2;
    private const int MaxShareDecimals = 4;
    private const int MaxParties = 7;

    public static Split Read(StrictNode component, Rate fee)
    {
        var node = component.Get("split");
        if (node.Element.ValueKind == JsonValueKind.Object)
        {
            node.Allow("offTheTop", "then");
            var top = node.Get("offTheTop").Items().Select(Top).ToList();
            if (top.Count == 0)
                throw StrictNode.Mistake($"{node.Path}.offTheTop", "at least one party", "none");
            var sum = top.Sum(share => share.Rate.Units * (10_000 / share.Rate.Denominator));
            if (sum >= 10_000)
                throw StrictNode.Mistake($"{node.Path}.offTheTop", "less than 100 % in all", $"{new Rate(sum, MaxTopDecimals)} %");
            return Checked(new Split(fee, top, Shares(node.Get("then"))), node.Path);
        }
        return Checked(new Split(fee, [], Shares(node)), node.Path);
    }

    private static Split Checked(Split split, string path)
    {
        Party[] parties = [.. split.OffTheTop.Select(share => share.Party), .. split.Shares.Select(share => share.Party)];
        if (split.Shares.Count == 0 || parties.Distinct().Count() != parties.Length || parties.Length > MaxParties)
            throw StrictNode.Mistake(path, "each party once, at least one", $"{parties.Length} shares");
        return Exact(split, path);
    }

    public static Split Exact(Split split, string path) => split.TotalWeight <= Split.MaxTotalWeight
        ? split
        : throw StrictNode.Mistake(path, "weights and a fee whose product stays exact (2^53)", "more digits than that");

    private static List<Share> Shares(StrictNode node)
    {
        var items = node.Items().ToList();
        var byPercent = items.Count > 0 && items[0].Find("percent") is not null;
        return byPercent ? ByPercent(node, items) : items.ConvertAll(Share);
    }

    private static Share Share(StrictNode node)
    {
        node.Allow("party", "weight");
        return new Share(PartyOf(node), node.Integer("weight", 1, MaxWeight));
    }

    /// <summary>Percentages are weights that must add up.</summary>
    private static List<Share> ByPercent(StrictNode node, List<StrictNode> items)
    {
        var shares = items.ConvertAll(Percentage);
        Strictly.MustAddUpTo100(shares.Select(share => share.Rate), node.Path);
        var denominator = shares.Max(share => share.Rate.Denominator);
        return shares.ConvertAll(share => new Share(share.Party, share.Rate.Units * (denominator / share.Rate.Denominator)));
    }

    private static TopShare Percentage(StrictNode node)
    {
        node.Allow("party", "percent");
        var rate = Strictly.Percent(node, "percent");
        return rate.Units > 0 && rate.Scale <= MaxShareDecimals
            ? new TopShare(PartyOf(node), rate)
            : throw StrictNode.Mistake($"{node.Path}.percent", $"more than 0, at most {MaxShareDecimals} decimals", rate.ToString());
    }

    private static TopShare Top(StrictNode node) => Percentage(node) is { Rate.Scale: <= MaxTopDecimals } share
        ? share
        : throw StrictNode.Mistake($"{node.Path}.percent", $"at most {MaxTopDecimals} decimals", node.Text("percent"));

    private static Party PartyOf(StrictNode node) =>
        PartyNames.TryParse(node.Text("party"), out var party) && party != Party.Platform
            ? party
            : throw StrictNode.Mistake($"{node.Path}.party", "referrer, receiver, upline or upline_2 to upline_5", node.Text("party"));
}
