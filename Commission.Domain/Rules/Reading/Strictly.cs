using Commission.Domain.Amounts;

namespace Commission.Domain.Rules.Reading;

/// <summary>What a component inherits from its document and product.</summary>
internal sealed record ReadingContext(
    Rate PlatformFee, IReadOnlyDictionary<string, bool> DeclaredBases, int CoolingOffDays, long MinimumPayoutMinor, GstTreatment Gst)
{
    public bool IsDeclared(string basis) => Basis.Known.Contains(basis) || DeclaredBases.ContainsKey(basis);

    public bool IsCount(string basis) => Basis.IsCount(basis) || DeclaredBases.GetValueOrDefault(basis);

    public string Names => string.Join(", ", Basis.Known.Concat(DeclaredBases.Keys).Order(StringComparer.Ordinal));
}

/// <summary>Values that more than one reader needs.</summary>
internal static class Strictly
{
    /// <summary>Runs a reader; what it throws becomes a refusal.</summary>
    public static (T? Value, Refusal? Refusal) Read<T>(ReadOnlyMemory<byte> json, Func<StrictNode, T> read) where T : class
    {
        try
        {
            using var parsed = CanonicalJson.Parse(json);
            return (read(new StrictNode(parsed.RootElement, "$")), null);
        }
        catch (StrictJsonException mistake)
        {
            return (null, mistake.Refusal);
        }
        catch (FormatException mistake)
        {
            return (null, new Refusal(RefusalCodes.InvalidField, mistake.Message, (mistake as CanonicalJsonException)?.Path ?? "$"));
        }
    }

    public static Rate Percent(StrictNode node, string name) => AsPercent(node.Get(name));

    public static Rate AsPercent(StrictNode value) =>
        Rate.TryParsePercent(value.AsText(), out var rate) && rate.Units <= rate.Denominator
            ? rate
            : throw StrictNode.Mistake(value.Path, "a percentage from \"0\" to \"100\", at most 9 decimals, as a string", value.AsText());

    public static Rate? OptionalPercent(StrictNode node, string name) => node.Find(name) is { } value ? AsPercent(value) : null;

    public static string Code(string text, string path) => VerticalCode.IsValid(text)
        ? text
        : throw StrictNode.Mistake(path, VerticalCode.Expected, text);

    /// <summary>Text for people: any language, no control characters.</summary>
    public static string ShortText(StrictNode node, string name, int maxLength)
    {
        var text = node.Text(name);
        if (string.IsNullOrWhiteSpace(text) || text.Length > maxLength)
            throw StrictNode.Mistake($"{node.Path}.{name}", $"1 to {maxLength} characters", $"{text.Length}");
        return text.Any(char.IsControl) ? throw StrictNode.Mistake($"{node.Path}.{name}", "no control characters", "one") : text;
    }

    /// <summary>A name that other places refer to: printable ASCII, so that two names that look alike are alike.</summary>
    public static string PlainName(StrictNode node, string name)
    {
        var text = node.Text(name);
        if (text.Length is 0 or > 80)
            throw StrictNode.Mistake($"{node.Path}.{name}", "1 to 80 characters", $"{text.Length}");
        return text.All(c => c is >= ' ' and <= '~') && text.Trim().Length == text.Length
            ? text
            : throw StrictNode.Mistake($"{node.Path}.{name}", "plain letters, digits and punctuation (ASCII), no space at either end", $"\"{text}\"");
    }

    public static string Name(StrictNode node, string name) => Basis.IsName(node.Text(name))
        ? node.Text(name)
        : throw StrictNode.Mistake($"{node.Path}.{name}", Basis.ExpectedName, $"\"{node.Text(name)}\"");

    public static long? OptionalAmount(StrictNode node, string name, long from = 0) =>
        node.Find(name) is null ? null : node.Integer(name, from, Money.MaxMinor);

    public static int? OptionalCount(StrictNode node, string name, int from, int to) =>
        node.Find(name) is null ? null : (int)node.Integer(name, from, to);

    /// <summary>Percentages brought to one denominator; refused unless they add up to 100.</summary>
    public static void MustAddUpTo100(IEnumerable<Rate> rates, string path)
    {
        var all = rates.ToList();
        var denominator = all.Max(rate => rate.Denominator);
        var sum = all.Aggregate(Int128.Zero, (sum, rate) => sum + ((Int128)rate.Units * (denominator / rate.Denominator)));
        if (sum != denominator)
            throw StrictNode.Mistake(path, "percentages that add up to 100", $"{sum * 100 / denominator}{(sum * 100 % denominator == 0 ? "" : " and a fraction")}");
    }
}
