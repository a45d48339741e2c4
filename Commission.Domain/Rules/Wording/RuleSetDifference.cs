using System.Text.Json;

namespace Commission.Domain.Rules.Wording;

/// <summary>What changes from one version to another, in words. Every member that differs makes a line, known to this class or not.</summary>
public static class RuleSetDifference
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["effectiveFrom"] = "first day in force",
        ["governingAgreement"] = "governing agreement",
        ["platformFeePercent"] = "platform fee",
        ["ratePercent"] = "rate",
        ["laterRatePercent"] = "later rate",
        ["amountMinor"] = "amount",
        ["minorPerUnit"] = "price per unit",
        ["packageSize"] = "package size",
        ["quotaMinor"] = "quota",
        ["yearlyPercents"] = "list of yearly rates",
        ["yearlyMinorPerUnit"] = "list of yearly prices per unit",
        ["levelPercents"] = "list of rates by level",
        ["coolingOffDays"] = "cooling-off days",
        ["minimumPayoutMinor"] = "minimum payout",
        ["payWhenPaid"] = "payment only when the provider has paid",
        ["floorRaiseMinor"] = "amount that it is raised to",
        ["floorThresholdMinor"] = "amount below which nothing is paid",
        ["dealMinor"] = "cap per deal",
        ["customerMinor"] = "cap per client",
        ["beforeMonths"] = "end of the step in months",
        ["fromMonth"] = "first month",
        ["multiplierPercent"] = "multiplier",
        ["atLeast"] = "threshold",
        ["plainText"] = "plain text",
        ["gst"] = "GST treatment",
        ["basis"] = "basis",
        ["bandBasis"] = "quantity that chooses the band",
    };

    /// <summary>One line for each difference; empty when the rules are the same.</summary>
    public static IReadOnlyList<string> InWords(RuleSetDocument before, RuleSetDocument after)
    {
        using var old = JsonDocument.Parse(before.Canonical);
        using var young = JsonDocument.Parse(after.Canonical);
        var lines = new List<string>();
        Compare("", "", old.RootElement, young.RootElement, new Phrases(after), lines);
        DescribeNew(before, after, lines);
        return lines;
    }

    /// <summary>A new component is described whole.</summary>
    private static void DescribeNew(RuleSetDocument before, RuleSetDocument after, List<string> lines)
    {
        foreach (var (code, product) in after.Products)
        {
            foreach (var component in product.Components)
            {
                if (!before.Products.TryGetValue(code, out var known) || known.Find(component.Name) is null)
                    lines.Add($"{code}, “{component.Name}” is new: {string.Join(" ", PlainEnglish.Of(after, component))}");
            }
        }
    }

    private static void Compare(string place, string member, JsonElement before, JsonElement after, Phrases phrases, List<string> lines)
    {
        if (JsonElement.DeepEquals(before, after))
            return;
        if (before.ValueKind == JsonValueKind.Object && after.ValueKind == JsonValueKind.Object)
            CompareMembers(place, before, after, phrases, lines);
        else if (before.ValueKind == JsonValueKind.Array && after.ValueKind == JsonValueKind.Array && !IsPlainList(member))
            CompareItems(place, member, before, after, phrases, lines);
        else
            lines.Add($"{Start(place)}the {WordOf(member)} changes from {Value(member, before, phrases)} to {Value(member, after, phrases)}{Direction(before, after)}.");
    }

    private static void CompareMembers(string place, JsonElement before, JsonElement after, Phrases phrases, List<string> lines)
    {
        foreach (var name in before.EnumerateObject().Select(item => item.Name).Union(after.EnumerateObject().Select(item => item.Name)))
        {
            var (had, has) = (before.TryGetProperty(name, out var old), after.TryGetProperty(name, out var young));
            if (had && has)
                Compare(IsPlace(name) ? place : Join(place, Inner(name, old)), name, old, young, phrases, lines);
            else if (place == Products)
                lines.Add($"{name} is {(has ? "new" : "no longer covered")}.");
            else
                lines.Add($"{Start(place)}the {WordOf(name)} {(has ? $"is now stated: {Value(name, young, phrases)}" : $"is no longer stated; it was {Value(name, old, phrases)}")}.");
        }
    }

    private const string Products = "products";

    private static bool IsPlace(string name) => name is "components";

    /// <summary>What a nested object is called in a sentence; a scalar needs no place of its own.</summary>
    private static string? Inner(string name, JsonElement value) =>
        value.ValueKind is JsonValueKind.Object or JsonValueKind.Array && !IsPlainList(name) ? name : null;

    /// <summary>Lists of plain values are compared whole.</summary>
    private static bool IsPlainList(string member) => member is "yearlyPercents" or "levelPercents" or "yearlyMinorPerUnit";

    private static string Join(string place, string? inner) => inner is null ? place : place is "" or Products ? inner : $"{place}, {WordOf(inner)}";

    private static void CompareItems(string place, string member, JsonElement before, JsonElement after, Phrases phrases, List<string> lines)
    {
        var (old, young) = (Keyed(before), Keyed(after));
        foreach (var key in old.Keys.Union(young.Keys))
        {
            var (had, has) = (old.TryGetValue(key, out var was), young.TryGetValue(key, out var now));
            if (had && has)
                Compare(member == "components" ? $"{place}, “{key}”" : $"{place} {key}", member, was, now, phrases, lines);
            else if (!(has && member == "components"))
                lines.Add($"{Start(place)}{(member == "components" ? $"“{key}”" : key)} is {(has ? $"new: {Value(member, now, phrases)}" : "removed")}.");
        }
    }

    /// <summary>Items by what people call them: a component's name, a party, or the place in the list.</summary>
    private static Dictionary<string, JsonElement> Keyed(JsonElement items)
    {
        var keyed = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (index, item) in items.EnumerateArray().Index())
        {
            var key = Text(item, "name") ?? Text(item, "party") ?? $"{index + 1}";
            keyed[key] = item;
        }
        return keyed;
    }

    private static string? Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string Start(string place) => place is "" or Products ? "" : place + ": ";

    private static string WordOf(string member) => Words.TryGetValue(member, out var word) ? word : member;

    private static string Value(string member, JsonElement value, Phrases phrases) => value.ValueKind switch
    {
        JsonValueKind.Number when member.EndsWith("Minor", StringComparison.Ordinal) => phrases.Money(value.GetInt64()),
        JsonValueKind.String when member.EndsWith("ercent", StringComparison.Ordinal) => $"{value.GetString()} %",
        JsonValueKind.String => $"“{value.GetString()}”",
        JsonValueKind.Array when member.EndsWith("Percents", StringComparison.Ordinal) => string.Join(", ", value.EnumerateArray().Select(rate => $"{rate.GetString()} %")),
        JsonValueKind.Array when member == "yearlyMinorPerUnit" => string.Join(", ", value.EnumerateArray().Select(price => price.GetString())),
        _ => value.GetRawText(),
    };

    private static string Direction(JsonElement before, JsonElement after)
    {
        if (before.ValueKind == JsonValueKind.Number && after.ValueKind == JsonValueKind.Number)
            return before.GetInt64() < after.GetInt64() ? " (more)" : " (less)";
        if (!TryRate(before, out var old) || !TryRate(after, out var young))
            return "";
        return ((Int128)old.Units * young.Denominator).CompareTo((Int128)young.Units * old.Denominator) switch
        {
            < 0 => " (more)",
            > 0 => " (less)",
            _ => " (the same value)",
        };
    }

    private static bool TryRate(JsonElement value, out Amounts.Rate rate) => Amounts.Rate.TryParsePercent(value.GetRawText().Trim('"'), out rate);
}
