using Commission.Domain.Amounts;
using Commission.Domain.Rules.Reading;

namespace Commission.Domain.Rules;

/// <summary>Reads the canonical bytes of facts, strictly: what is read gives the same bytes again.</summary>
public static class CalculationFactsReader
{
    /// <summary>Bytes of facts at most.</summary>
    public const int MaxBytes = 64 * 1024;

    private const long MaxVolume = CanonicalJson.MaxInteger;
    private const int MaxMonth = 1_200;

    /// <summary>Reads; the refusal's field is the path of the first mistake.</summary>
    public static (CalculationFacts? Facts, Refusal? Refusal) Read(ReadOnlyMemory<byte> canonical)
    {
        if (canonical.Length > MaxBytes)
            return (null, StrictNode.Wrong("$", $"facts of at most {MaxBytes} bytes", $"{canonical.Length} bytes"));
        return Strictly.Read(canonical, root =>
        {
            var facts = Facts(root);
            return facts.ToCanonical().AsSpan().SequenceEqual(canonical.Span)
                ? facts
                : throw StrictNode.Mistake("$", "canonical JSON (RFC 8785)", "another form of the same facts");
        });
    }

    private static CalculationFacts Facts(StrictNode root)
    {
        root.Allow("bases", "currency", "event", "payees", "product", "settledValueMinor");
        var product = root.Text("product");
        if (!VerticalCode.IsValid(product))
            throw StrictNode.Mistake("$.product", VerticalCode.Expected, product);
        if (!Currency.TryParse(root.Text("currency"), out var currency))
            throw StrictNode.Mistake("$.currency", "a currency such as AUD", root.Text("currency"));
        var bases = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, value) in root.Get("bases").Members())
            bases.Add(Name(name, value.Path), value.AsInteger(-Money.MaxMinor, Money.MaxMinor));
        var payees = new Dictionary<Party, ContactId>();
        foreach (var (name, _) in root.Get("payees").Members())
            payees.Add(PartyOf(name, $"$.payees.{name}"), root.Get("payees").Id<ContactId>(name));
        return new CalculationFacts(product, currency, root.Integer("settledValueMinor", -Money.MaxMinor, Money.MaxMinor), bases, payees)
        {
            Event = root.Find("event") is { } happened ? Event(happened) : null,
        };
    }

    private static string Name(string text, string path) =>
        Basis.IsName(text) ? text : throw StrictNode.Mistake(path, Basis.ExpectedName, $"\"{text}\"");

    private static Party PartyOf(string text, string path) =>
        PartyNames.TryParse(text, out var party) ? party : throw StrictNode.Mistake(path, "a role such as referrer", $"\"{text}\"");

    private static CalculationEvent Event(StrictNode node)
    {
        switch (node.Text("kind"))
        {
            case "milestone":
                node.Allow("kind", "name");
                return new MilestoneReached(Name(node.Text("name"), $"{node.Path}.name"));
            case "revenue":
                node.Allow("amountMinor", "key", "kind", "month", "on", "revenue");
                return new RevenueReceived(
                    RevenueKinds.TryParse(node.Text("revenue"), out var kind)
                        ? kind
                        : throw StrictNode.Mistake($"{node.Path}.revenue", RevenueKinds.Expected, node.Text("revenue")),
                    Key(node, "key"), node.Date("on"), node.Integer("amountMinor", -Money.MaxMinor, Money.MaxMinor), Month(node));
            case "trail":
                node.Allow("balanceMinor", "kind", "month");
                return new TrailMonth(Month(node), node.Integer("balanceMinor", -Money.MaxMinor, Money.MaxMinor));
            case "volume":
                return Volume(node);
            case "clawback":
                return Clawback(node);
            case var other:
                throw StrictNode.Mistake($"{node.Path}.kind", "milestone, revenue, trail, volume or clawback", other);
        }
    }

    private static string Key(StrictNode node, string name) => node.Text(name) is { Length: > 0 and <= 200 } text
        ? text
        : throw StrictNode.Mistake($"{node.Path}.{name}", "1 to 200 characters", $"\"{node.Text(name)}\"");

    private static int Month(StrictNode node) => (int)node.Integer("month", 0, MaxMonth);

    private static VolumePosition Volume(StrictNode node)
    {
        node.Allow("before", "component", "contribution", "credited", "further", "index", "kind", "month", "poolBeforeMinor", "reached", "total", "withdrawn");
        var credited = node.Get("credited").Items().Select(item =>
        {
            item.Allow("amountMinor", "party", "payee");
            return new PartyCredit(
                PartyOf(item.Text("party"), $"{item.Path}.party"), item.OptionalId<ContactId>("payee"),
                item.Integer("amountMinor", -Money.MaxMinor, Money.MaxMinor));
        }).ToArray();
        return new VolumePosition(
            node.Text("component"), Key(node, "contribution"), (int)node.Integer("index", 0, int.MaxValue),
            node.Integer("before", -MaxVolume, MaxVolume), node.Integer("total", -MaxVolume, MaxVolume),
            PoolBefore(node), Month(node), credited, node.Integer("withdrawn", 0, 1) == 1)
        {
            FurtherBeforeMinor = node.Find("further") is { } further ? [.. further.Items().Select(PoolBeforeOf)] : [],
            Reached = node.Find("reached") is { } reached ? [.. reached.Items().Select(item => Name(item.AsText(), item.Path))] : [],
        };
    }

    private static long PoolBefore(StrictNode node) => node.Integer("poolBeforeMinor", -MaxVolume, MaxVolume);

    private static long PoolBeforeOf(StrictNode item)
    {
        item.Allow("poolBeforeMinor");
        return PoolBefore(item);
    }

    private static ClawedBack Clawback(StrictNode node)
    {
        node.Allow("completeMonths", "days", "key", "kind", "lines", "refundBaseMinor", "refundedMinor");
        var lines = node.Get("lines").Items().Select(item =>
        {
            item.Allow("component", "originalMinor", "party", "payee", "reversedMinor");
            return new CreditedLine(
                item.Text("component"), PartyOf(item.Text("party"), $"{item.Path}.party"), item.OptionalId<ContactId>("payee"),
                item.Integer("originalMinor", -Money.MaxMinor, Money.MaxMinor), item.Integer("reversedMinor", 0, Money.MaxMinor));
        }).ToArray();
        return new ClawedBack(
            Key(node, "key"), (int)node.Integer("completeMonths", 0, MaxMonth), (int)node.Integer("days", 0, 40_000),
            node.Integer("refundedMinor", 0, Money.MaxMinor), node.Integer("refundBaseMinor", 0, Money.MaxMinor), lines);
    }
}
